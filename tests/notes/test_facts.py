"""The facts of notes against labels of our own, each fact with its own floor."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from app.domain.notes import Reader, answers_as_json, stripped
from app.domain.notes.answer import OpsSign

CORPUS = Path(__file__).parent / "corpus"
NOTES = [
    json.loads(line)
    for path in sorted(CORPUS.glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]
FLOORS = {
    "node_red_adopted": 0.92,
    "node_red_instances": 0.92,
    "node_red_developers": 0.92,
    "node_red_in_production": 0.92,
    "node_red_sites": 0.92,
}


@pytest.fixture(scope="module")
def reader():
    """One reader for all notes; building it is the costly part."""
    return Reader()


def read(reader, body, created="2026-05-20T09:00:00Z"):
    """The facts of a note."""
    return reader.read(body, datetime.fromisoformat(created)).facts


@pytest.mark.parametrize(("fact", "floor"), FLOORS.items(), ids=str)
def test_fact_is_right_where_label_or_answer_says_something(reader, fact, floor):
    """A number given wrongly costs as much as one missed: null on both sides is left out."""
    right = []
    for note in NOTES:
        if fact not in note["facts"]:
            continue
        reading = reader.read(note["body"], datetime.fromisoformat(note["created"]))
        want, got = note["facts"][fact], answers_as_json(reading)["facts"][fact]
        if want is not None or got is not None:
            right.append(want == got)
    assert sum(right) / len(right) >= floor, f"{fact}: {sum(right)} of {len(right)}"


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note["id"])
def test_quotes_of_facts_are_verbatim(reader, note):
    """What a fact rests on stands in the stripped note word for word."""
    facts = read(reader, note["body"], note["created"])
    text = stripped(note["body"])
    for fact in FLOORS:
        found = getattr(facts, fact)
        assert found is None or found.quote in text


def test_quote_leaves_bullet_and_label_out(reader):
    """A quote is the clause that states the fact, without what merely heads it."""
    facts = read(reader, "- Node-RED: 4 instances, in production\nDevs: 2 / Sites: 3")
    assert facts.node_red_instances.quote == "4 instances, in production"
    assert facts.node_red_developers.quote == "2"


@pytest.mark.parametrize(
    "body",
    [
        "No one owns Node-RED standards",
        "Node-RED has no one to look after it",
        "Potential: 30 Node-RED instances",
        "Between 10 and 15 Node-RED instances",
        "Their peer runs 60 Node-REDs",
        "200 Node-RED flows",
        "They'd start with 5 Node-REDs",
        "If we win, 100 Node-RED instances",
    ],
)
def test_number_of_something_else_is_no_count(reader, body):
    """Pronouns, plans, ranges, conditions, others' Node-REDs and flows give no instances."""
    assert read(reader, body).node_red_instances is None


@pytest.mark.parametrize(
    "body",
    [
        "They have not adopted Node-RED beyond a trial so far, security reviews are pending.",
        "No SSO, no RBAC, no change board",
        "They don't have a platform team",
        "They want SSO",
    ],
)
def test_what_is_not_there_is_no_sign_of_order(reader, body):
    """What is denied, wished for or pending does not lift the operational axis."""
    facts = read(reader, body)
    signs = (facts.governance, facts.standards_owner, facts.security_owner, facts.consistency)
    assert all(sign is None or sign.value is OpsSign.LOW for sign in signs)


def test_trial_alone_is_adopted_but_not_live(reader):
    """An experiment is a use; it is not production."""
    facts = read(reader, "They have not adopted Node-RED beyond a trial so far.")
    assert facts.node_red_adopted.value is True
    assert facts.node_red_in_production.value is False
