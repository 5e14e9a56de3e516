"""The table of what the playbook demands keeps up with the policy, its examples and the tests."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import NamedTuple

import pytest

from app.domain.waiving import DEVIATION
from config.policy.examples import examples_beside, load_examples, try_example
from tests.domain.build import POLICY_FILE, shipped_policy

ROOT = POLICY_FILE.parents[2]
POLICY = shipped_policy()
FILE = load_examples(examples_beside(POLICY_FILE))
EXAMPLES = {example.name: example for example in FILE.examples}
CODES = {*POLICY.codes, DEVIATION}
PERSON = "needs a person"
PAGES = {"nr_scale": "NR Scale (000)", "edge_connectivity": "Edge Connectivity"}


class Row(NamedTuple):
    """One row of the table, its cells as they are written."""

    page: str
    demand: str
    criteria: str
    examples: str
    test: str

    @property
    def codes(self) -> list[str]:
        """The criteria that it names."""
        return re.findall(r"`([a-z0-9_]+)`", self.criteria)

    @property
    def names(self) -> list[str]:
        """The example deals that it names."""
        return self.examples.split("; ")


def rows() -> list[Row]:
    """The table's rows. Fails when one has too few or too many cells."""
    text = (ROOT / "docs" / "playbook-coverage.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines[2:]]


ROWS = rows()
JUDGED = [row for row in ROWS if not row.criteria.startswith(PERSON)]


@cache
def found(name: str) -> set[str]:
    """The criteria that an example deal is judged by, those of its next stage included."""
    verdict = try_example(POLICY, EXAMPLES[name], FILE.now).verdict
    return {finding.criterion for finding in (*verdict.findings, *verdict.next_needs)}


@cache
def functions_of(name: str) -> set[str]:
    """The tests of the one file of this name, parametrized ones by their function."""
    [path] = (ROOT / "tests").rglob(name)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_no_cell_is_empty_and_no_demand_stands_twice():
    """Each row says something of its own."""
    assert all(cell for row in ROWS for cell in row)
    seen = [(row.page, row.demand, row.criteria) for row in ROWS]
    assert len(seen) == len(set(seen))


def test_a_row_for_a_person_says_why():
    """Nobody has to guess what cannot be judged from the record."""
    for row in ROWS:
        if row not in JUDGED:
            assert re.fullmatch(rf"{PERSON}: .+", row.criteria)
            assert row.examples == PERSON


@pytest.mark.parametrize("row", JUDGED, ids=lambda row: f"{row.page}: {row.demand}")
def test_the_examples_of_a_row_are_judged_by_its_criteria(row):
    """Every criterion and example exists, and each criterion is seen at one of the examples."""
    assert row.codes
    assert set(row.codes) <= CODES
    assert set(row.names) <= EXAMPLES.keys()
    assert set(row.codes) <= set().union(*map(found, row.names))


@pytest.mark.parametrize("test", sorted({row.test for row in ROWS} - {PERSON}))
def test_the_test_of_a_row_exists(test):
    """By its file and its function."""
    file, function = re.fullmatch(r"`(test_\w+\.py)::(test_\w+)`", test).groups()
    assert function in functions_of(file)


def test_every_criterion_has_a_row():
    """Nothing is demanded of a salesperson that no page demands."""
    assert {code for row in JUDGED for code in row.codes} == CODES


@pytest.mark.parametrize("process", POLICY.processes, ids=lambda process: process.id)
def test_every_exit_signal_has_a_row_with_a_deal_of_its_process(process):
    """In the policy's own words, shown by a deal in that process's pipeline."""
    own = {row.demand: row for row in JUDGED if row.page == PAGES[process.id]}
    for stage in process.stages:
        for meeting in stage.meetings:
            row = own[f"Meeting {meeting.id}, exit signal: {meeting.signal}"]
            assert meeting.exit.id in row.codes
            assert {EXAMPLES[name].deal.pipeline for name in row.names} == set(process.pipelines)
