"""What is worth telling people, and what is not."""

from __future__ import annotations

from dataclasses import replace

from app.domain.evaluate import evaluate
from app.domain.transition import TransitionKind, means_the_same, transition
from app.domain.verdict import Enforcement, Exits
from tests.domain.build import NOW, WHYS, contact, shipped_policy, snapshot

POLICY = shipped_policy()


def verdict(*args, **kwargs):
    """The verdict on a snapshot built from these parts."""
    return evaluate(POLICY, snapshot(*args, **kwargs), NOW)


def test_a_first_verdict_with_blockers_opens():
    """With the findings that opened it."""
    change = transition(None, verdict())
    assert change.kind is TransitionKind.OPENED
    assert [f.criterion for f in change.added] == ["why_change", "why_now", "why_flowfuse"]


def test_a_first_verdict_without_blockers_is_no_news():
    """A clear deal that was never heard of stays unheard of."""
    assert transition(None, verdict([WHYS])).kind is TransitionKind.NONE


def test_filling_one_of_three_changes_and_the_last_clears():
    """The removed findings are those that were there before."""
    one = verdict([WHYS.splitlines()[0]])
    change = transition(verdict(), one)
    assert (change.kind, [f.criterion for f in change.removed]) == (
        TransitionKind.CHANGED,
        ["why_change"],
    )
    assert transition(one, verdict([WHYS])).kind is TransitionKind.CLEARED


def test_another_reason_for_the_same_blocker_is_news():
    """An answer of “TBD” where there was nothing is a new fault."""
    change = transition(verdict(), verdict(["Why now: TBD"]))
    assert change.kind is TransitionKind.CHANGED
    assert change.added[0].reason == "placeholder"


def test_other_words_for_the_same_fault_are_no_news():
    """Neither the wording nor the quote counts."""
    before = verdict(["Why now: TBD"])
    reworded = tuple(replace(f, message="Other words.", evidence=()) for f in before.findings)
    after = replace(before, findings=reworded)
    assert transition(before, after).kind is TransitionKind.NONE
    assert means_the_same(before, after)


def test_a_blocker_that_is_only_flagged_alerts_nobody():
    """The channel hears of criteria whose enforcement there is `alert`."""
    flagged = Exits(slack=Enforcement.FLAG)
    policy = replace(POLICY, criteria=tuple(replace(c, exits=flagged) for c in POLICY.criteria))
    after = evaluate(policy, snapshot(), NOW)
    assert after.blockers
    assert transition(None, after).kind is TransitionKind.NONE


def test_a_changed_standing_is_a_changed_meaning():
    """Also where nobody is alerted."""
    assert not means_the_same(verdict([WHYS]), verdict([WHYS], contacts=[contact("CUSTOM")]))
