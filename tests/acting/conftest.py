"""The whole service behind a real server, beside a portal and a Slack on real sockets."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import uvicorn
from ruamel.yaml import YAML

from app.controller.reconcile import BASELINE_FACT
from app.demo.portal import AePortal
from app.hubspot.owned import definitions
from app.hubspot.properties import plan
from app.hubspot.steps import provision
from app.main import create_app
from app.sandbox.options import Options
from app.sandbox.seeds.people import AE_EMAIL
from app.sandbox.start import Sandbox
from app.wiring import build
from config.settings import DEFAULT_POLICY, Settings

OTHER_EMAIL = "idris.okafor@flowfuse.example"
WAIT_SECONDS = 20.0
KEPT = ("why_change", "why_now", "why_flowfuse", "stage_known")
TWO_WHYS = """\
Why change? An update stopped line 2 for six hours and nobody could roll it back.
Why FlowFuse? Snapshots with rollback and role-based access."""


class Scene:
    """A portal, a channel and a service between them, as people see them."""

    def __init__(self, sandbox, runtime) -> None:
        self.sandbox, self.runtime = sandbox, runtime
        self.portal = AePortal(sandbox.base_url, sandbox.info["ae_token"])
        self._http = httpx.Client(base_url=sandbox.base_url, timeout=10)

    def close(self) -> None:
        self.portal.close()
        self._http.close()

    def deal(self, name: str) -> str:
        """A deal of the AE in the first stage that lacks one why, told in the channel."""
        pipeline, stages = self.portal.stages("NR Scale")
        owner = self.portal.owner(AE_EMAIL)
        values = {"dealname": name, "pipeline": pipeline, "hubspot_owner_id": owner}
        deal = self.portal.create("deals", {**values, "dealstage": stages["1-Discovery"]})
        written = (now() - timedelta(seconds=2)).isoformat().replace("+00:00", "Z")
        note = {"hs_note_body": TWO_WHYS, "hs_timestamp": written, "hubspot_owner_id": owner}
        self.portal.create("notes", note, on=[("deals", deal)])
        self.until(lambda: self.message(deal) and "Why change" not in self.message(deal)["text"])
        return deal

    def message(self, deal: str):
        """The newest message about a deal, None when there is none."""
        told = [
            each
            for each in self.messages()
            if (each.get("metadata") or {}).get("event_type") == "dealgate_alert"
            and each["metadata"]["event_payload"]["deal_id"] == deal
        ]
        return told[-1] if told else None

    def messages(self):
        return self._http.get("/_sandbox/slack/messages").json()["messages"]

    def whispers(self):
        """What was said to one person alone, oldest first."""
        return [each["text"] for each in self.messages() if each["ephemeral_to"]]

    def press(self, deal: str, action: str, who: str = AE_EMAIL):
        """Press a button of a deal's message."""
        message = self.message(deal)
        place = {"ts": message["ts"], "channel": message["channel"]}
        return self.interact({"type": "block_actions", "action_id": action, "user": who, **place})

    def interact(self, wanted):
        answer = self._http.post("/_sandbox/slack/interact", json=wanted)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def modal(self):
        """The newest open modal."""
        opened = self.until(
            lambda: [
                v for v in self._http.get("/_sandbox/slack/views").json()["views"] if v["open"]
            ]
        )
        return opened[-1]

    def _views(self):
        return self._http.get("/_sandbox/slack/views").json()["views"]

    def submit(self, values):
        """Fill in and send the newest open modal."""
        entered = {block: {"field": said} for block, said in values.items()}
        return self.interact({"type": "view_submission", "values": entered})

    def notes_of(self, deal: str):
        """The properties of every note on a deal, oldest first."""
        headers = {"Authorization": f"Bearer {self.sandbox.info['ae_token']}"}
        base = "/crm/objects/2026-03"
        found = self._http.get(f"{base}/deals/{deal}?associations=notes", headers=headers).json()
        ids = sorted(int(each["id"]) for each in found["associations"]["notes"]["results"])
        names = "hs_note_body,hubspot_owner_id"
        return [
            self._http.get(f"{base}/notes/{each}?properties={names}", headers=headers).json()[
                "properties"
            ]
            for each in ids
        ]

    def until(self, look):
        """Wait until it is so, and give what was seen."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            if seen := look():
                return seen
            time.sleep(0.05)
        pytest.fail(f"not within {WAIT_SECONDS} s; whispered: {self.whispers()}")


def now() -> datetime:
    """The sandbox's time."""
    return datetime.now(UTC)  # noqa: TID251 - the sandbox lives in real time


@pytest.fixture(scope="session")
def acting_policy(tmp_path_factory):
    """The whys alone; a deviation from why now is a manager's to grant, from no other anybody's."""
    document = YAML(typ="safe").load(DEFAULT_POLICY.read_text(encoding="utf-8"))
    document["criteria"] = [c for c in document["criteria"] if c["id"] in KEPT]
    document["deviations"]["managers"] = [OTHER_EMAIL]
    document["alerts"]["group_above"] = 1_000
    why_now = next(c for c in document["criteria"] if c["id"] == "why_now")
    why_now["may_waive"] = ["manager"]
    path = tmp_path_factory.mktemp("policy") / "policy.yaml"
    with path.open("w", encoding="utf-8") as stream:
        YAML().dump(document, stream)
    return path


@pytest.fixture(scope="module")
def scene(tmp_path_factory, acting_policy):
    """Everything up and set up, after its baseline."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        options = Options(
            scenario="empty",
            webhook_url=f"{url}/webhooks/hubspot",
            slack_rate_limits=False,
        )
        with Sandbox(options) as sandbox:
            environment = {
                **sandbox.info["env"],
                "PUBLIC_BASE_URL": url,
                "DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'l.sqlite3'}",
                "POLICY_FILE": str(acting_policy),
                "HUBSPOT_BURST_PER_10_SECONDS": "190",
                "SETTLE_SECONDS": "0.2",
                "MERGE_SECONDS": "0.1",
            }
            values = {name.lower(): value for name, value in environment.items()}
            runtime = build(Settings(_env_file=None, **values))
            codes = [(str(code), title) for code, title in runtime.policy.codes.items()]
            wanted = definitions(runtime.names, codes)
            list(provision(runtime.client, plan(runtime.client, runtime.names, wanted).steps))
            runtime.ledger.set_fact(BASELINE_FACT, now().isoformat())
            config = uvicorn.Config(create_app(runtime), log_config=None, access_log=False)
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            try:
                with closing(Scene(sandbox, runtime)) as built:
                    built.until(lambda: server.started)
                    yield built
            finally:
                server.should_exit = True
                thread.join(30)
                runtime.close()
