"""A policy file is read whole, or refused in one line with its place and the allowed words."""

from __future__ import annotations

import re

import pytest

from app.domain.checks import CHECKS
from app.domain.evaluate import evaluate
from app.domain.verdict import Severity
from config.policy import PolicyError, load_policy
from tests.domain.build import NOW, POLICY_FILE, WHYS, position, shipped_policy, snapshot

SHIPPED = POLICY_FILE.read_text(encoding="utf-8")
ELSEWHERE = {
    "one code needs one title",
    "meeting '2b' is held in no stage",
    "exactly one criterion with the check",
}
"""Problems of a whole section, reported where the section begins."""
OPTION_VALUE = re.compile(r"[a-z][a-z0-9_]{0,63}")


@pytest.fixture
def refused(tmp_path):
    """Loads a text that must be refused; gives the error's one line, without the folder."""

    def load(text: str) -> str:
        path = tmp_path / "policy.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(PolicyError) as error:
            load_policy(path)
        message = str(error.value)
        assert "\n" not in message
        return message.removeprefix(f"{tmp_path}/")

    return load


def swapped(old: str, new: str) -> str:
    """The shipped file with one place changed."""
    assert old in SHIPPED
    return SHIPPED.replace(old, new, 1)


def changed_line(text: str) -> int:
    """The first line that differs from the shipped file."""
    pairs = zip(text.splitlines(), SHIPPED.splitlines(), strict=False)
    return next(number for number, (new, old) in enumerate(pairs, 1) if new != old)


def line_of(text: str, words: str) -> int:
    """The line in which these words first stand."""
    return text[: text.index(words)].count("\n") + 1


def test_the_shipped_policy_has_both_processes_with_eight_meetings_in_six_stages():
    """As the handbook lays them out."""
    for process in shipped_policy().processes:
        assert [len(stage.meetings) for stage in process.stages] == [2, 2, 1, 1, 1, 1]
        assert [m.id for s in process.stages for m in s.meetings] == [
            "1a", "1b", "2a", "2b", "3", "4", "5", "6",
        ]  # fmt: skip
        assert all(m.goal and m.focus and m.source for s in process.stages for m in s.meetings)


def test_every_code_is_a_valid_option_of_the_blockers_property():
    """With one title each, also for exits that both processes have."""
    codes = shipped_policy().codes
    assert len(codes) == len(shipped_policy().criteria) + 8
    assert all(OPTION_VALUE.fullmatch(code) and title for code, title in codes.items())


def test_every_criterion_names_its_source_and_how_to_pass_it():
    """A rule without a source is somebody's taste."""
    for criterion in shipped_policy().all_criteria():
        assert criterion.source
        assert criterion.fix
        assert criterion.ask


def test_the_qualifying_questions_warn_and_the_zone_only_hints():
    """The handbook demands the whys with “if, and only if”, the others without."""
    severities = {c.id: c.severity for c in shipped_policy().criteria}
    assert severities["why_now"] is Severity.BLOCKER
    assert severities["mql_questions"] is Severity.WARNING
    assert severities["process_fits_zone"] is Severity.HINT


