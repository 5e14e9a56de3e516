"""What alerts led to, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.domain.routing import Usefulness
from app.domain.usefulness import Rate, for_digest_only
from app.domain.verdict import State

from .samples import MESSAGE, NOW, blocked, later, record

DAYS = 7
WEEK_LATER = NOW + timedelta(days=DAYS)


def say(ledger, number, *criteria):
    """Tell the channel of a deal."""
    card = blocked(str(number), *criteria)
    ledger.record([record(str(number), alert=card)], NOW)
    for alert in ledger.alerts.due(NOW, 10):
        ledger.alerts.sent(alert, MESSAGE, NOW)


def fix(ledger, number, at):
    """Record a verdict that finds everything met."""
    made = record(str(number))
    found = tuple(replace(f, state=State.MET) for f in made.verdict.findings)
    ledger.record([replace(made, verdict=replace(made.verdict, findings=found))], at)


def test_an_alert_was_useful_when_its_gap_was_put_right_in_time(ledger):
    """Of three alerts one was followed by a fix within the days, one too late, one never."""
    for number in (1, 2, 3):
        say(ledger, number, "why_now")
    fix(ledger, 1, later(3_600))
    fix(ledger, 2, WEEK_LATER + timedelta(hours=1))
    assert ledger.alerts.usefulness(WEEK_LATER + timedelta(hours=2), DAYS) == (
        Rate("why_now", 3, 1),
    )


def test_what_may_still_be_put_right_does_not_count_yet(ledger):
    """An alert of yesterday is no failure."""
    say(ledger, 1, "why_now")
    say(ledger, 2, "why_now")
    fix(ledger, 1, later(60))
    assert ledger.alerts.usefulness(later(120), DAYS) == (Rate("why_now", 1, 1),)


def test_only_what_was_met_was_put_right(ledger):
    """A verdict that still finds the gap closes nothing, nor does one on another deal."""
    say(ledger, 1, "why_now")
    ledger.record([record("1")], later(60))
    fix(ledger, 2, later(60))
    assert ledger.alerts.usefulness(WEEK_LATER, DAYS) == (Rate("why_now", 1, 0),)


def test_each_criterion_counts_once_for_an_episode(ledger):
    """An edit that says the same criterion again is not another alert."""
    say(ledger, 1, "why_now")
    say(ledger, 1, "why_now", "budget")
    rates = ledger.alerts.usefulness(WEEK_LATER, DAYS)
    assert {rate.criterion: rate.alerts for rate in rates} == {"why_now": 1, "budget": 1}


def test_a_criterion_below_the_floor_is_proposed_for_the_digest():
    """Enough alerts, and too few of them useful; a handful proves nothing."""
    rules = Usefulness(days=7, floor=0.3, at_least=20)
    rates = [Rate("noisy", 40, 4), Rate("worse", 20, 0), Rate("few", 5, 0), Rate("good", 20, 6)]
    assert [rate.criterion for rate in for_digest_only(rates, rules)] == ["worse", "noisy"]
    assert Rate("none", 0, 0).share == 0.0
