"""The engine on both databases: accepting, waking, draining, idling, and staying flat.

Looking at a deal is a sleep here, so that the figures are the engine's own. The receiver's floor
is a bare route in the same server that only verifies the signature and answers 204.
"""

from __future__ import annotations

import json
import random
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median, quantiles
from typing import NamedTuple

from app.controller.backoff import Backoff
from app.controller.breaker import Breaker
from app.controller.worker import Pace, Worker
from app.domain.deal import DealId, ObjectKind, deal_key
from app.ledger import SqlLedger, open_ledger
from app.ports import Claim, Priority
from tests.bench import flood
from tests.bench.door import BASE, SystemClock
from tests.bench.table import Table
from tests.ledger import postgres

DELIVERIES = 600
ROUNDS = 3
PINGS = 60
DEALS = 2_000
LOOK_SECONDS = 0.02
LOOK_BATCH = 20
IDLE_SECONDS = 5
MARKS = 1_000_000
MARKED_DEALS = 100_000
STEP = 200_000
WANTED_RATIO = 0.6
Urls = dict[str, str]


def run() -> list[Table]:
    """All tables of the engine."""
    with _databases() as fresh:
        return [_accepting(fresh()), _working(fresh()), _flat(fresh())]


@contextmanager
def _databases() -> Iterator:
    """A function that makes an empty database of each kind."""
    with tempfile.TemporaryDirectory(prefix="dealgate-bench-") as folder, postgres.running() as pg:
        numbers = iter(range(100))

        def fresh() -> Urls:
            urls = {"SQLite": f"sqlite:///{folder}/{next(numbers)}.sqlite3"}
            return urls | ({"PostgreSQL": pg.url(pg.new_database())} if pg else {})

        yield fresh


# --------------------------------------------------------------------------- accepting


def _accepting(urls: Urls) -> Table:
    floor = _flooded("bare", "")
    rows = [("floor: verify, answer 204", *_told(floor, floor))]
    rows += [(name, *_told(_flooded("ours", url), floor)) for name, url in urls.items()]
    return Table(
        "Deliveries accepted",
        f"{flood.SENDERS} senders, {flood.EVENTS} events a delivery over {flood.DEALS:,} deals; "
        f"median of {ROUNDS}. Wanted: {WANTED_RATIO} of the floor, p99 under 250 ms.",
        ("", "events / s", "ratio to the floor", "p50", "p99"),
        tuple(rows),
        "The senders write prepared bytes to open sockets and cost next to nothing, which is the "
        "hardest case for the ratio.",
    )


def _told(these: tuple[float, float, float], floor: tuple[float, float, float]) -> tuple[str, ...]:
    rate, p50, p99 = these
    return (f"{rate:,.0f}", f"{rate / floor[0]:.2f}", f"{p50:.1f} ms", f"{p99:.1f} ms")


def _flooded(kind: str, url: str) -> tuple[float, float, float]:
    """Events a second, p50 and p99 of the answer; medians of several rounds."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    door = subprocess.Popen([sys.executable, "-m", "tests.bench.door", kind, port, url])
    try:
        _await_port(int(port))
        rounds = [_flood(port) for _ in range(ROUNDS + 1)][1:]
    finally:
        door.terminate()
        door.wait()
    rate, p50, p99 = zip(*rounds, strict=True)
    return median(rate), median(p50), median(p99)


def _flood(port: str) -> tuple[float, float, float]:
    command = [sys.executable, "-m", "tests.bench.flood", port, BASE + flood.PATH, str(DELIVERIES)]
    told = json.loads(subprocess.check_output(command))
    assert told["statuses"] == {"204": DELIVERIES}, told["statuses"]
    return DELIVERIES * flood.EVENTS / told["seconds"], *_p50_p99(told["waits"])


def _await_port(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    message = "the door did not open"
    raise TimeoutError(message)


# --------------------------------------------------------------------------- working


class _Sleeper:
    """Takes the reconciler's place: a look at a batch is a sleep."""

    def __init__(self, ledger: SqlLedger, seconds: float) -> None:
        self._ledger = ledger
        self._seconds = seconds
        self.began: list[float] = []

    def reconcile(self, worker: str, claims: Sequence[Claim]) -> tuple[()]:
        """Sleep, and be done."""
        self.began.append(time.perf_counter())
        time.sleep(self._seconds)
        self._ledger.done(worker, claims, SystemClock().now())
        return ()


class _Crew(NamedTuple):
    ledger: SqlLedger
    sleeper: _Sleeper
    worker: Worker


