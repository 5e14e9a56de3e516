from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.deal import DealId
from app.ledger.sweeps import SweepRun, SweepState
from app.ports import Retryable
from sync.lease import LeaseLost, SweepLease
from tests.sync.sweeping import PACE, run, sweep_of, unheard

DEALS = tuple(DealId(str(number)) for number in range(1, 15))
SMALL = replace(PACE, window=3)


class Killed(BaseException):
    """Stands for a process that ends in the middle of what it does."""


def plant(rig):
    """Deals of which every third lacks its answers."""
    for deal_id in DEALS:
        rig.crm.add(int(deal_id), notes=["change: a", "now: b"] if int(deal_id) % 3 else [])


def small_sweep(rig, **differently):
    """A sweep of three deals at a time."""
    return sweep_of(rig, pace=SMALL, **differently).run(limit=None, progress=unheard)


def kill_after(rig, answers):
    """Let the portal's last answer be the last thing that the process lives to see."""
    left = iter(range(answers))
    answer = rig.crm._answer

    def count():
        if next(left, None) is None:
            raise Killed
        answer()

    rig.crm._answer = count
    return answer


@pytest.mark.parametrize("answers", range(1, 7))
def test_killed_anywhere_the_next_sweep_goes_on(rig, answers):
    """What was judged before a kill is not judged again, nothing is left out, the id stays."""
    plant(rig)
    alive = kill_after(rig, answers)
    with pytest.raises(Killed):
        small_sweep(rig)
    rig.crm._answer = alive
    rig.clock.advance(120)
    begun = rig.ledger.sweeps.unfinished()
    done = rig.ledger.swept_in(begun.run_id, DEALS)
    looks = len(rig.crm.observed)
    report = small_sweep(rig)
    assert (report.run_id, report.is_complete) == (begun.run_id, True)
    assert {deal for batch in rig.crm.observed[looks:] for deal in batch} == set(DEALS) - done
    shown = {deal_id: rig.crm.shown(deal_id, "standing") for deal_id in DEALS}
    assert shown == {d: "clear" if int(d) % 3 else "blocked" for d in DEALS}
    assert rig.ledger.backlog().marks == 0


def test_another_sweep_is_refused_while_one_runs(rig):
    """One at a time across processes; the refusal names who is at it."""
    plant(rig)
    other = SweepLease(rig.ledger, "sweep of another machine", rig.clock)
    with other, pytest.raises(Retryable, match="sweep of another machine"):
        run(rig)
    assert run(rig).is_complete


def test_lease_of_a_dead_process_runs_out(rig):
    """A sweep that was killed keeps the next one out for a minute, not for ever."""
    rig.ledger.sweeps.take_lease("sweep of a dead process", rig.clock.now())
    with pytest.raises(Retryable):
        run(rig)
    rig.clock.advance(61)
    assert run(rig).is_complete


def test_sweep_that_lost_its_lease_writes_nothing_more(rig):
    """A process that slept for too long finds another at work, and keeps its hands off."""
    plant(rig)
    lease = SweepLease(rig.ledger, "the sleeper", rig.clock)
    with lease:
        lease._taken_by = "the other"
        with pytest.raises(LeaseLost, match="the other sweeps instead"):
            lease.check()


def test_lease_in_other_hands_is_noticed_by_the_heartbeat(rig):
    """The one that was held up finds out by itself, and does not take the lease from the other."""
    lease = SweepLease(rig.ledger, "the sleeper", rig.clock, heartbeat_seconds=0.01)
    with lease:
        rig.clock.advance(90)
        while rig.ledger.sweeps.take_lease("the other", rig.clock.now()) is not None:
            rig.clock.advance(90)
        lease._heart.join(10)
        with pytest.raises(LeaseLost):
            lease.check()
    assert rig.ledger.sweeps.take_lease("a third", rig.clock.now()) == "the other"


def test_quota_guard_stops_cleanly_and_the_rest_is_done_next_time(rig):
    """When the day's calls run short the sweep ends, says so, and goes on the next time."""
    plant(rig)
    windows_left = [None, "quota is for others"]
    report = small_sweep(rig, guard=lambda: windows_left.pop(0) if windows_left else None)
    assert (report.stopped, report.is_baseline) == ("quota is for others", False)
    assert rig.ledger.sweeps.unfinished().cursor == "6"
    looks = len(rig.crm.observed)
    rest = small_sweep(rig)
    assert {d for batch in rig.crm.observed[looks:] for d in batch} == set(DEALS[6:])
    assert rest.is_baseline


@pytest.mark.parametrize("change", ["policy", "age"])
def test_sweep_of_other_times_is_begun_anew(rig, change):
    """A half sweep under another policy, or of long ago, is not continued."""
    plant(rig)
    old = SweepRun("old", "full", "test-1", rig.clock.now(), SweepState.STOPPED, DEALS[5])
    old = replace(old, policy="test-0") if change == "policy" else old
    rig.ledger.sweeps.save(old)
    rig.clock.advance(86_400 if change == "age" else 60)
    report = run(rig)
    assert (report.run_id != "old", report.deals) == (True, len(DEALS))
    assert rig.ledger.sweeps.run("old").state is SweepState.ABANDONED


def test_limited_sweep_leaves_no_checkpoint(rig):
    """A look at some deals is no sweep to go on with."""
    plant(rig)
    assert run(rig, limit=4).deals == 4
    assert rig.ledger.sweeps.unfinished() is None
    assert run(rig).deals == len(DEALS)
