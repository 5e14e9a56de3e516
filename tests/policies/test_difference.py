"""What a policy means otherwise than another, in sentences."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from config.policy import load_policy
from config.policy.difference import Kind, differences, told
from tests.domain.build import POLICY_FILE, shipped_policy
from tests.domain.strategies import policies
from tests.policies.verbs import SHIPPED, policy_verb, varied

NEXT_STEP = """\
  - {id: own_rule, title: Own, kind: hygiene, severity: hint, check: property_present,
     with: {property: hs_next_step}, fix: f, ask: a, source: s, from_stage: 2-Diagnose}
"""


def lines(folder, *swaps):
    """The sentences on a varied policy against the shipped one, of meaning and of wording."""
    found = differences(shipped_policy(), load_policy(varied(folder, *swaps)))
    meant = [each for each in found if each.means_something]
    return list(told(meant)), [each for each in found if each.kind is Kind.REWORDED]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "severity: blocker",
            "severity: warning",
            "criterion why_change: severity changes from blocker to warning.",
        ),
        (
            "{question: why_now}",
            "{question: why_change}",
            "criterion why_now: question changes from why_now to why_change.",
        ),
        (
            "refused: [UNQUALIFIED]",
            "refused: [UNQUALIFIED, BAD_TIMING]",
            "criterion lead_contact_unqualified: refused now also has BAD_TIMING.",
        ),
        (
            "node_red_instances, at_least: 10",
            "node_red_instances, at_least: 20",
            (
                "zones, adoption, high for node_red_instances at least: "
                "threshold changes from 10 to 20."
            ),
        ),
        (
            "pipelines: [NR Scale]",
            "pipelines: [NR Scale, Node-RED]",
            "process nr_scale: pipelines now also has Node-RED.",
        ),
        (
            "effective: 2026-01-01",
            "effective: 2026-02-02",
            "Effective changes from 2026-01-01 to 2026-02-02.",
        ),
        (
            "leading_labels: [Primary contact, Main contact,",
            "leading_labels: [Main contact, Primary contact,",
            (
                "lead status: the order of leading labels becomes Main contact, Primary contact,"
                " Champion, Decision maker."
            ),
        ),
    ],
)
def test_one_change_is_one_sentence(tmp_path, old, new, says):
    """With the place, what it was and what it is now; nothing is only reworded."""
    assert lines(tmp_path, (old, new)) == ([says], [])


def test_a_new_and_a_removed_criterion_are_told_with_their_sentences(tmp_path):
    """In both directions the same rule."""
    path = varied(tmp_path, ("criteria:\n", f"criteria:\n{NEXT_STEP}"))
    says = (
        "From 2-Diagnose on, the deal property hs_next_step must be filled in; "
        "otherwise the deal carries a hint, unless anyone documents a deviation."
    )
    with_, without = load_policy(path), shipped_policy()
    assert list(told(differences(without, with_))) == [f"Criterion own_rule is added: {says}"]
    assert list(told(differences(with_, without))) == [f"Criterion own_rule is removed: {says}"]


def test_another_check_is_named_with_its_parameters(tmp_path):
    """The kind of test changes, not a parameter of it."""
    said, _ = lines(tmp_path, ("check: answered", "check: exit_signal"))
    assert said == [
        (
            "criterion why_change: check changes from answered (question why_change) "
            "to exit_signal (question why_change)."
        )
    ]


def test_places_that_change_alike_share_a_sentence(tmp_path):
    """One setting of all exit signals is one line."""
    said, _ = lines(
        tmp_path, ("exit_signals:\n  severity: blocker", "exit_signals:\n  severity: hint")
    )
    assert said == [
        (
            "criterion exit_1a, criterion exit_1b, criterion exit_2a, criterion exit_2b, "
            "criterion exit_3, criterion exit_4, criterion exit_5, criterion exit_6: "
            "severity changes from blocker to hint."
        )
    ]


def test_wording_is_told_apart_from_meaning(tmp_path):
    """A better sentence for the salesperson changes no verdict."""
    said, reworded = lines(tmp_path, ("fix: Move the deal", "fix: Put the deal"))
    assert said == []
    assert [each.place for each in reworded] == ["criterion stage_known"]


@settings(max_examples=200, deadline=None)
@given(policies(), policies())
def test_no_difference_means_the_same_policy(one, other):
    """A policy does not differ from itself, and what differs in content is told."""
    assert differences(one, one) == ()
    assert bool(differences(one, other)) == (one != other and _beyond_order(one, other))


def _beyond_order(one, other) -> bool:
    """The order of criteria is the order of findings and means nothing else."""
    return (
        set(one.criteria) != set(other.criteria) or one.ignored_pipelines != other.ignored_pipelines
    )


def test_the_verb_says_it_in_sentences_and_as_data(tmp_path):
    """Exit code 0 when the meaning is the same, 1 when it is not."""
    milder = varied(tmp_path, ("severity: blocker", "severity: warning"))
    said = policy_verb("diff", POLICY_FILE, milder)
    assert said.exit_code == 1
    assert "  criterion why_change: severity changes from blocker to warning." in said.stdout
    data = json.loads(policy_verb("diff", POLICY_FILE, milder, "--json").stdout)
    assert (data["same_meaning"], len(data["differences"])) == (False, 1)
    assert data["differences"][0]["kind"] == "changed"
    (tmp_path / "commented.yaml").write_text(f"# words\n{SHIPPED}", encoding="utf-8")
    same = policy_verb("diff", POLICY_FILE, tmp_path / "commented.yaml")
    assert same.exit_code == 0
    assert "They say the same." in same.stdout
