from __future__ import annotations

from dataclasses import replace

import pytest

from app.controller.reconcile import BASELINE_FACT
from app.domain.deal import deal_key
from app.ledger.sweeps import SweepState
from app.ports import Priority, Retryable, Terminal
from sync.show import Difference, summary
from tests.sync.sweeping import run, sweep_of, unheard, unsaid


def test_every_open_deal_is_judged_in_batches(rig):
    """A sweep reaches each open deal, none that is closed, and reads many at a time."""
    for number in range(250):
        rig.crm.add(number, notes=["change: a", "now: b"] if number % 2 else [])
    rig.crm.deals["7"].is_closed = True
    report = run(rig)
    assert (report.deals, report.judged, report.blocked, report.clear) == (249, 249, 125, 124)
    assert report.is_complete
    assert [len(batch) for batch in rig.crm.observed] == [249]


def test_first_full_sweep_takes_the_baseline_in_silence(rig):
    """The first sweep that gets through records and alerts nobody; from then on news alerts."""
    rig.crm.add(1)
    assert run(rig).is_baseline
    rig.speak()
    assert rig.channel.messages == {}
    rig.crm.add(2)
    assert not run(rig).is_baseline
    rig.speak()
    assert [deal for deal, _, _ in rig.channel.now_showing] == ["2"]


@pytest.mark.parametrize("trouble", ["limit", "unreadable", "dry run"])
def test_partial_sweep_takes_no_baseline(rig, trouble):
    """A look at some of the deals, or one that wrote nothing, is no baseline."""
    deals = [rig.crm.add(number) for number in (1, 2)]
    if trouble == "limit":
        report = run(rig, limit=1)
        assert report.deals == 1
    elif trouble == "unreadable":
        rig.reconciler._max_attempts = 1_000
        rig.crm.unreadable[deals[0]] = Retryable("deal 1 could not be read")
        report = run(rig)
        assert (report.unfinished, report.judged) == (1, 1)
    else:
        report = sweep_of(rig).rehearse(limit=None, progress=unheard, tell=unsaid)
    assert not report.is_baseline
    assert rig.ledger.get_fact(BASELINE_FACT) is None


def test_sweep_heals_what_deliveries_missed(rig):
    """Changes that nobody heard of are found: new gaps, closed gaps, closed and deleted deals."""
    deals = [rig.crm.add(number) for number in (1, 2, 3, 4)]
    rig.crm.deals[deals[3]].notes += ["change: a", "now: b"]
    run(rig)
    rig.crm.deals[deals[0]].notes += ["change: a", "now: b"]
    rig.crm.deals[deals[1]].is_closed = True
    del rig.crm.deals[deals[2]]
    rig.crm.deals[deals[3]].notes.clear()
    rig.clock.advance(86_400)
    report = run(rig)
    assert (report.newly_cleared, report.newly_blocked) == (1, 1)
    assert (report.closed, report.gone, report.changed) == (1, 1, 3)
    assert [rig.crm.shown(deal, "standing") for deal in (deals[0], deals[1], deals[3])] == [
        "clear",
        "clear",
        "blocked",
    ]


def test_second_sweep_writes_nothing(rig):
    """An unchanged portal costs reads and no write."""
    for number in range(5):
        rig.crm.add(number)
    run(rig)
    written = len(rig.crm.written)
    rig.clock.advance(86_400)
    assert run(rig).changed == 0
    assert len(rig.crm.written) == written


def test_dry_run_tells_the_differences_and_leaves_no_trace(rig):
    """It names what would be written, writes nothing, and neither marks nor records."""
    rig.crm.add(1)
    rig.crm.add(2, notes=["change: a", "now: b"])
    before = rig.crm.portal()
    told = []
    report = sweep_of(rig).rehearse(
        limit=None, progress=unheard, tell=lambda item, _: told.append(item)
    )
    assert [item.deal_id for item in told] == ["1", "2"]
    lines = list(Difference.of(told[0]).lines())
    assert lines[0] == "Deal 1 (https://portal.example/deal/1)"
    assert "  deal 1: ff_stage_blockers = 'why_change;why_now'" in lines
    assert (report.changed, report.newly_blocked) == (2, 1)
    assert rig.crm.portal() == before
    assert rig.ledger.recorded(["1", "2"]) == {}
    assert rig.ledger.backlog().marks == 0