def test_the_fingerprint_follows_the_content_and_not_the_comments(tmp_path):
    """A comment changes nothing; a threshold does."""
    stamps = []
    for text in (
        SHIPPED,
        f"# a comment\n{SHIPPED}",
        swapped("node_red_sites, at_least: 2", "node_red_sites, at_least: 3"),
    ):
        path = tmp_path / "policy.yaml"
        path.write_text(text, encoding="utf-8")
        stamps.append(load_policy(path).stamp)
    assert stamps[0] == stamps[1] == shipped_policy().stamp
    assert stamps[2] != stamps[0]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("severity: blocker", "severity: blokker", "'blocker', 'warning' or 'hint'"),
        ("check: answered", "check: answerd", "unknown check 'answerd'; allowed: answered, exit"),
        ("{question: why_now}", "{question: why_nw}", "unknown question 'why_nw'; allowed: why_ch"),
        ("{question: why_now}", "{questoin: why_now}", "unknown key 'questoin'; allowed"),
        ("{question: why_now}", "{question: 3}", "valid string"),
        ("{status: OPEN_DEAL}", "{status: WON}", "unknown lead status 'WON'; allowed: NEW, OPEN"),
        ("refused: [UNQUALIFIED]", "refused: []", "must not be empty"),
        ("        poc_paid: [not", "        why_now: [not", "'why_now' is not asked here; allowed"),
        ("        poc_paid: [not", "        poc_pait: [not", "'poc_pait' is not asked here; allow"),
        ("id: why_now", "id: why_change", "the criterion 'why_change' is already used above"),
        ("id: why_now", "id: Why now", "pattern"),
        ("id: lead_status_open_deal", "id: exit_1a", "one code needs one title"),
        ("    fix: Move the deal", "    fixx: Move the deal", "unknown key 'fixx'"),
        ("effective: 2026-01-01", "effective: 2026-13-01", "date"),
        ('version: "2026.1"', "version: 2026.1", "valid string"),
        ("open_deal: OPEN_DEAL", "open_deal: OPENDEAL", "unknown lead status 'OPENDEAL'"),
        ("value: OPEN,", "value: NEW,", "the lead status 'NEW' is already used above"),
        ("process: edge_connectivity", "process: edge", "unknown process 'edge'; allowed: nr_sc"),
        ("- zone: Z2", "- zone: Z1", "given twice"),
        ("node_red_sites, at_least: 2", "node_red_sites, is: true", "is a count"),
        ("node_red_adopted, is: false", "node_red_adopted, at_most: 1", "is not a count"),
        ("node_red_adopted, is: false", "node_red_adopted, is: high", "true or false"),
        ("fact: governance, is: high", "fact: governance, is: true", "high or low"),
        ("node_red_sites, at_least: 2", "node_red_sites", "exactly one of"),
        ("node_red_sites, at_least: 2", "sites, at_least: 2", "'node_red_sites'"),
        ("means: high", "means: unknown", "allowed: low, high"),
        ('label: 2-Diagnose, meetings: ["2a", "2b"]', 'label: 2-Diagnose, meetings: ["2a", "2c"]',
         "unknown meeting '2c'; allowed: 1a, 1b"),
        ('label: 2-Diagnose, meetings: ["2a", "2b"]', 'label: 2-Diagnose, meetings: ["2a"]',
         "meeting '2b' is held in no stage"),
        ("label: 2-Diagnose", "label: 1-discovery", "already used above"),
        ("pipelines: [Edge Connectivity]", "pipelines: [NR SCALE]", "the pipeline 'nr scale'"),
        ("check: stage_known", "check: process_fits_zone", "exactly one criterion with the check"),
        ("contact_questions: [mql_adopted", "contact_questions: [mql_adoptd", "unknown question"),
        ("title: FlowFuse", "titel: FlowFuse", "unknown key 'titel'"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_its_line_and_what_is_wrong(refused, old, new, says):
    """One line: file, line, path, problem, allowed words."""
    text = swapped(old, new)
    message = refused(text)
    assert says in message
    if says not in ELSEWHERE:
        assert message.startswith(f"policy.yaml:{changed_line(text)}: ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "should be an object"),
        ("- a list", "should be an object"),
        ("a: [1,\nb: 2", "policy.yaml:2"),
        ("a: 1\na: 2", "duplicate key"),
        ("a: &x [*x]", "policy.yaml"),
        ("a: !!python/object:os.system {}", "policy.yaml"),
    ],
)
def test_what_is_no_policy_at_all_is_refused(refused, text, says):
    """Also what is no YAML, names a key twice, contains itself or asks for code."""
    assert says in refused(text)


def test_a_missing_file_is_refused_with_what_to_set(tmp_path):
    """The variable that names the file is in the message."""
    with pytest.raises(PolicyError, match="POLICY_FILE"):
        load_policy(tmp_path / "nowhere.yaml")


