"""The shipped policy's own example deals, and the runner that tries them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.verdict import Standing
from config.policy import PolicyError
from config.policy.examples import examples_beside, load_examples, try_example, try_examples
from tests.domain.build import POLICY_FILE, shipped_policy

FILE = load_examples(examples_beside(POLICY_FILE))


@pytest.mark.parametrize("example", FILE.examples, ids=lambda example: example.name)
def test_the_example_deal_is_judged_as_expected(example):
    """Allowed or not, with the findings that the file names."""
    assert try_example(shipped_policy(), example, FILE.now).differences == ()


def test_names_are_unique_and_both_outcomes_are_shown():
    """A policy is understood by what it lets pass as much as by what it stops."""
    names = [example.name for example in FILE.examples]
    assert len(names) == len(set(names))
    assert {example.allowed for example in FILE.examples} == {True, False}


def test_every_blocker_is_shown_by_some_example():
    """No criterion of severity blocker stands without a deal that it stops or cannot tell."""
    shown = {
        code for e in FILE.examples for code in (*e.expect.blockers, *(e.expect.unknown or ()))
    }
    needed = {code for e in FILE.examples for code in e.expect.next_needs or ()}
    late = {"exit_5", "exit_6"}
    blockers = {c.id for c in shipped_policy().all_criteria() if c.severity == "blocker"}
    assert blockers - late <= shown | needed


@pytest.mark.parametrize(
    ("author", "standing"),
    [
        ("{name: Anna Berg, email: anna@example.com}", Standing.WAIVED),
        ("{name: Tom Lund, teams: [Deal desk]}", Standing.WAIVED),
        ("Anna Berg", Standing.BLOCKED),
        ("{name: Tom Lund, teams: [Sales]}", Standing.BLOCKED),
    ],
)
def test_the_author_of_an_examples_note_may_grant_what_the_policy_lets_them(
    tmp_path, author, standing
):
    """By address and by team, as HubSpot knows them; a name alone proves neither."""
    path = tmp_path / "p.examples.yaml"
    path.write_text(
        "now: 2026-09-01\n"
        "examples:\n"
        "  - name: A note by somebody\n"
        "    allowed: true\n"
        "    deal:\n"
        "      pipeline: NR Scale\n"
        "      stage: 1-Discovery\n"
        "      notes:\n"
        '        - text: "Why change? Two line stops in January.\\nWhy FlowFuse? Snapshots."\n'
        '        - text: "Deviation: why_now – the board meets in May – until 2026-12-31"\n'
        f"          by: {author}\n"
        "    expect: {standing: waived}\n",
        encoding="utf-8",
    )
    few = ("anna@example.com", "team:Deal desk")
    policy = replace(shipped_policy(), waiving=replace(shipped_policy().waiving, may_waive=few))
    [tried] = try_examples(policy, load_examples(path))
    assert tried.verdict.standing is standing


def test_a_difference_says_what_was_found_and_what_was_expected(tmp_path):
    """In words that name the key."""
    path = tmp_path / "p.examples.yaml"
    path.write_text(
        "now: 2026-09-01\n"
        "examples:\n"
        "  - name: Wrong on purpose\n"
        "    allowed: true\n"
        "    deal: {pipeline: NR Scale, stage: 1-Discovery}\n"
        "    expect: {standing: clear, blockers: [why_now]}\n",
        encoding="utf-8",
    )
    [tried] = try_examples(shipped_policy(), load_examples(path))
    assert tried.differences == (
        "allowed is False, expected True",
        "standing is blocked, expected clear",
        "blockers is why_change, why_flowfuse, why_now, expected why_now",
    )


def test_a_wrong_examples_file_is_refused_with_its_line(tmp_path):
    """Like a policy file."""
    path = tmp_path / "p.examples.yaml"
    path.write_text("now: 2026-09-01\nexamples:\n  - name: x\n    alowed: true\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"p\.examples\.yaml:4: .*unknown key 'alowed'"):
        load_examples(path)
