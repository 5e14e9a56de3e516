"""Which criteria a deal answers for, and what its verdict says of its stages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.checks import PropertyPresent
from app.domain.criterion import When
from app.domain.deal import ObjectKey, ObjectKind, Owner, PropertyMove, Unread
from app.domain.evaluate import evaluate
from app.domain.process import PropertyMatch
from app.domain.verdict import Enforcement, Exits, Standing, State, Waiver, Zone
from tests.domain.build import (
    NOW,
    STAGES,
    WHYS,
    company,
    contact,
    note,
    position,
    shipped_policy,
    signals,
    snapshot,
)

POLICY = shipped_policy()
CLOSED = NOW - timedelta(days=2)


def codes(findings):
    """Criterion ids in the order in which they were found."""
    return [finding.criterion for finding in findings]


def judge(*args, waivers=(), policy=POLICY, **kwargs):
    """The verdict on a snapshot built from these parts."""
    return evaluate(policy, snapshot(*args, **kwargs), NOW, waivers)


def finding_of(verdict, code):
    """The one finding of a criterion."""
    [finding] = [f for f in verdict.findings if f.criterion == code]
    return finding


def test_a_deal_without_notes_is_blocked_by_the_three_whys_from_its_first_stage():
    """A deal is judged from the moment it exists, not only once it moves."""
    verdict = judge()
    assert codes(verdict.blockers) == ["why_change", "why_now", "why_flowfuse"]
    assert {finding.reason for finding in verdict.blockers} == {"absent"}
    assert verdict.standing is Standing.BLOCKED


@pytest.mark.parametrize("kind", ["contact", "company", "deal"])
def test_notes_count_wherever_they_hang(kind):
    """The whys may stand on the deal, on its contact or on its company."""
    verdict = judge([note(WHYS, on=ObjectKey(ObjectKind(kind), "c1"))])
    assert verdict.standing is Standing.CLEAR


def test_a_finding_quotes_what_it_judged_with_date_and_author():
    """A placeholder is shown verbatim, with the note, its date and who wrote it."""
    owner = Owner(id="7", name="Zoe Park", email=None, active=True)
    deal = replace(snapshot([note("Why now: TBD", author="7")]), owner=owner)
    finding = finding_of(evaluate(POLICY, deal, NOW), "why_now")
    [evidence] = finding.evidence
    assert (evidence.quote, evidence.author, evidence.source.id) == ("TBD", "Zoe Park", "n1")
    assert "“TBD” (note of 2026-08-20 by Zoe Park)" in finding.message
    assert finding.fix.startswith("Add a note")


@pytest.mark.parametrize("index", range(6))
def test_a_stage_demands_the_signals_of_every_meeting_before_it(index):
    """Skipping stages shows as the missing signals of all meetings that were skipped."""
    before = [["1a", "1b"], ["2a", "2b"], ["3"], ["4"], ["5"], ["6"]][:index]
    verdict = judge([WHYS], stage=STAGES[index])
    expected = [f"exit_{meeting}" for meetings in before for meeting in meetings]
    assert codes(verdict.blockers) == expected
    assert verdict.claimed_stage == STAGES[index]
    assert verdict.earned_stage == "1-Discovery"


def test_the_earned_stage_goes_as_far_as_the_evidence():
    """It may lie ahead of the claimed stage, and stops at the first meeting without a signal."""
    verdict = judge([WHYS, signals("1a", "1b", "2a", "2b", "4")])
    assert verdict.standing is Standing.CLEAR
    assert verdict.earned_stage == "3-Solution"
    assert verdict.claimed_stage == "1-Discovery"


def test_nothing_is_earned_beyond_the_first_stage_without_qualification():
    """Exit signals alone carry a deal nowhere while a why is missing."""
    verdict = judge([signals("1a", "1b", "2a", "2b")], stage="3-Solution")
    assert verdict.earned_stage == "1-Discovery"


def test_hygiene_does_not_lower_the_earned_stage():
    """A contact who went silent blocks the deal and takes nothing away from what was earned."""
    verdict = judge([WHYS, signals("1a", "1b")], contacts=[contact("UNRESPONSIVE"), contact()])
    assert verdict.earned_stage == "2-Diagnose"


def test_a_deal_is_told_what_the_next_stage_needs_before_it_moves():
    """Only what is new there: what blocks already is not repeated."""
    verdict = judge([signals("1a")])
    assert verdict.next_stage == "2-Diagnose"
    assert codes(verdict.next_needs) == ["exit_1b"]


def test_the_last_stage_needs_its_own_signal_to_be_won():
    """Before closing as won, the agreement has to be on record as signed."""
    verdict = judge([WHYS, signals("1a", "1b", "2a", "2b", "3", "4", "5")], stage="6-Closing")
    assert verdict.standing is Standing.CLEAR
    assert verdict.next_stage == "Closed won"
    assert codes(verdict.next_needs) == [
        "won_signature",
        "won_kickoff",
        "won_first_value",
        "exit_6",
    ]


def test_findings_stand_in_the_policys_order():
    """The criteria of the file first, then the exits in the order of the meetings."""
    verdict = judge(stage="3-Solution")
    order = [c.id for c in POLICY.all_criteria()]
    places = [order.index(code) for code in codes(verdict.findings)]
    assert places == sorted(places)


@pytest.mark.parametrize("won", [True, False])
def test_a_closed_deal_is_not_judged(won):
    """It has no findings and is clear, but keeps its zone."""
    verdict = judge(["Node-RED is not adopted."], stage=position("Closed", closed=True, won=won))
    assert not verdict.judged
    assert (verdict.standing, verdict.findings) == (Standing.CLEAR, ())
    assert verdict.earned_stage is None


def test_a_won_deal_answers_for_criteria_that_say_closed_won():
    """And for no other, whatever its stage is called."""
    handoff = replace(
        POLICY.criteria[0],
        id="handoff",
        check=PropertyPresent("kickoff_date"),
        when=When.CLOSED_WON,
    )
    policy = replace(POLICY, criteria=(POLICY.criteria[0], handoff))
    won = position("Contract sent", closed=True, won=True)
    properties = {"kickoff_date": None, "closedate": CLOSED.isoformat()}
    verdict = judge(stage=won, policy=policy, properties=properties)
    assert codes(verdict.blockers) == ["handoff"]
    assert verdict.judged
    lost = position("Closed lost", closed=True)
    assert judge(stage=lost, policy=policy, properties=properties).judged is False
    assert "handoff" not in codes(judge(policy=policy).findings)


@pytest.mark.parametrize("won", [True, False])
def test_a_deal_that_closed_long_ago_is_left_alone(won):
    """It is judged for as long as the policy says, and again when that time is over."""
    stage = position("Closed", closed=True, won=won)
    recent = judge(stage=stage, properties={"closedate": CLOSED.isoformat()})
    assert recent.judged
    assert recent.recheck_at == CLOSED + timedelta(days=POLICY.closed_judged_days)
    over = evaluate(
        POLICY,
        snapshot(stage=stage, properties={"closedate": CLOSED.isoformat()}),
        recent.recheck_at,
    )
    assert not over.judged
    assert not judge(stage=stage, properties={"closedate": "some day"}).judged


@pytest.mark.parametrize(
    ("moved_days_ago", "close_date", "judged"),
    [
        (3, "2024-01-01", True),
        (3, "2027-12-31", True),
        (3, None, True),
        (40, "2026-08-31", False),
        (None, "2026-08-31", True),
        (None, "2024-01-01", False),
    ],
)
def test_a_deal_closed_when_its_stage_was_moved_whatever_its_close_date_says(
    moved_days_ago, close_date, judged
):
    """The date can be edited, the history cannot; without one the date has to do."""
    won = position("Closed won", closed=True, won=True)
    earlier = PropertyMove("12", NOW - timedelta(days=90))
    moves = ()
    if moved_days_ago is not None:
        moves = (PropertyMove(won.stage_id, NOW - timedelta(days=moved_days_ago)), earlier)
    deal = snapshot(stage=won, properties={"closedate": close_date}, history={"dealstage": moves})
    verdict = evaluate(POLICY, deal, NOW)
    assert verdict.judged is judged
    if moved_days_ago == 3:
        assert verdict.recheck_at == NOW + timedelta(days=POLICY.closed_judged_days - 3)


def test_a_history_that_ends_elsewhere_does_not_say_when_a_deal_closed():
    """What HubSpot keeps may lag behind the stage that it gives."""
    won = position("Closed won", closed=True, won=True)
    history = {"dealstage": (PropertyMove("12", NOW - timedelta(days=90)),)}
    deal = snapshot(stage=won, properties={"closedate": "2026-08-31"}, history=history)
    assert evaluate(POLICY, deal, NOW).judged


def test_a_criterion_may_start_at_a_later_stage():
    """Until then it is one of the things that the next stage needs."""
    late = replace(
        POLICY.criteria[0],
        id="late_step",
        check=PropertyPresent("hs_next_step"),
        from_stage="2-Diagnose",
    )
    policy = replace(POLICY, criteria=(*POLICY.criteria, late))
    empty = {"hs_next_step": " "}
    assert "late_step" not in codes(judge(policy=policy, properties=empty).findings)
    assert "late_step" in codes(judge(policy=policy, properties=empty).next_needs)
    assert "late_step" in codes(judge(stage="3-Solution", policy=policy, properties=empty).blockers)


def test_an_unknown_pipeline_is_said_and_qualification_still_counts():
    """Its exit signals cannot be demanded; that is unknown with the labels that are known."""
    verdict = judge([WHYS], stage=position(pipeline="Renewals"))
    finding = finding_of(verdict, "stage_known")
    assert finding.state is State.UNKNOWN
    assert "'Renewals'" in finding.message
    assert "NR Scale" in finding.message
    assert verdict.standing is Standing.UNKNOWN
    assert judge(stage=position(pipeline="Renewals")).standing is Standing.BLOCKED


def test_an_unknown_stage_is_said_with_the_stages_that_are_known():
    """A renamed stage makes the exits uncheckable, never met."""
    verdict = judge([WHYS], stage=position("Negotiation"))
    finding = finding_of(verdict, "stage_known")
    assert (finding.state, finding.reason) == (State.UNKNOWN, "not_in_policy")
    assert "1-Discovery" in finding.message
    assert "policy out of date" in finding.fix
    assert verdict.standing is Standing.UNKNOWN
    assert (verdict.claimed_stage, verdict.earned_stage) == (None, None)


def test_an_ignored_pipeline_is_left_alone():
    """Deals that the policy ignores on purpose are not judged."""
    policy = replace(POLICY, ignored_pipelines=("renewals",))
    assert not judge(stage=position(pipeline="Renewals"), policy=policy).judged


def test_one_pipeline_may_run_two_processes_told_apart_by_a_property():
    """Without a value that names a process, the stage cannot be told."""
    nr_scale, edge = POLICY.processes
    both = (
        replace(nr_scale, pipelines=("Sales",), only_if=PropertyMatch("motion", ("scale",))),
        replace(edge, pipelines=("Sales",), only_if=PropertyMatch("motion", ("edge",))),
    )
    policy = replace(POLICY, processes=both)
    sales = position(pipeline="Sales")
    assert policy.process_of(sales, {"motion": "edge"}).id == "edge_connectivity"
    assert policy.process_of(sales, {"motion": "scale"}).id == "nr_scale"
    assert "motion" in policy.process_of(sales, {"motion": None}).reason
    assert "motion" in policy.process_of(sales, {}).reason
    assert "motion" in policy.needs.deal_properties


def test_an_unread_stage_demands_nothing():
    """The deal may be closed, so what is missing is unknown, and the standing with it."""
    verdict = judge(stage=Unread("pipelines could not be read"))
    assert not verdict.blockers
    assert verdict.standing is Standing.UNKNOWN
    assert "could not be read" in finding_of(verdict, "why_now").message


def test_waived_blockers_leave_the_deal_waived_until_the_waiver_lapses():
    """The finding stays with its mark, and the verdict is due again when the waiver ends."""
    until = NOW + timedelta(days=5)
    waivers = [
        Waiver(code, "pilot customer", "Zoe", until, POLICY.version)
        for code in ("why_change", "why_now", "why_flowfuse")
    ]
    verdict = judge(waivers=waivers)
    assert verdict.standing is Standing.WAIVED
    assert verdict.blockers == ()
    assert finding_of(verdict, "why_now").waiver == waivers[1]
    assert verdict.recheck_at == until
    assert evaluate(POLICY, snapshot(), until, waivers).standing is Standing.BLOCKED


def test_a_waiver_ends_by_itself_when_the_criterion_is_met():
    """There is nothing left to deviate from."""
    waiver = Waiver("why_now", "pilot", "Zoe", NOW + timedelta(days=5), POLICY.version)
    verdict = judge([WHYS], waivers=[waiver])
    assert finding_of(verdict, "why_now").waiver is None
    assert verdict.standing is Standing.CLEAR


def test_a_waived_exit_counts_as_earned():
    """A documented deviation carries the deal on."""
    waiver = Waiver("exit_1b", "skipped with the CTO", "Zoe", NOW + timedelta(days=5), "1")
    assert judge([WHYS, signals("1a")], waivers=[waiver]).earned_stage == "2-Diagnose"


def test_of_two_waivers_the_longer_one_counts():
    """So granting a longer one needs no deleting of the shorter."""
    short, long = (
        Waiver("why_now", "pilot", "Zoe", NOW + timedelta(days=days), "1") for days in (5, 9)
    )
    assert finding_of(judge(waivers=[long, short]), "why_now").waiver is long


def test_the_same_notes_judged_under_a_changed_policy_carry_another_stamp():
    """The stamp names the content, so last month's blocker can be explained by its rules."""
    quiet = Exits(slack=Enforcement.OBSERVE)
    criteria = (replace(POLICY.criteria[0], exits=quiet), *POLICY.criteria[1:])
    changed = replace(POLICY, criteria=criteria)
    assert judge().policy_version.startswith(POLICY.version)
    assert judge(policy=changed).policy_version != judge().policy_version
    assert replace(POLICY).fingerprint == POLICY.fingerprint


def test_a_contact_is_judged_by_its_own_notes_alone():
    """The deal's own note says nothing of the contact, whose other deals cannot see it."""
    verdict = judge([WHYS], contacts=[contact()], companies=[company()])
    [reading] = verdict.contacts
    assert reading.qualification.startswith("0 of 4 questions answered; missing: ")
    [firm] = verdict.companies
    assert firm.zone.zone is Zone.UNKNOWN
