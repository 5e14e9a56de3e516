from __future__ import annotations

from dataclasses import replace

import pytest

from app.controller.reconcile import BASELINE_FACT
from app.controller.worker import Pace, Worker
from app.domain.deal import deal_key
from app.ports import Priority, Retryable, Terminal
from sync.drain import SweepPace
from sync.show import Difference, summary
from sync.sweep import Sweep
from tests.loop.rig import rig_on_copy, template

PACE = SweepPace(threads=2, poll_seconds=0.5, patience_seconds=60)


def unheard(done, deals):
    """A progress listener for tests that look at the end alone."""


def unsaid(item):
    """A listener for differences that nobody looks at."""


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A migrated database to copy."""
    return template(tmp_path_factory.mktemp("sweep"))


@pytest.fixture
def rig(empty_database, tmp_path):
    """An installation before its first sweep."""
    built = rig_on_copy(empty_database, tmp_path / "sweep.sqlite3", baseline=False)
    yield built
    built.close()


def sweep_of(rig, wait=None):
    """A sweep whose waiting moves the clock."""

    def hands(tell):
        return Worker(
            name="sweeper",
            reconciler=rig.reconciler,
            ledger=rig.ledger,
            clock=rig.clock,
            breaker=rig.breaker,
            pace=Pace(threads=0),
            tell=tell,
        )

    return Sweep(
        crm=rig.crm,
        ledger=rig.ledger,
        judge=rig.judge,
        hands=hands,
        clock=rig.clock,
        wait=wait or rig.clock.advance,
        pace=PACE,
    )


def run(rig, **options):
    """A whole sweep."""
    return sweep_of(rig).run(**{"limit": None, "progress": unheard, **options})


def test_every_open_deal_is_judged_in_batches(rig):
    """A sweep reaches each open deal, none that is closed, and reads a hundred at a time."""
    for number in range(250):
        rig.crm.add(number, notes=["change: a", "now: b"] if number % 2 else [])
    rig.crm.deals["7"].is_closed = True
    report = run(rig)
    assert (report.deals, report.judged, report.blocked, report.clear) == (249, 249, 125, 124)
    assert report.is_complete
    assert sorted(len(batch) for batch in rig.crm.observed) == [49, 100, 100]


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
    report = sweep_of(rig).rehearse(limit=None, progress=unheard, tell=told.append)
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
    """The sweep ends by itself, says what is left, and the marks wait for the next try."""
    for number in range(3):
        rig.crm.add(number)
    listed = rig.crm.open_deals

    def list_and_vanish():
        deals = list(listed())
        rig.crm.away = Retryable("no route to host")
        return deals

    rig.crm.open_deals = list_and_vanish
    report = run(rig)
    assert (report.unfinished, report.is_complete) == (3, False)
    assert rig.ledger.backlog().marks == 3
    assert rig.ledger.dead_letters(10) == ()


def test_deals_that_another_worker_took_count_as_well(rig):
    """Beside a living service the report still adds up, gone deals included."""
    judged, gone = rig.crm.add(1), rig.crm.add(2)
    claim = rig.ledger.claim
    others = []

    def outrun(worker, now, limit):
        if worker != "other" and not others:
            others.append(claim("other", now, 100))
            return ()
        return claim(worker, now, limit)

    def wait(seconds):
        rig.clock.advance(seconds)
        rig.crm.deals.pop(gone, None)
        if others[0]:
            rig.reconciler.reconcile("other", others[0])
            others[0] = ()

    rig.ledger.claim = outrun
    report = sweep_of(rig, wait).run(limit=None, progress=unheard)
    assert (report.judged, report.gone, report.unfinished) == (1, 1, 0)
    assert rig.crm.shown(judged, "standing") == "blocked"


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
    """What a person does during a sweep is judged before the rest of it."""
    for number in range(400):
        rig.crm.add(number)
    moved = "399"

    def move():
        rig.crm.while_observing = lambda: None
        rig.clock.advance(2)
        rig.mark(moved, priority=Priority.LIVE)

    rig.crm.while_observing = move
    run(rig)
    place = next(n for n, batch in enumerate(rig.crm.observed) if moved in batch)
    assert place <= 2
    assert rig.crm.observed[place] == (moved,)


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
    assert "nobody was alerted" in lines[2]
    assert lines[3:] == [
        "Otherwise 1 deal would have alerted:",
        "  by criterion: why_change 1, why_now 1",
        "  by owner: no owner 1",
    ]
    left = list(summary(replace(report, unfinished=2, is_baseline=False)))
    assert left[-1].startswith("Not judged this time: 2 deals, marked for the next try")