def test_failing_deals_are_tried_again_and_then_left(rig):
    """A passing trouble is overcome within the sweep; one that lasts becomes a dead letter."""
    good, bad = rig.crm.add(1), rig.crm.add(2)
    rig.crm.unwritable = {
        deal_key(good): Retryable("a passing trouble"),
        deal_key(bad): Terminal("no such option"),
    }

    def wait(seconds):
        rig.clock.advance(seconds)
        rig.crm.unwritable.pop(deal_key(good), None)

    report = sweep_of(rig, wait).run(limit=None, progress=unheard)
    assert (report.judged, report.dead, report.unfinished) == (1, 1, 0)
    assert rig.crm.shown(good, "standing") == "blocked"


def test_portal_that_goes_away_is_left_after_some_patience(rig):
    """The sweep ends by itself and says why; the next one is the same sweep, and gets through."""
    for number in range(3):
        rig.crm.add(number)
    listed = rig.crm.open_deals

    def list_and_vanish(after=None):
        deals = list(listed(after))
        rig.crm.away = Retryable("no route to host")
        return deals

    rig.crm.open_deals = list_and_vanish
    report = run(rig)
    assert (report.stopped, report.is_complete) == ("no route to host", False)
    assert (rig.ledger.backlog().marks, rig.ledger.dead_letters(10)) == (0, ())
    stopped = rig.ledger.sweeps.unfinished()
    assert (stopped.run_id, stopped.state) == (report.run_id, SweepState.STOPPED)
    rig.crm.away, rig.crm.open_deals = None, listed
    again = run(rig)
    assert (again.run_id, again.judged, again.is_complete) == (report.run_id, 3, True)


def test_deals_in_other_hands_are_looked_at_again(rig):
    """A deal that a worker holds is not written over it; the report still adds up."""
    held, other = rig.crm.add(1), rig.crm.add(2)
    rig.mark(held)
    claims = rig.ledger.claim("other", rig.clock.now(), 10)
    written_before = []

    def wait(seconds):
        rig.clock.advance(seconds)
        written_before.extend(change.key for change in rig.crm.written)
        rig.reconciler.reconcile("other", claims)

    report = sweep_of(rig, wait).run(limit=None, progress=unheard)
    assert written_before == [deal_key(other)]
    assert (report.judged, report.unfinished) == (2, 0)
    assert rig.crm.shown(held, "standing") == "blocked"


def test_the_baseline_reports_what_it_keeps_from_the_channel(rig):
    """How many deals, and how many by criterion and owner; a sweep after it keeps nothing back."""
    rig.crm.add(1)
    rig.crm.add(2, notes=["change: a"])
    rig.crm.add(3, notes=["change: a", "now: b"])
    report = run(rig)
    assert (report.is_baseline, report.alerting) == (True, 2)
    assert report.alerting_by_criterion == {"why_change": 1, "why_now": 2}
    assert report.alerting_by_owner == {"no owner": 2}
    assert not any("would have alerted" in line for line in summary(run(rig)))


def test_live_marks_go_first(rig):
    """What a person does while a sweep reads is judged at once, and never written over."""
    for number in range(400):
        rig.crm.add(number)
    moved = "399"

    def move():
        rig.crm.while_observing = lambda: None
        rig.clock.advance(2)
        rig.crm.deals[moved].notes += ["change: a", "now: b"]
        rig.mark(moved, priority=Priority.LIVE)

    rig.crm.while_observing = move
    report = run(rig)
    assert rig.crm.observed[1] == (moved,)
    standings = [c.properties["ff_standing"] for c in rig.crm.written if c.key.id == moved]
    assert standings == ["clear"]
    assert (report.judged, report.clear) == (400, 1)


def test_progress_counts_up_to_the_end(rig):
    """The listener hears a growing count that ends with all deals."""
    for number in range(250):
        rig.crm.add(number)
    heard = []
    run(rig, progress=lambda done, deals: heard.append((done, deals)))
    assert heard == sorted(heard)
    assert heard[-1] == (250, 250)


def test_summary_says_what_matters(rig):
    """The printed lines name the figures and what is left to do."""
    rig.crm.add(1)
    report = run(rig)
    lines = list(summary(report))
    assert lines[0] == "1 deal in 0.0 s, 1 written to."
    assert lines[1].startswith("1 blocked (1 newly), 0 clear")
    assert lines[2] == f"1 calls to HubSpot, 0 saved; run {report.run_id}."
    assert "nobody was alerted" in lines[3]
    assert lines[4:] == [
        "Otherwise 1 deal would have alerted:",
        "  by criterion: why_change 1, why_now 1",
        "  by owner: no owner 1",
    ]
    left = list(summary(replace(report, unfinished=2, is_baseline=False, stopped="no quota")))
    assert left[-2] == "Stopped before the end: no quota. The next sweep goes on from there."
    assert left[-1].startswith("Not judged this time: 2 deals, marked for the next try")
