from __future__ import annotations

import resource
import threading
import time
from datetime import UTC, datetime

import pytest

from app.controller.backoff import Backoff
from app.controller.bell import Bell
from app.controller.worker import Pace
from app.domain.deal import deal_key
from app.ports import Priority, Retryable, Terminal
from tests.loop.rig import MAX_ATTEMPTS, WORKER, Rig

SOON_SECONDS = 5.0


class SystemClock:
    """The machine's clock, for tests with real threads."""

    def now(self):
        return datetime.now(UTC)  # noqa: TID251 - threads sleep in real time


def eventually(holds):
    """Wait for something that threads do; False when it does not happen in time."""
    end = time.monotonic() + SOON_SECONDS
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.005)
    return False


@pytest.fixture
def living(tmp_path):
    """A loop with real time, whose worker threads the test starts."""
    rig = Rig(tmp_path / "living.sqlite3", clock=SystemClock())
    yield rig
    rig.crm.while_observing = lambda: None
    rig.worker.stop(SOON_SECONDS)
    rig.close()


def test_wake_reconciles_at_once(living):
    """A woken worker does not sleep its poll out: the mark is served within a moment."""
    living.worker = living.new_worker(Pace(threads=2, poll_seconds=60))
    living.worker.start()
    time.sleep(0.1)
    deal = living.crm.add(1)
    began = time.monotonic()
    living.mark(deal)
    living.worker.wake()
    assert eventually(lambda: living.crm.shown(deal, "standing") == "blocked")
    assert time.monotonic() - began < SOON_SECONDS


def test_marks_of_other_processes_are_found_by_polling(living):
    """A mark that nobody rang for is found within the poll."""
    living.worker = living.new_worker(Pace(threads=1, poll_seconds=0.1))
    living.worker.start()
    deal = living.crm.add(1)
    living.mark(deal)
    assert eventually(lambda: living.crm.shown(deal, "standing") == "blocked")


def test_idle_worker_costs_next_to_nothing(living):
    """Two idle threads use less than five percent of one core."""
    living.worker = living.new_worker(Pace(threads=2))
    living.worker.start()
    time.sleep(0.2)
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    time.sleep(2)
    after, spent = resource.getrusage(resource.RUSAGE_SELF), time.monotonic() - began
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert used / spent < 0.05


def test_overdue_alert_does_not_keep_the_workers_awake(living):
    """While Slack is away an alert stays due for ever; idle workers sleep all the same."""
    deal = living.crm.add(1)
    living.reconciler._settle_seconds = 0
    living.mark(deal)
    living.worker.turn(WORKER)
    now = living.clock.now()
    assert living.ledger.next_due(now) == now, "the alert is due and nobody sends it"
    turns = []
    claim = living.ledger.claim
    living.ledger.claim = lambda *args: turns.append(args) or claim(*args)
    living.worker = living.new_worker(Pace(threads=1))
    living.worker.start()
    time.sleep(2)
    assert len(turns) < 12


def test_stop_finishes_what_is_under_way(living):
    """A stop within its deadline leaves nothing half done."""
    entered = threading.Event()

    def slow():
        entered.set()
        time.sleep(0.3)

    living.crm.while_observing = slow
    deal = living.crm.add(1)
    living.mark(deal)
    living.worker.start()
    assert entered.wait(SOON_SECONDS)
    assert living.worker.stop(SOON_SECONDS)
    assert living.crm.shown(deal, "standing") == "blocked"
    assert living.ledger.backlog().marks == 0


def test_stop_gives_back_what_it_cannot_finish(living):
    """At the deadline the keys are free for another worker at once, and no attempt is counted."""
    entered, released = threading.Event(), threading.Event()

    def hang():
        entered.set()
        released.wait(SOON_SECONDS)

    living.crm.while_observing = hang
    deal = living.crm.add(1)
    living.mark(deal)
    living.worker.start()
    assert entered.wait(SOON_SECONDS)
    assert not living.worker.stop(0.05)
    [claim] = living.ledger.claim("another", living.clock.now(), 10)
    assert (claim.key, claim.attempts) == (deal_key(deal), 0)
    released.set()