@contextmanager
def _at_work(url: str, workers: int, look_seconds: float) -> Iterator[list[_Crew]]:
    """So many workers with one thread and a ledger each, as processes have."""
    crews = []
    for number in range(workers):
        ledger = open_ledger(url)
        sleeper = _Sleeper(ledger, look_seconds)
        worker = Worker(
            name=f"bench-{number}",
            reconciler=sleeper,
            ledger=ledger,
            clock=SystemClock(),
            breaker=Breaker(Backoff(1, 60, random.random)),
            pace=Pace(threads=1, batch=LOOK_BATCH),
            beat=lambda _: None,
        )
        worker.start()
        ledger.listen(worker.wake)
        crews.append(_Crew(ledger, sleeper, worker))
    try:
        yield crews
    finally:
        for crew in crews:
            crew.worker.stop(10)
            crew.ledger.close()


def _working(urls: Urls) -> Table:
    rows = []
    for name, url in urls.items():
        p50, p99 = _wakings(url)
        one, four = _drained(url, 1), _drained(url, 4)
        rows.append(
            (
                name,
                f"{p50:.1f} / {p99:.1f} ms",
                f"{_idle_percent(url):.1f} %",
                f"{one:.2f} s",
                f"{four:.2f} s",
                f"{one / four:.1f}",
            )
        )
    return Table(
        "The loop without HubSpot",
        f"{DEALS:,} dirty deals, {LOOK_SECONDS * 1000:.0f} ms for {LOOK_BATCH} of them. Wanted: "
        "p50 under 50 ms and p99 under 300 ms to the start when idle, under 2 % of a core idle, "
        "four workers three times as fast as one on PostgreSQL.",
        ("", "mark → start, p50 / p99", "idle", "drain, 1 worker", "4 workers", "times as fast"),
        tuple(rows),
        "On PostgreSQL the mark is another process's and is heard by NOTIFY; on SQLite it is our "
        "own. The workers are threads of one Python here, with a ledger each.",
    )


def _wakings(url: str) -> tuple[float, float]:
    """From before a mark is stored until its look begins, in milliseconds."""
    chance, waits = random.Random(5), []  # noqa: S311 - the same pauses in every run
    marker = open_ledger(url)
    with _at_work(url, 1, 0.0) as (crew,):
        began_at = crew.sleeper.began
        for number in range(PINGS):
            time.sleep(chance.uniform(0.02, 0.15))
            seen, began = len(began_at), time.perf_counter()
            marker.mark([deal_key(DealId(str(number)))], Priority.LIVE, SystemClock().now())
            if url.startswith("sqlite"):
                crew.worker.wake()
            while len(began_at) == seen:
                time.sleep(0.0005)
            waits.append((began_at[seen] - began) * 1000)
    marker.close()
    return _p50_p99(waits)


def _drained(url: str, workers: int) -> float:
    """Seconds until nothing is marked."""
    ledger = open_ledger(url)
    keys = [deal_key(DealId(str(number))) for number in range(DEALS)]
    ledger.mark(keys, Priority.LIVE, SystemClock().now())
    time.sleep(1.1)  # what a run before looked at is due by now
    began = time.perf_counter()
    with _at_work(url, workers, LOOK_SECONDS):
        while ledger.backlog().marks:
            time.sleep(0.02)
    ledger.close()
    return time.perf_counter() - began


def _idle_percent(url: str) -> float:
    with _at_work(url, 2, 0.0):
        time.sleep(1)
        before, began = _cpu_seconds(), time.perf_counter()
        time.sleep(IDLE_SECONDS)
        return 100 * (_cpu_seconds() - before) / (time.perf_counter() - began)


# --------------------------------------------------------------------------- flat


def _flat(urls: Urls) -> Table:
    rows = []
    for name, url in urls.items():
        chance = random.Random(9)  # noqa: S311 - the same deals in every run
        ledger = open_ledger(url)
        for done in range(STEP, MARKS + 1, STEP):
            waits = [_marked(ledger, chance) for _ in range(STEP // 1000)]
            p50, p99 = _p50_p99(waits)
            resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            row = (f"{done:,}", f"{p50:.1f} ms", f"{p99:.1f} ms", f"{resident} MB")
            rows.append((name, *row))
        ledger.close()
    return Table(
        "A million marks",
        f"{MARKS:,} marks over {MARKED_DEALS:,} deals, a thousand to a commit. Wanted: the last "
        "rows as the first.",
        ("", "marks", "commit p50", "p99", "peak memory"),
        tuple(rows),
    )


def _marked(ledger: SqlLedger, chance: random.Random) -> float:
    ids = {str(chance.randrange(MARKED_DEALS)) for _ in range(1000)}
    began = time.perf_counter()
    ledger.mark_ids({ObjectKind.DEAL: ids}, Priority.LIVE, SystemClock().now())
    return (time.perf_counter() - began) * 1000


def _p50_p99(values: Sequence[float]) -> tuple[float, float]:
    return median(values), quantiles(values, n=100, method="inclusive")[-1]


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
