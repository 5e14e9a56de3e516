"""The table of what the playbook demands keeps up with the policy."""

from __future__ import annotations

import re

from config.policy.examples import examples_beside, load_examples
from tests.domain.build import POLICY_FILE, shipped_policy

TABLE = (POLICY_FILE.parents[2] / "docs" / "playbook-coverage.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TABLE.splitlines()
    if line.startswith("|") and not line.startswith(("| page", "|---"))
]
EXAMPLES = {example.name for example in load_examples(examples_beside(POLICY_FILE)).examples}
PERSON = "needs a person"


def test_no_row_is_empty_and_every_name_exists():
    """A criterion and an example deal of the shipped policy, or that a person has to judge it."""
    for page, demand, criteria, example in ROWS:
        assert page
        assert demand
        if example == PERSON:
            assert criteria.startswith(PERSON)
            continue
        named = re.findall(r"`([a-z0-9_]+)`", criteria)
        assert named
        assert set(named) <= set(shipped_policy().codes)
        assert example in EXAMPLES


def test_every_criterion_has_a_row():
    """Nothing is demanded of a salesperson that no page demands."""
    named = set(re.findall(r"`([a-z0-9_]+)`", " ".join(row[2] for row in ROWS)))
    exits = {code for code in shipped_policy().codes if code.startswith("exit_")}
    assert set(shipped_policy().codes) - exits <= named
