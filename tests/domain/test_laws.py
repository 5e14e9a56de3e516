"""The laws of judging, on any snapshot and any policy."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from app.domain.checks import CHECKS, StageKnown
from app.domain.deal import Unread
from app.domain.desired import Change, OwnedNames, desired, diff, observed_of
from app.domain.evaluate import evaluate
from app.domain.standing import alerting, standing_of
from app.domain.transition import TransitionKind, means_the_same, transition
from app.domain.verdict import Severity, Standing, State, Verdict
from tests.domain import build, made_deals, made_policies
from tests.domain.dice import Dice
from tests.domain.strategies import POLICIES, moments, plans, questions

EXAMPLES = int(os.environ.get("LAW_EXAMPLES", "2000"))
"""Per law; all of them together take less than a minute and a half on one core."""
law = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
NAMES = OwnedNames()
VERDICTS = TypeAdapter(Verdict)
GONE = Unread("timed out")
BLIND = {**dict.fromkeys(made_deals.PARTS, GONE), "properties": {}}
MOST_DEALS = 3_000
"""How many deals may pass before a check has shown every state."""


def judged(question, **unlike) -> Verdict:
    """The verdict of a question without waivers, on a snapshot that is changed so."""
    snapshot = replace(question.snapshot, **unlike)
    return evaluate(question.policy, snapshot, question.now)


def test_the_policies_of_these_laws_use_every_check():
    """With parameters for each, and each in several policies."""
    assert made_policies.PARAMETERS.keys() == CHECKS.keys()
    used = [type(c.check) for seed in range(POLICIES) for c in made_policies.policy(seed).criteria]
    assert min(used.count(check) for check in CHECKS.values()) >= POLICIES // len(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_these_laws_see_every_check_met_unmet_and_unknown(name):
    """A law that never sees a check answer says nothing of it. A stage is known or unknown."""
    wanted = set(State) - ({State.UNMET} if CHECKS[name] is StageKnown else set())
    policy = made_policies.of_one_check(name)
    own = {criterion.id for criterion in policy.criteria}
    dice, seen = Dice(7), set()
    for seed in range(MOST_DEALS):
        sizes = tuple(dice.number(0, made_deals.MOST) for _ in made_deals.SIZES)
        plan = made_deals.Plan(seed, sizes, dice.some(made_deals.PARTS, 0, 1))
        verdict = evaluate(policy, made_deals.snapshot(plan), dice.moment())
        seen.update(finding.state for finding in verdict.findings if finding.criterion in own)
        if seen == wanted:
            break
    assert seen == wanted


@law
@given(questions)
def test_same_question_same_answer(question):
    """Judging never raises, and the same policy, snapshot, time and waivers give one verdict."""
    one, same = (
        evaluate(question.policy, question.snapshot, question.now, question.waivers)
        for _ in range(2)
    )
    assert one == same


@law
@given(questions, moments)
def test_one_write_settles_a_deal(question, later):
    """After its diff is applied, the same verdict has nothing left to write, at any later time."""
    wanted = desired(judged(question), NAMES)
    observed = observed_of(question.snapshot)
    changes = diff(wanted, observed, question.now, NAMES)
    assert diff(wanted, _applied(observed, changes), later, NAMES) == ()


@law
@given(questions)
def test_only_own_and_existing_properties_are_written(question):
    """Every written name has our prefix and was returned by the portal; values fit HubSpot."""
    observed = observed_of(question.snapshot)
    for change in diff(desired(judged(question), NAMES), observed, question.now, NAMES):
        assert change.properties.keys() <= observed[change.key].keys()
        for name, value in change.properties.items():
            assert name.startswith(NAMES.prefix)
            assert len(value) <= 65_536
        assert len(change.properties.get("ff_blocker_summary", "")) <= 2_000


@law
@given(questions)
def test_a_waiver_marks_and_never_hides(question):
    """With waivers the same findings stand with the same states and reasons; only marks differ."""
    snapshot, now = question.snapshot, question.now
    bare = evaluate(question.policy, snapshot, now)
    marked = evaluate(question.policy, snapshot, now, question.waivers)
    unmarked = [replace(finding, waiver=None) for finding in marked.findings]
    assert unmarked == [replace(finding, waiver=None) for finding in bare.findings]
    for finding in marked.findings:
        if finding.waiver is not None:
            assert finding.state is not State.MET
            assert finding.waiver.criterion == finding.criterion
            assert now < finding.waiver.until


@law
@given(questions, st.floats(0, 0.999_999))
def test_nothing_changes_before_recheck_at(question, share):
    """At every instant before `recheck_at` the verdict is the same; without one, for ever."""
    policy, snapshot, now, waivers = (
        question.policy, question.snapshot, question.now, question.waivers
    )  # fmt: skip
    verdict = evaluate(policy, snapshot, now, waivers)
    ahead = verdict.recheck_at or now + timedelta(days=4_000)
    assert ahead > now
    assert evaluate(policy, snapshot, now + (ahead - now) * share, waivers) == verdict


@law
@given(questions, st.sampled_from(sorted(BLIND)))
def test_unread_is_unknown_never_unmet(question, part):
    """When a part could not be read, no criterion turns unmet that was not unmet with it read."""
    before = {finding.criterion: finding.state for finding in judged(question).findings}
    for finding in judged(question, **{part: BLIND[part]}).findings:
        if finding.state is State.UNMET:
            assert part != "position"
            assert before.get(finding.criterion) is State.UNMET


@law
@given(questions)
def test_nothing_is_demanded_of_a_deal_that_could_not_be_read(question):
    """With every part unread there is no unmet finding and no met one that rests on a part."""
    verdict = judged(question, **BLIND)
    assert {finding.state for finding in verdict.findings} <= {State.UNKNOWN}
    assert verdict.contacts == verdict.companies == ()


@law
@given(questions)
def test_the_verdict_is_whole(question):
    """Every finding that is not met says what was found and what to do; unknown asks one thing;
    the standing follows from the findings; what a deal needs next does not block it already.
    """
    verdict = judged(question)
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
@given(questions)
def test_a_verdict_survives_being_stored(question):
    """Written as JSON and read again it is the same verdict, so a stored one can be compared."""
    verdict = judged(question)
    assert VERDICTS.validate_json(VERDICTS.dump_json(verdict)) == verdict


@law
@given(questions, plans)
def test_only_a_change_of_meaning_is_news(question, other):
    """A verdict is no news against itself; opened, changed and cleared follow the alerting set."""
    before, after = judged(question), judged(replace(question, plan=other))
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
@given(questions)
def test_the_order_of_records_does_not_matter(question):
    """HubSpot lists associated records in any order; what is written is the same."""
    snapshot, dice = question.snapshot, question.dice
    shuffled = {
        part: dice.shuffled(records)
        for part in ("contacts", "companies", "notes")
        if not isinstance(records := getattr(snapshot, part), Unread)
    }
    one = desired(judged(question), NAMES)
    assert desired(judged(question, **shuffled), NAMES) == one


@law
@given(questions)
def test_deals_that_share_a_contact_say_the_same_of_it(question):
    """What is written on contacts and companies does not depend on the deal they were read for."""
    notes = question.snapshot.notes
    if isinstance(notes, Unread):
        return
    beside = tuple(note for note in notes if any(key.kind != "deal" for key in note.hangs_on))
    one, two = judged(question), judged(question, deal_id="77", notes=beside, properties={})
    assert one.contacts == two.contacts
    assert [c.zone.zone for c in one.companies] == [c.zone.zone for c in two.companies]


@pytest.mark.parametrize("severity", list(Severity))
def test_only_blockers_decide_the_standing(severity):
    """A warning or a hint that is unmet leaves the deal clear."""
    policy = build.shipped_policy()
    loud = tuple(replace(c, severity=severity) for c in policy.criteria)
    verdict = evaluate(replace(policy, criteria=loud), build.snapshot(), build.NOW)
    assert (verdict.standing is Standing.BLOCKED) == (severity is Severity.BLOCKER)


def _applied(observed, changes: tuple[Change, ...]):
    written = {change.key: change.properties for change in changes}
    return {key: {**seen, **written.get(key, {})} for key, seen in observed.items()}