def test_heartbeat_keeps_a_slow_reconcile_its_keys(living):
    """Renewing is what holds a key for longer than one lease."""
    renewed = []
    renew = living.ledger.renew
    living.ledger.renew = lambda worker, claims, now: (
        renewed.append(claims) or renew(worker, claims, now)
    )
    living.crm.while_observing = lambda: eventually(lambda: renewed)
    deal = living.crm.add(1)
    living.mark(deal)
    living.worker = living.new_worker(Pace(threads=1, heartbeat_seconds=0.05))
    living.worker.start()
    assert eventually(lambda: living.crm.shown(deal, "standing") == "blocked")
    assert [claim.key for claim in renewed[0]] == [deal_key(deal)]


@pytest.mark.parametrize("failure", [Retryable("no route to host"), Terminal("token revoked")])
def test_portal_away_costs_no_attempts(rig, failure):
    """While the portal is away marks wait, however long, and all are served when it is back."""
    deals = [rig.crm.add(number) for number in range(5)]
    rig.mark(*deals)
    rig.crm.away = failure
    for _ in range(10 * MAX_ATTEMPTS):
        rig.worker.turn(WORKER)
        rig.clock.advance(60)
    rig.crm.away = None
    rig.clock.advance(60)
    rig.drain()
    rig.clock.advance(60)
    rig.drain()
    assert {rig.crm.shown(deal, "standing") for deal in deals} == {"blocked"}
    assert rig.ledger.dead_letters(10) == ()


def test_portal_away_is_asked_ever_more_rarely(rig):
    """An outage of an hour is some seventy attempts of one key, not thousands of a hundred."""
    rig.mark(*(rig.crm.add(number) for number in range(50)))
    rig.crm.away = Retryable("no route to host")
    asked = []
    claim = rig.ledger.claim

    def counted(worker, now, limit):
        claims = claim(worker, now, limit)
        if claims:
            asked.append(len(claims))
        return claims

    rig.ledger.claim = counted
    for _ in range(3600):
        rig.worker.turn(WORKER)
        rig.clock.advance(1)
    assert 50 < len(asked) < 80
    assert asked[:2] == [50, 1]


def test_live_marks_are_served_before_the_sweep(rig):
    """What a person just did is judged alone and first, even when a sweep fills the ledger."""
    swept = [rig.crm.add(number) for number in range(30)]
    rig.mark(*swept, priority=Priority.SWEEP)
    moved = rig.crm.add(99)
    rig.mark(moved)
    rig.worker.turn(WORKER)
    assert rig.crm.observed[0] == (moved,)
    assert len(rig.crm.observed[1]) == 30


def test_defect_in_the_loop_does_not_end_it(rig):
    """An error that nobody foresaw outside of any deal is answered by a pause, not by silence."""
    deal = rig.crm.add(1)
    rig.mark(deal)
    claim = rig.ledger.claim
    errors = [KeyError("defect")]

    def broken(*args):
        if errors:
            raise errors.pop()
        return claim(*args)

    rig.ledger.claim = broken
    assert rig.worker.turn(WORKER) == 0
    rig.clock.advance(60)
    rig.drain()
    assert rig.crm.shown(deal, "standing") == "blocked"


def test_bell_is_never_missed_between_looking_and_sleeping():
    """A ring after the last look ends the sleep at once."""
    bell = Bell()
    heard = bell.rings
    bell.ring()
    began = time.monotonic()
    bell.wait(heard, timeout_seconds=5)
    assert time.monotonic() - began < 1


def test_backoff_doubles_up_to_its_cap():
    """Waits double, stay between half and all of the step, and honour a named time above all."""
    low, high = (Backoff(1, 60, lambda c=chance: c) for chance in (0.0, 1.0))
    assert [high.seconds(n) for n in (0, 1, 2, 10, 10_000)] == [1, 2, 4, 60, 60]
    assert [low.seconds(n) for n in (0, 1, 2, 10)] == [0.5, 1, 2, 30]
    assert high.seconds(0, at_least=300) == 300