def test_the_zones_cover_each_pair_of_levels_once(refused):
    """A pair that is given twice and a pair that is missing are both refused."""
    assert "given twice" in refused(swapped("operations: low", "operations: high"))
    without = re.sub(r"    - zone: Z3.*?(?=    - zone: Z4)", "", SHIPPED, flags=re.DOTALL)
    assert "no zone for adoption/operations low/low" in refused(without)


def test_an_unknown_key_is_answered_with_the_keys_that_are_allowed(refused):
    """At its own line and with its path."""
    text = swapped("    title: Why now?", "    titel: Why now?\n    title: Why now?")
    message = refused(text)
    assert message.startswith(f"policy.yaml:{line_of(text, 'titel')}: criteria.1.titel: ")
    assert "allowed here: id, title, kind, severity, check, with, fix" in message


def test_an_unknown_stage_is_answered_with_the_stages_of_the_process(refused):
    """A criterion cannot start at a stage that no process has."""
    text = swapped("    title: Why now?", "    title: Why now?\n    from_stage: 2-Diagnosis")
    assert "unknown stage '2-Diagnosis'; allowed: 1-Discovery, 2-Diagnose" in refused(text)


def test_a_new_question_with_a_criterion_takes_only_yaml(tmp_path):
    """Labels in the file, an answer in a note, and the criterion is met."""
    text = swapped(
        "\nquestions:\n",
        "\nquestions:\n"
        "  - {id: sponsor, kind: text, labels: [Sponsor of the change], asks: Who sponsors it?}\n",
    ).replace(
        "criteria:\n",
        "criteria:\n"
        "  - {id: sponsor, title: Sponsor, kind: qualification, severity: blocker,\n"
        "     check: answered, with: {question: sponsor}, fix: Write it., ask: What?,\n"
        "     source: a test, from_stage: 2-Diagnose, processes: [nr_scale]}\n",
        1,
    )
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    policy = load_policy(path)
    silent = evaluate(policy, snapshot([WHYS], stage="2-Diagnose"), NOW)
    assert "sponsor" in {f.criterion for f in silent.blockers}
    said = f"{WHYS}\nSponsor of the change: the plant director, who asked for it in May."
    told = evaluate(policy, snapshot([said], stage="2-Diagnose"), NOW)
    assert "sponsor" not in {f.criterion for f in told.blockers}
    edge = position("2-Diagnose", "Edge Connectivity")
    other = evaluate(policy, snapshot([WHYS], stage=edge), NOW)
    assert "sponsor" not in {f.criterion for f in other.findings}


def test_a_third_process_takes_only_yaml(tmp_path):
    """Its pipeline, stages and meetings are all that is needed."""
    text = f"""{SHIPPED}
  - id: renewal
    label: Renewal
    pipelines: [Renewals]
    source: a test
    won_stage: Renewed
    lost_stage: Churned
    stages:
      - {{label: Talk, meetings: ["r1"]}}
      - {{label: Sign, meetings: []}}
    meetings:
      - {{id: r1, name: Review, goal: Learn, focus: [Usage], signal: yes to a renewal,
         source: a test}}
"""
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    policy = load_policy(path)
    verdict = evaluate(policy, snapshot([WHYS], stage=position("Sign", "renewals")), NOW)
    assert [f.criterion for f in verdict.blockers] == ["exit_r1"]
    assert policy.codes["exit_r1"] == "Exit signal r1 (Review)"


def test_the_policy_names_the_properties_that_it_reads():
    """The gateway asks the portal for these besides its own."""
    policy = shipped_policy()
    needs = policy.needs
    assert needs.contact_properties[:2] == ("hs_lead_status", "lifecyclestage")
    assert {"hs_buying_role", "activation_outbound"} <= set(needs.contact_properties)
    assert {"closedate", "hs_next_step", "hs_manual_forecast_category"} <= set(
        needs.deal_properties
    )
    assert set(needs.history) == {"dealstage", "closedate", "hs_next_step"}
    assert needs.activities
    assert needs.siblings


def test_every_check_says_what_it_means():
    """The reference of checks is made of these."""
    assert all(check.__doc__ for check in CHECKS.values())
