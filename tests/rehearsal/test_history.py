"""What a policy would have said while deals were open."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from app.controller.rehearsal.chronicle import chronicle
from app.controller.rehearsal.history import Fate, Stop, fate_of, judge_at, look_back
from app.controller.rehearsal.saved import Observed
from app.controller.rehearsal.table import THEN_HEAD, as_csv, rows_then
from app.controller.rehearsal.telling import CAVEAT, joined, told_then
from app.domain.evaluate import evaluate
from app.domain.past import as_of, began_at
from app.domain.verdict import Standing, Waiver
from tests.domain.build import WHYS, shipped_policy, signals
from tests.domain.strategies import moments, policies
from tests.rehearsal.deals import day, deal, with_past

POLICY = shipped_policy()
JUDGE = partial(evaluate, POLICY)
WHY_CODES = ("why_change", "why_flowfuse", "why_now")


def past_of(made: Observed, since: int = 0):
    """The deal's past under the shipped policy."""
    return look_back(JUDGE, made, day(since))


@settings(max_examples=100, deadline=None)
@given(with_past(), policies(), moments, st.floats(0, 1))
def test_a_deal_was_stopped_exactly_when_it_was_blocked(made, policy, since, share):
    """At any moment of the time that was looked at, while the deal was open."""
    judge, observed = partial(evaluate, policy), Observed(made)
    past = look_back(judge, observed, since)
    began = began_at(made)
    start = since if began is None else max(since, began)
    if past is None or start >= made.observed_at:
        return
    moment = start + (made.observed_at - start) * min(share, 0.999)
    verdict = judge_at(judge, observed, moment)
    is_open = fate_of(as_of(made, moment)) not in (Fate.WON, Fate.LOST)
    inside = any(
        stop.since <= moment and (stop.until is None or moment < stop.until) for stop in past.stops
    )
    assert inside == (is_open and verdict.standing is Standing.BLOCKED)
    assert past.stopped <= made.observed_at - start
    assert set(past.told).isdisjoint(past.untold)


def test_a_deal_is_stopped_from_its_opening_until_the_note_is_written():
    """With the criteria that blocked, to the moment."""
    past = past_of(deal((2, "1-Discovery"), notes=[(12, WHYS)]))
    assert past.stops == (Stop(day(2), day(12), WHY_CODES),)
    assert past.stopped == timedelta(days=10)
    assert past.fate is Fate.OPEN


def test_a_move_ahead_of_the_evidence_stops_it_until_the_signal_is_given():
    """And time that lies before the window does not count."""
    made = deal(
        (0, "1-Discovery"),
        (20, "2-Diagnose"),
        notes=[(0, WHYS), (30, signals("1a", "1b"))],
    )
    past = past_of(made, since=25)
    assert past.stops == (Stop(day(25), day(30), ("exit_1a", "exit_1b")),)


def test_a_stop_ends_with_the_deal():
    """A deal that was lost while blocked was blocked until then; what became of it is said."""
    past = past_of(deal((0, "1-Discovery"), (40, "Closed lost")))
    assert past.stops == (Stop(day(0), day(40), WHY_CODES),)
    assert past.fate is Fate.LOST
    won = past_of(deal((0, "1-Discovery"), (40, "Closed won"), notes=[(0, WHYS)]))
    assert (won.fate, won.stops) == (Fate.WON, ())


def test_what_still_blocks_lasts():
    """Without an end, counted until the deal was seen."""
    past = past_of(deal((90, "1-Discovery")))
    assert past.stops == (Stop(day(90), None, WHY_CODES),)
    assert past.stopped == timedelta(days=10)


def test_a_date_that_passed_counts_from_then_on():
    """Time alone changes a verdict between two events."""
    body = WHYS.replace("14 April 2027", "20 February 2026")
    made = deal((0, "1-Discovery"), notes=[(0, body)], seen=100)
    before, after = judge_at(JUDGE, made, day(40)), judge_at(JUDGE, made, day(60))
    assert before.standing is not after.standing or before.findings != after.findings
    seen = look_back(JUDGE, made, day(0))
    assert seen.stops == ()


def test_a_deviation_ends_a_stop():
    """From when it was granted."""
    waivers = tuple(
        Waiver(code, "agreed", "Zoe", day(400), "1", granted_at=day(7)) for code in WHY_CODES
    )
    past = past_of(deal((0, "1-Discovery"), waivers=waivers))
    assert past.stops == (Stop(day(0), day(7), WHY_CODES),)


def test_a_deal_that_was_closed_all_the_time_was_not_judged():
    """It is no n."""
    assert past_of(deal((0, "1-Discovery"), (5, "Closed won")), since=50) is None


def test_figures_come_with_n_and_with_what_became():
    """Stopped of how many, by fate and by criterion; what has no history is named."""
    made = (
        deal((0, "1-Discovery"), (40, "Closed lost")),
        deal((0, "1-Discovery"), (60, "Closed won"), notes=[(10, WHYS)]),
        deal((0, "1-Discovery"), notes=[(0, WHYS)]),
    )
    pasts = [past_of(each) for each in made]
    told = chronicle(pasts)
    assert (told.total.n, told.total.stopped, told.total.median_days) == (3, 2, 25.0)
    assert {fate: (each.stopped, each.n) for fate, each in told.by_fate.items()} == {
        Fate.WON: (1, 1),
        Fate.LOST: (1, 1),
        Fate.OPEN: (0, 1),
    }
    assert told.by_criterion["why_now"] == {Fate.WON: 1, Fate.LOST: 1}
    assert "lead_status_open_deal" in told.untold
    said = joined(told_then(pasts, told, told))
    assert "The draft would have stopped 2 of 3 deals, the middle one for 25.0 days." in said
    assert "why_now: 2 (1 lost, 1 won)" in said
    assert "2026-01-01 to 2026-02-10 (40.0 days): why_change, why_flowfuse, why_now" in said
    assert CAVEAT in said


def test_no_deal_at_all_is_told_as_none():
    """Without a figure that was never measured."""
    told = chronicle([])
    assert (told.total.n, told.total.median_days) == (0, None)
    assert "0 of 0 deals." in joined(told_then([], told, told))


def test_a_row_per_deal():
    """With what became of it and how long it was stopped."""
    head, row = as_csv(
        rows_then([past_of(deal((0, "1-Discovery"), (40, "Closed lost")))])
    ).splitlines()
    cells = dict(zip(head.split(","), row.split(","), strict=True))
    assert tuple(cells) == THEN_HEAD
    assert (cells["fate"], cells["days_stopped"], cells["still_stopped"]) == ("lost", "40.0", "no")
    assert cells["blocked_by"] == ";".join(WHY_CODES)
