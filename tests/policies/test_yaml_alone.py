"""A changed threshold, a new question with its criterion, a third process: YAML and nothing else.

Each policy is written as a file, read as the service reads it, and judges a deal down to the
values that would be written to the portal.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.deal import Activity, Direction, ObjectKey, ObjectKind
from app.domain.desired import desired
from app.domain.evaluate import evaluate
from config.policy import load_policy
from config.policy.difference import differences, told
from tests.domain.build import DEAL, NOW, WHYS, position, shipped_policy, signals, snapshot
from tests.policies.verbs import varied

BUDGET_QUESTION = """\
questions:
  - id: budget
    kind: text
    asks: Whose budget is it, and is it approved?
    labels: [Budget, Budget owner, Etat]
"""
BUDGET_CRITERION = """\
criteria:
  - id: budget_known
    title: Budget
    kind: qualification
    severity: blocker
    check: answered
    with: {question: budget}
    fix: "Note “Budget:” with whose it is and whether it is approved."
    ask: Whose budget is it?
    source: Sales meeting of May
    from_stage: 2-Diagnose
"""
RENEWAL = """\
processes:
  - id: renewal
    label: Renewal
    pipelines: [Renewals]
    source: Customer Success handbook
    won_stage: Renewed
    lost_stage: Churned
    stages:
      - {label: Review, meetings: [r1]}
      - {label: Offer, meetings: []}
    meetings:
      - id: r1
        name: Usage review
        goal: See what is used and what is not.
        focus: [What is used, What is missing]
        signal: the customer agreed to receive an offer
        source: Customer Success handbook, Usage review
"""


def written(policy, deal) -> dict[str, str]:
    """What would be written on the deal's record."""
    return dict(desired(evaluate(policy, deal, NOW))[DEAL])


def blockers(policy, deal) -> set[str]:
    """The codes in the portal's blockers property."""
    return set(filter(None, written(policy, deal)["ff_stage_blockers"].split(";")))


@pytest.mark.parametrize(("days", "unmet"), [(14, True), (21, False)])
def test_a_changed_threshold_changes_a_deals_verdict(tmp_path, days, unmet):
    """Eighteen days without a reply are too long at fourteen and not at twenty-one."""
    path = varied(
        tmp_path, ("days: 14, becomes: UNRESPONSIVE", f"days: {days}, becomes: UNRESPONSIVE")
    )
    key = ObjectKey(ObjectKind.EMAIL, "7")
    there = (ObjectKey(ObjectKind.CONTACT, "c1"),)
    sent = Activity(key, Direction.OUTGOING, NOW - timedelta(days=18), there)
    deal = snapshot([WHYS], activities=(sent,))
    said = written(load_policy(path), deal)["ff_blocker_summary"]
    assert ("Two weeks without a reply" in said) is unmet


def test_a_new_question_with_labels_is_read_and_demanded(tmp_path):
    """From its stage on, under any of its labels, and named in the portal by its own code."""
    path = varied(
        tmp_path, ("questions:\n", BUDGET_QUESTION), ("\ncriteria:\n", f"\n{BUDGET_CRITERION}")
    )
    policy = load_policy(path)
    bare = [WHYS, signals("1a", "1b")]
    late, early = snapshot(bare, stage="2-Diagnose"), snapshot(bare)
    assert blockers(policy, late) == {"budget_known"}
    assert blockers(policy, early) == set()
    assert "Budget: Note “Budget:” with whose" in written(policy, early)["ff_next_stage_needs"]
    for label in ("Budget", "Etat", "budget owner"):
        told_so = [*bare, f"{label}: the plant manager's, approved in May."]
        assert blockers(policy, snapshot(told_so, stage="2-Diagnose")) == set()
    assert blockers(policy, snapshot([*bare, "Budget: TBD"], stage="2-Diagnose")) == {
        "budget_known"
    }
    assert policy.codes["budget_known"] == "Budget"
    assert any(
        "criterion budget_known" in line.casefold()
        for line in told(differences(shipped_policy(), policy))
    )


def test_a_third_process_runs_in_its_own_pipeline_with_its_own_meetings(tmp_path):
    """Its stages are known, its exit signal is demanded; the other processes stay as they are."""
    policy = load_policy(varied(tmp_path, ("\nprocesses:\n", f"\n{RENEWAL}")))

    def stands(stage, *notes):
        return snapshot([WHYS, *notes], stage=position(stage, "Renewals"))

    review = written(policy, stands("Review"))
    assert (review["ff_standing"], review["ff_earned_stage"]) == ("clear", "Review")
    assert blockers(policy, stands("Offer")) == {"exit_r1"}
    agreed = stands("Offer", "Exit signal r1: They agreed to receive an offer by 15 September.")
    assert written(policy, agreed)["ff_standing"] == "clear"
    assert written(policy, agreed)["ff_earned_stage"] == "Offer"
    assert policy.codes["exit_r1"] == "Exit signal r1 (Usage review)"
    before = written(shipped_policy(), snapshot([WHYS], stage="2-Diagnose"))
    after = written(policy, snapshot([WHYS], stage="2-Diagnose"))
    assert {**after, "ff_policy_version": ""} == {**before, "ff_policy_version": ""}
    assert written(shipped_policy(), stands("Review"))["ff_standing"] == "unknown"
