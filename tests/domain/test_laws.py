"""The laws of judging, on any snapshot and any policy."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from app.domain.deal import Unread
from app.domain.desired import Change, OwnedNames, desired, diff, observed_of
from app.domain.evaluate import evaluate
from app.domain.standing import alerting, standing_of
from app.domain.transition import TransitionKind, means_the_same, transition
from app.domain.verdict import Severity, Standing, State, Verdict
from tests.domain import build
from tests.domain import strategies as any_

EXAMPLES = int(os.environ.get("LAW_EXAMPLES", "100"))
"""Per law; 2,000 of each take most of an hour on two cores, so that is for the patient."""
law = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
NAMES = OwnedNames()
pytestmark = pytest.mark.timeout(1_800)  # many examples take their time
VERDICTS = TypeAdapter(Verdict)
GONE = Unread("timed out")
BLIND = {"position": GONE, "contacts": GONE, "notes": GONE, "properties": {}}


@law
@given(st.data(), any_.policies(), any_.snapshots, any_.moments)
def test_same_question_same_answer(data, policy, snapshot, now):
    """Judging never raises, and the same policy, snapshot, time and waivers give one verdict."""
    waivers = data.draw(any_.waivers(policy))
    assert evaluate(policy, snapshot, now, waivers) == evaluate(policy, snapshot, now, waivers)


@law
@given(any_.policies(), any_.snapshots, any_.moments, any_.moments)
def test_one_write_settles_a_deal(policy, snapshot, now, later):
    """After its diff is applied, the same verdict has nothing left to write, at any later time."""
    wanted = desired(evaluate(policy, snapshot, now), NAMES)
    observed = observed_of(snapshot)
    changes = diff(wanted, observed, now, NAMES)
    assert diff(wanted, _applied(observed, changes), later, NAMES) == ()


@law
@given(any_.policies(), any_.snapshots, any_.moments)
def test_only_own_and_existing_properties_are_written(policy, snapshot, now):
    """Every written name has our prefix and was returned by the portal; values fit HubSpot."""
    observed = observed_of(snapshot)
    for change in diff(desired(evaluate(policy, snapshot, now), NAMES), observed, now, NAMES):
        assert change.properties.keys() <= observed[change.key].keys()
        for name, value in change.properties.items():
            assert name.startswith(NAMES.prefix)
            assert len(value) <= 65_536
        assert len(change.properties.get("ff_blocker_summary", "")) <= 2_000


@law
@given(st.data(), any_.policies(), any_.snapshots, any_.moments)
def test_a_waiver_marks_and_never_hides(data, policy, snapshot, now):
    """With waivers the same findings stand with the same states and reasons; only marks differ."""
    waivers = data.draw(any_.waivers(policy))
    bare = evaluate(policy, snapshot, now)
    marked = evaluate(policy, snapshot, now, waivers)
    assert [replace(f, waiver=None) for f in marked.findings] == list(bare.findings)
    for finding in marked.findings:
        if finding.waiver is not None:
            assert finding.state is not State.MET
            assert finding.waiver.criterion == finding.criterion
            assert now < finding.waiver.until


@law
@given(st.data(), any_.policies(), any_.snapshots, any_.moments)
def test_nothing_changes_before_recheck_at(data, policy, snapshot, now):
    """At every instant before `recheck_at` the verdict is the same."""
    waivers = data.draw(any_.waivers(policy))
    verdict = evaluate(policy, snapshot, now, waivers)
    if verdict.recheck_at is None:
        later = now + data.draw(st.timedeltas(timedelta(0), timedelta(days=4_000)))
    else:
        assert verdict.recheck_at > now
        share = data.draw(st.floats(0, 0.999_999))
        later = now + (verdict.recheck_at - now) * share
    assert evaluate(policy, snapshot, later, waivers) == verdict


@law
@given(st.data(), any_.policies(), any_.snapshots, any_.moments)
def test_unread_is_unknown_never_unmet(data, policy, snapshot, now):
    """When a part could not be read, no criterion turns unmet that was not unmet with it read."""
    part = data.draw(st.sampled_from(sorted(BLIND)))
    before = {f.criterion: f.state for f in evaluate(policy, snapshot, now).findings}
    blind = evaluate(policy, replace(snapshot, **{part: BLIND[part]}), now)
    for finding in blind.findings:
        if finding.state is State.UNMET:
            assert part != "position"
            assert before.get(finding.criterion) is State.UNMET


@law
@given(any_.policies(), any_.snapshots, any_.moments)
def test_nothing_is_demanded_of_a_deal_that_could_not_be_read(policy, snapshot, now):
    """With every part unread there is no unmet finding and no met one that rests on a part."""
    gone = Unread("the API said no")
    parts = ("position", "owner", "contacts", "companies", "notes", "activities", "history")
    blind = replace(snapshot, siblings=gone, **dict.fromkeys(parts, gone))
    verdict = evaluate(policy, replace(blind, properties={}), now)
    assert {finding.state for finding in verdict.findings} <= {State.UNKNOWN}
    assert verdict.contacts == verdict.companies == ()


@law
@given(any_.policies(), any_.snapshots, any_.moments)
def test_the_verdict_is_whole(policy, snapshot, now):
    """Every finding that is not met says what was found and what to do; unknown asks one thing;
    the standing follows from the findings; what a deal needs next does not block it already.
    """
    verdict = evaluate(policy, snapshot, now)
    assert verdict.standing is standing_of(verdict.findings)
    for finding in verdict.findings:
        assert finding.message
        assert bool(finding.fix) is (finding.state is not State.MET)
    if verdict.blockers:
        assert verdict.standing is Standing.BLOCKED
    here = {finding.criterion for finding in verdict.findings}
    assert here.isdisjoint(need.criterion for need in verdict.next_needs)
    assert verdict.judged or not verdict.findings


@law
@given(any_.policies(), any_.snapshots, any_.moments)
def test_a_verdict_survives_being_stored(policy, snapshot, now):
    """Written as JSON and read again it is the same verdict, so a stored one can be compared."""
    verdict = evaluate(policy, snapshot, now)
    assert VERDICTS.validate_json(VERDICTS.dump_json(verdict)) == verdict


@law
@given(any_.policies(), any_.snapshots, any_.snapshots, any_.moments)
def test_only_a_change_of_meaning_is_news(policy, one, other, now):
    """A verdict is no news against itself; opened, changed and cleared follow the alerting set."""
    before, after = evaluate(policy, one, now), evaluate(policy, other, now)
    assert transition(before, before).kind is TransitionKind.NONE
    assert means_the_same(before, before)
    had, has = bool(alerting(before.findings)), bool(alerting(after.findings))
    kind = transition(before, after).kind
    assert (kind is TransitionKind.OPENED) == (has and not had)
    assert (kind is TransitionKind.CLEARED) == (had and not has)
    first = transition(None, after)
    assert (first.kind is TransitionKind.OPENED) == has
    assert first.removed == ()


@law
@given(st.data(), any_.policies(), any_.snapshots, any_.moments)
def test_the_order_of_records_does_not_matter(data, policy, snapshot, now):
    """HubSpot lists associated records in any order; what is written is the same."""
    parts = {
        part: tuple(data.draw(st.permutations(records)))
        for part in ("contacts", "companies", "notes")
        if not isinstance(records := getattr(snapshot, part), Unread)
    }
    shuffled = replace(snapshot, **parts)
    one = desired(evaluate(policy, snapshot, now), NAMES)
    assert desired(evaluate(policy, shuffled, now), NAMES) == one


@law
@given(any_.policies(), any_.snapshots, any_.moments)
def test_deals_that_share_a_contact_say_the_same_of_it(policy, snapshot, now):
    """What is written on contacts and companies does not depend on the deal they were read for."""
    if isinstance(snapshot.notes, Unread):
        return
    beside = tuple(n for n in snapshot.notes if any(key.kind != "deal" for key in n.hangs_on))
    other = replace(snapshot, deal_id="77", notes=beside, properties={})
    one, two = evaluate(policy, snapshot, now), evaluate(policy, other, now)
    assert one.contacts == two.contacts
    assert [c.zone.zone for c in one.companies] == [c.zone.zone for c in two.companies]


@pytest.mark.parametrize("severity", list(Severity))
def test_only_blockers_decide_the_standing(severity):
    """A warning or a hint that is unmet leaves the deal clear."""
    policy = any_.shipped_policy()
    loud = tuple(replace(c, severity=severity) for c in policy.criteria)
    verdict = evaluate(replace(policy, criteria=loud), build.snapshot(), any_.NOW)
    assert (verdict.standing is Standing.BLOCKED) == (severity is Severity.BLOCKER)


def _applied(observed, changes: tuple[Change, ...]):
    written = {change.key: change.properties for change in changes}
    return {key: {**seen, **written.get(key, {})} for key, seen in observed.items()}
