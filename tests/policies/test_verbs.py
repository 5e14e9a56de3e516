"""`dealgate policy validate, test` and `schema`, as an operator calls them."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from app.domain.checks import CHECKS
from config.policy import PolicyError
from config.policy.document import read_document
from config.policy.json_schema import SCHEMA_FILE, policy_schema
from tests.domain.build import POLICY_FILE, shipped_policy
from tests.policies.verbs import SHIPPED, policy_verb, varied

MILDER = ("severity: blocker", "severity: warning")
"""Makes the first criterion of the file, why_change, a warning."""


def test_validate_says_what_the_file_holds():
    """For people in a line, for machines as data."""
    said = policy_verb("validate", POLICY_FILE)
    assert said.exit_code == 0
    assert f"policy {shipped_policy().stamp} holds together: 2 processes" in said.stdout
    data = json.loads(policy_verb("validate", POLICY_FILE, "--json").stdout)
    assert (data["valid"], data["stamp"]) == (True, shipped_policy().stamp)
    assert data["criteria"] == len(shipped_policy().codes)


def test_validate_gives_a_wrong_file_as_data_too(tmp_path):
    """With the same sentence that a person reads, and the same exit code."""
    path = varied(tmp_path, ("check: answered", "check: answerd"))
    refused = policy_verb("validate", path, "--json")
    data = json.loads(refused.stdout)
    assert (refused.exit_code, data["valid"]) == (2, False)
    assert "unknown check 'answerd'; allowed: answered" in data["error"]
    assert isinstance(policy_verb("validate", path).exception, PolicyError)


def test_the_shipped_examples_pass_in_a_line_each():
    """And the last line counts them."""
    said = policy_verb("test", POLICY_FILE)
    assert said.exit_code == 0, said.stdout
    lines = said.stdout.splitlines()
    assert all(line.startswith("ok    ") for line in lines[:-1])
    assert lines[-1] == f"{len(lines) - 1} of {len(lines) - 1} examples as expected."


def test_an_example_that_differs_is_shown_with_what_was_found(tmp_path):
    """The list that differs, then the finding that is in one list and not in the other."""
    path = varied(tmp_path, MILDER)
    said = policy_verb("test", path)
    assert said.exit_code == 1
    shown = said.stdout[said.stdout.index("FAIL  A deal without a single note") :].splitlines()
    assert shown[1].strip() == (
        "blockers is why_flowfuse, why_now, expected why_change, why_flowfuse, why_now"
    )
    assert shown[3].strip().startswith("found: why_change is unmet (absent): No note")
    assert "ok    " in said.stdout


def test_examples_are_data_too(tmp_path):
    """One case per example, with its differences; the counts add up."""
    data = json.loads(policy_verb("test", varied(tmp_path, MILDER), "--json").stdout)
    failed = [case for case in data["cases"] if not case["passed"]]
    assert (data["examples"], data["failed"]) == (len(data["cases"]), len(failed))
    assert failed
    assert all(case["differences"] for case in failed)


def test_a_policy_without_examples_says_where_they_belong(tmp_path):
    """Refused like a wrong file, not passed in silence."""
    path = varied(tmp_path)
    path.with_name("policy.examples.yaml").unlink()
    refused = policy_verb("test", path)
    assert isinstance(refused.exception, PolicyError)
    assert "policy.examples.yaml: no such file" in str(refused.exception)


def test_the_published_schema_is_current():
    """Make it anew with `dealgate policy schema > config/policies/policy.schema.json`."""
    assert policy_verb("schema").stdout == SCHEMA_FILE.read_text(encoding="utf-8")


def test_the_shipped_policy_names_the_schema_for_editors():
    """In its first line, beside the file."""
    assert SHIPPED.splitlines()[0] == f"# yaml-language-server: $schema={SCHEMA_FILE.name}"
    assert SCHEMA_FILE.parent == POLICY_FILE.parent


def test_the_schema_accepts_the_shipped_policy():
    """And is a valid schema itself."""
    Draft202012Validator.check_schema(policy_schema())
    Draft202012Validator(policy_schema()).validate(read_document(POLICY_FILE).plain)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("severity: blocker", "severity: fatal"),
        ("check: answered", "check: answerd"),
        ("{question: why_now}", "{questoin: why_now}"),
        ("with: {refused: [UNQUALIFIED]}", "with: {refused: UNQUALIFIED}"),
        ("title: FlowFuse", "titel: FlowFuse"),
        ("node_red_sites, at_least: 2", "sites, at_least: 2"),
    ],
)
def test_the_schema_underlines_what_the_reader_refuses(tmp_path, old, new):
    """Misspelt keys and words, also the parameters of a check."""
    document = read_document(varied(tmp_path, (old, new)))
    assert not Draft202012Validator(policy_schema()).is_valid(document.plain)


def test_the_schema_describes_every_check_and_its_parameters():
    """So that an editor can offer them."""
    criterion = policy_schema()["$defs"]["CriterionWire"]
    offered = {
        each["const"]: each["description"] for each in criterion["properties"]["check"]["oneOf"]
    }
    assert set(offered) == set(CHECKS)
    assert all(offered.values())
    assert len(criterion["allOf"]) == len(CHECKS)
