"""A deal as it was: only what was there by then, and nothing taken for granted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.deal import Owner, PropertyMove, Unread, value_of
from app.domain.evaluate import evaluate
from app.domain.needs import Needs
from app.domain.past import as_of, began_at, granted_by, remembering
from app.domain.verdict import Waiver, WaiverEnd
from tests.domain.build import WHYS, shipped_policy
from tests.domain.strategies import moments, policies
from tests.rehearsal.deals import STAGE_IDS, day, deal, with_past

MANY = settings(max_examples=200, deadline=None)


@MANY
@given(with_past(), moments)
def test_nothing_later_is_left_and_nothing_unread_becomes_empty(snapshot, moment):
    """Notes, activities and moves end with the moment; records without a history are unread."""
    then = as_of(snapshot, moment)
    if moment >= snapshot.observed_at:
        assert then is snapshot
        return
    assert then.observed_at == moment
    for name, when in (("notes", "written_at"), ("activities", "at")):
        now, before = getattr(snapshot, name), getattr(then, name)
        if isinstance(now, Unread):
            assert before == now
        else:
            assert before == tuple(each for each in now if getattr(each, when) <= moment)
    for part in (then.contacts, then.companies, then.siblings):
        assert isinstance(part, Unread)
    if not isinstance(then.history, Unread):
        assert all(move.at <= moment for moves in then.history.values() for move in moves)
    assert set(then.properties) <= set(snapshot.properties)


@MANY
@given(with_past(), moments, moments)
def test_looking_back_twice_is_looking_back_to_the_earlier_moment(snapshot, one, other):
    """The past of the past is the past; who owned it is known for the present owner alone."""
    twice, once = as_of(as_of(snapshot, one), other), as_of(snapshot, min(one, other))
    assert replace(twice, owner=None) == replace(once, owner=None)


@MANY
@given(with_past(), moments, policies())
def test_the_past_can_always_be_judged(snapshot, moment, policy):
    """Evaluating never raises on it, and gives the same twice."""
    then = as_of(snapshot, moment)
    assert evaluate(policy, then, moment) == evaluate(policy, as_of(snapshot, moment), moment)


@pytest.mark.parametrize(
    ("when", "stage"),
    [(0, "1-Discovery"), (9, "1-Discovery"), (10, "3-Solution"), (40, "1-Discovery")],
)
def test_the_stage_is_the_one_that_the_deal_stood_in(when, stage):
    """From the move into it until the next, also when it was moved back."""
    made = deal((0, "1-Discovery"), (10, "3-Solution"), (20, "1-Discovery"), (60, "Closed won"))
    assert as_of(made.snapshot, day(when)).position.stage_label == stage


def test_a_deal_stands_nowhere_before_it_was_opened():
    """And its beginning is the first of its moves."""
    made = deal((5, "1-Discovery"), (10, "2-Diagnose")).snapshot
    assert began_at(made) == day(5)
    assert isinstance(as_of(made, day(4)).position, Unread)


def test_a_stage_that_the_portal_lost_is_unread():
    """Never the nearest one, and never the one of today."""
    made = deal((0, "1-Discovery"), (10, "2-Diagnose")).snapshot
    gone = tuple(place for place in made.stages if place.stage_label != "1-Discovery")
    then = as_of(replace(made, stages=gone), day(3))
    assert STAGE_IDS["1-Discovery"] in then.position.reason


def test_properties_are_those_of_then_or_not_known():
    """A history tells the value; without one, today's value is not taken for it."""
    made = deal((0, "1-Discovery"), history={"amount": (PropertyMove("5000", day(20)),)}).snapshot
    made = replace(made, properties={**made.properties, "next_step": "call"})
    before, after = as_of(made, day(19)), as_of(made, day(20))
    assert (before.properties["amount"], after.properties["amount"]) == (None, "5000")
    assert isinstance(value_of(before.properties, "next_step"), Unread)
    assert before.name == made.name


def test_an_owner_of_before_is_not_taken_for_the_one_of_now():
    """Who it was is not known, only that it was somebody else."""
    now = Owner("7", "Maren", None, active=True)
    moves = (PropertyMove("7", day(30)), PropertyMove("6", day(10)))
    made = deal((0, "1-Discovery"), history={"hubspot_owner_id": moves}).snapshot
    made = replace(made, owner=now)
    assert as_of(made, day(31)).owner == now
    assert isinstance(as_of(made, day(11)).owner, Unread)
    assert as_of(made, day(1)).owner is None


def test_the_lead_status_of_then_is_unknown_and_blocks_nobody():
    """HubSpot keeps no history of who a deal's contacts were."""
    made = deal((0, "1-Discovery"), notes=[(1, WHYS)])
    verdict = evaluate(shipped_policy(), as_of(made.snapshot, day(2)), day(2))
    told = {finding.criterion: finding for finding in verdict.findings}
    assert told["lead_status_open_deal"].state == "unknown"
    assert "does not keep which contacts the deal had" in told["lead_status_open_deal"].message
    assert verdict.blockers == ()


@given(st.integers(0, 60))
def test_a_deviation_counts_from_when_it_was_granted_and_as_long_as_it_had_not_ended(when):
    """One that was met or lapsed since stood until then; one taken back does not count."""
    made = Waiver("why_now", "board in March", "Zoe", day(50), "1", granted_at=day(10))
    [*found] = granted_by([replace(made, ended=WaiverEnd.MET)], day(when))
    assert found == ([made] if when >= 10 else [])
    revoked = replace(made, ended=WaiverEnd.REVOKED)
    assert list(granted_by([revoked], day(20))) == [revoked]


def test_what_has_to_be_read_includes_the_history_of_all_that_is_looked_at():
    """The stage always, and each property that a policy names."""
    needs = remembering(Needs(deal_properties=("hs_next_step",), activities=True))
    assert {"dealstage", "pipeline", "hs_next_step"} <= set(needs.history)
    assert needs.activities
