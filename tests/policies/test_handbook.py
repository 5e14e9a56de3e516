"""Every rule in one sentence, and the page made of them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from app.domain.checks import CHECKS
from app.domain.criterion import When
from app.domain.sentence import DEMANDS, sentence
from config.policy.handbook import handbook
from tests.domain.build import POLICY_FILE, shipped_policy
from tests.policies.verbs import policy_verb

PAGE = POLICY_FILE.parents[2] / "docs" / "handbook.md"
POLICY = shipped_policy()


def criterion(code: str):
    """A criterion of the shipped policy by its code."""
    return next(each for each in POLICY.all_criteria() if each.id == code)


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_has_a_clause(name):
    """So that no rule can be written that the handbook cannot say."""
    assert CHECKS[name] in DEMANDS


@pytest.mark.parametrize("code", POLICY.codes)
def test_every_shipped_criterion_is_one_sentence(code):
    """One line of words, with what follows if it is not met, and no name of the file's."""
    said = sentence(criterion(code), POLICY)
    assert re.fullmatch(r"[A-Z][^\n]*; otherwise [^\n;]*\.", said)
    assert not re.search(r"\b(None|True|why_|exit_|mql_|OPEN_DEAL)", said)
    assert "  " not in said


def test_the_sentence_says_who_it_is_for_and_from_when_on():
    """Process and stage, won deals, and the stages that a meeting is held in."""
    why = criterion("why_now")
    late = replace(why, from_stage="2-Diagnose", processes=("nr_scale", "edge_connectivity"))
    assert sentence(late, POLICY).startswith(
        "From 2-Diagnose on in NR Scale and Edge Connectivity, a note on the deal"
    )
    won = replace(why, when=When.CLOSED_WON, processes=("nr_scale",))
    assert sentence(won, POLICY).startswith("For a won deal in NR Scale, ")
    assert sentence(criterion("exit_1b"), POLICY).startswith("After 1-Discovery, a note must put")


def test_the_sentence_names_values_as_people_know_them():
    """Labels of lead statuses and names of questions instead of codes."""
    assert "must not be “Unresponsive” or “Bad timing”" in sentence(
        criterion("lead_contact_inactive"), POLICY
    )
    assert "Node-RED adopted, instances and developers" in sentence(
        criterion("mql_questions"), POLICY
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, ", unless anyone documents a deviation."),
        ({"may_waive": ("owner",)}, ", unless the deal's owner documents a deviation."),
        (
            {"may_waive": ("manager", "team:Deal desk")},
            ", unless a manager or the team Deal desk documents a deviation.",
        ),
        ({"waivable": False}, ", and nobody may deviate from this."),
    ],
)
def test_the_sentence_says_who_may_deviate(changes, says):
    """By the criterion's own word, else by the policy's."""
    assert sentence(replace(criterion("why_now"), **changes), POLICY).endswith(says)


def test_the_page_says_how_a_deviation_is_granted_and_by_whom():
    """Its words, its limit, its managers, and the exception at an exit signal."""
    managed = replace(POLICY.waiving, managers=("anna@example.com", "team:Deal desk"))
    page = handbook(replace(POLICY, waiving=managed))
    assert "“Deviation: <criterion> – <reason> – until <date>”, for at most 180 days" in page
    assert "- Managers are anna@example.com or the team Deal desk." in page
    assert "`exit_1a`, unless anyone documents a deviation): **clear articulation" in page


def test_the_committed_page_is_current():
    """Make it anew with `dealgate policy docs --out docs/handbook.md`."""
    assert PAGE.read_text(encoding="utf-8") == handbook(POLICY)


def test_the_page_holds_every_rule_with_its_source_once_per_process():
    """Codes, sentences, what would pass and the handbook's own words."""
    page = handbook(POLICY)
    assert all(f"`{code}`" in page for code in POLICY.codes)
    for each in POLICY.all_criteria():
        assert each.fix in page
        assert each.source in page
    for each in POLICY.criteria:
        # A rule from some stage on stands at that stage of each process that it is for.
        places = len(each.processes or POLICY.processes) if each.from_stage else 1
        assert page.count(sentence(each, POLICY)) == places


def test_the_page_holds_stages_meetings_statuses_and_thresholds():
    """All that a salesperson looks up."""
    page = handbook(POLICY)
    for process in POLICY.processes:
        for stage in process.stages:
            assert f"### {process.label}: {stage.label}" in page
            for meeting in stage.meetings:
                assert all(text in page for text in (meeting.goal, meeting.signal, *meeting.focus))
    assert all(status.when in page for status in POLICY.lead_status.statuses)
    assert all(row.motion in page for row in POLICY.zones.rows)
    assert "many instances run (10 or more instances): high" in page


def test_a_rule_of_one_process_stands_at_its_first_stage():
    """And neither under the other process nor among the rules for everybody."""
    own = replace(
        criterion("why_now"), id="own", from_stage="3-Solution", processes=("edge_connectivity",)
    )
    page = handbook(replace(POLICY, criteria=(*POLICY.criteria, own)))
    start = page.index("`own`")
    assert page.count("`own`") == 1
    assert page.rindex("\n### ", 0, start) == page.index("\n### Edge Connectivity: 3-Solution")


def test_docs_prints_the_page_or_writes_it(tmp_path):
    """The same text both ways."""
    out = tmp_path / "page.md"
    printed = policy_verb("docs", POLICY_FILE)
    assert printed.stdout == handbook(POLICY)
    assert policy_verb("docs", POLICY_FILE, "--out", out).exit_code == 0
    assert out.read_text(encoding="utf-8") == printed.stdout
