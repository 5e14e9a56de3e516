"""A portal, any number of service processes beside it, AEs at work, and somebody who kills.

Everything is real: processes, sockets, signals, databases. Chance is seeded, and the seed is
printed, so that a run that found something can be had again with FAULTS_SEED.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from app.demo.portal import VERSION, AePortal
from app.domain.deal import DealId
from app.ledger import open_ledger

FAULTS = int(os.environ.get("FAULTS", "0"))
"""How many faults the long form inflicts; 0 asks for the short form."""
SEED = int(os.environ.get("FAULTS_SEED", "20261121"))
PATIENCE_SECONDS = 60
DEALS = 30
LEASE_SECONDS = 3
"""As short as a lease may be, so that a pause can outlast it."""
OWNED = (
    "ff_stage_blockers",
    "ff_standing",
    "ff_earned_stage",
    "ff_zone",
    "ff_blocker_summary",
)
NOTES = ("Called, nobody there.", "Sent the deck.", "They will come back to us in May.")


def dice(name: str) -> random.Random:
    """Seeded chance for one test; the seed shows when the test fails."""
    print(f"seed {SEED}; again with FAULTS_SEED={SEED}")  # noqa: T201 - shown by pytest on failure
    return random.Random(f"{name}-{SEED}")  # noqa: S311 - repeatable on purpose


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Theatre:
    """The processes and what can be done to them."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.database_url = database_url
        self.port = free_port()
        self._log = (folder / "service.log").open("ab")
        self._running: list[subprocess.Popen[bytes]] = []
        self._sandbox = self._spawn(
            "sandbox", "--port=0", "--scenario=empty", f"--deals={DEALS}", f"--seed={SEED % 97}",
            "--calls-per-10-seconds=100000", "--no-slack-limits", "--search-lag=0",
            "--retry-compression=600",
            f"--webhook-url=http://127.0.0.1:{self.port}/webhooks/hubspot",
            env=dict(os.environ), stdout=subprocess.PIPE,
        )  # fmt: skip
        self.info = json.loads(self._sandbox.stdout.readline())
        self.control = httpx.Client(base_url=self.info["base_url"], timeout=30)
        self.ae = AePortal(self.info["base_url"], self.info["ae_token"])
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            **self.info["env"],
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "DEALGATE_PORT": str(self.port),
            "DATABASE_URL": database_url,
            "SETTLE_SECONDS": "0.2",
            "LEASE_SECONDS": str(LEASE_SECONDS),
            "HUBSPOT_BURST_PER_10_SECONDS": "10000",
            "LOG_FORMAT": "json",
        }
        self.verb("setup")
        self.report = self.sweep()
        self.deals = self._deals()
        self._pipelines = self._open_stages()

    # ------------------------------------------------------------- programs

    def start(self, verb: str = "serve") -> subprocess.Popen[bytes]:
        """Start a service process; a receiver is waited for."""
        process = self._spawn(verb, env=self.environment, stdout=self._log)
        if verb == "serve":
            self._await(lambda: self._is_up(process), "the receiver did not come up")
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """As the kernel does when memory runs out."""
        process.kill()
        process.wait()

    def verb(self, *arguments: str) -> str:
        """Run an operator's verb to its end."""
        done = subprocess.run(
            _command(*arguments),
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
        return done.stdout

    def sweep(self) -> dict:
        """A full sweep and its report."""
        return json.loads(self.verb("sync", "--full", "--json"))["report"]

    def close(self) -> None:
        """End everything, paused processes too."""
        for process in self._running:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()
        self._sandbox.stdout.close()
        self.ae.close()
        self.control.close()
        self._log.close()

    # ------------------------------------------------------------- people and weather

    def work(self, chance: random.Random, edits: int) -> None:
        """AEs move deals on, write empty notes and correct amounts: gaps open and none closes."""
        for _ in range(edits):
            deal = chance.choice(self.deals)
            edit = chance.choice((self._move, self._note, self._correct))
            edit(deal, chance)

    def _move(self, deal: str, _: random.Random) -> None:
        at = self.ae.read("deals", deal, ["dealstage"])["dealstage"]
        line = next((stages for stages in self._pipelines if at in stages[:-1]), None)
        if line is not None:
            self.ae.update("deals", deal, {"dealstage": line[line.index(at) + 1]})

    def _note(self, deal: str, chance: random.Random) -> None:
        body = {"hs_note_body": chance.choice(NOTES), "hs_timestamp": "2026-05-20T09:00:00Z"}
        self.ae.create("notes", body, on=[("deals", deal)])

    def _correct(self, deal: str, chance: random.Random) -> None:
        self.ae.update("deals", deal, {"amount": str(chance.randrange(1, 99) * 1000)})

    def weather(self, **behaviour: object) -> None:
        """How deliveries behave from now on."""
        path = "/_sandbox/webhooks/behaviour"
        self.control.post(path, json=behaviour).raise_for_status()

    def fault(self, **rule: object) -> None:
        """Put a fault rule in force."""
        self.control.post("/_sandbox/faults", json=rule).raise_for_status()

    def fine(self) -> None:
        """No faults any more."""
        self.control.delete("/_sandbox/faults").raise_for_status()

    def calmly(self, work) -> None:
        """Let AEs work while HubSpot is well to them: only the service meets the faults."""
        rules = self.control.get("/_sandbox/faults").json()
        self.fine()
        work()
        for rule in rules["rules"]:
            kept = ("kind", "probability", "seed", "params", "match")
            self.fault(**{name: rule[name] for name in kept})

    # ------------------------------------------------------------- what came of it

    def is_what_a_sweep_would_leave(self) -> None:
        """Assert it: a full sweep finds nothing to write and nothing was given up.

        The channel has one message about each deal whose gap is open, and no other, before the
        sweep and after it.
        """
        before = self.portal()
        with self.ledger() as ledger:
            wished = Counter(deal for deal in self.deals if ledger.alerts.open_cards(DealId(deal)))
        assert self.said() == wished
        report = self.sweep()
        assert (report["changed"], report["dead"], report["unfinished"]) == (0, 0, 0)
        self.settle()
        assert self.portal() == before
        assert self.said() == wished

    def settle(self) -> None:
        """Wait until every delivery has ended and nothing is marked or unsaid."""
        with self.ledger() as ledger:
            self._await(lambda: self._is_quiet(ledger), "it did not come to rest")

    def portal(self) -> dict[str, dict[str, str | None]]:
        """What the service wrote to each deal."""
        return {deal: self.ae.read("deals", deal, OWNED) for deal in self.deals}

    def said(self) -> Counter[str]:
        """How many messages the channel holds about each deal."""
        spoken = map(json.dumps, self.ae.messages())
        return Counter(deal for text in spoken for deal in self.deals if f"/{deal}" in text)

    @contextmanager
    def ledger(self) -> Iterator:
        """The service's database, looked at from outside."""
        opened = open_ledger(self.database_url)
        try:
            yield opened
        finally:
            opened.close()

    def _is_quiet(self, ledger) -> bool:
        path = "/_sandbox/webhooks?events=false&limit=200"
        deliveries = self.control.get(path).json()["deliveries"]
        if any(each["outcome"] in {"under_way", "retrying"} for each in deliveries):
            return False
        backlog = ledger.backlog()
        return backlog.marks == 0 and backlog.alerts == 0

    def _deals(self) -> list[str]:
        path = f"/crm/objects/{VERSION}/deals?limit=100"
        headers = {"Authorization": f"Bearer {self.info['ae_token']}"}
        found = self.control.get(path, headers=headers).raise_for_status().json()["results"]
        return [each["id"] for each in found]

    def _open_stages(self) -> list[list[str]]:
        """Of each pipeline the stages in which a deal is open, in their order."""
        headers = {"Authorization": f"Bearer {self.info['ae_token']}"}
        found = self.control.get(f"/crm/pipelines/{VERSION}/deals", headers=headers).json()
        return [
            [
                stage["id"]
                for stage in sorted(line["stages"], key=lambda stage: stage["displayOrder"])
                if stage["metadata"]["isClosed"] == "false"
            ]
            for line in found["results"]
        ]

    def _is_up(self, process: subprocess.Popen[bytes]) -> bool:
        assert process.poll() is None, (self.folder / "service.log").read_text()[-3000:]
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def _await(self, holds, complaint: str) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < end, (
                complaint + ":\n" + (self.folder / "service.log").read_text()[-3000:]
            )
            time.sleep(0.05)

    def _spawn(self, *verb: str, env: dict[str, str], stdout) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            _command(*verb), env=env, cwd=self.folder, stdout=stdout, stderr=self._log
        )
        self._running.append(process)
        return process


def _command(*verb: str) -> list[str]:
    return [sys.executable, "-m", "app.cli", *verb]
