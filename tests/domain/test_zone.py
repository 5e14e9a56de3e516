"""The two axes, the four zones, and what stays unknown."""

from __future__ import annotations

import pytest

from app.domain.deal import ObjectKey, ObjectKind, Unread
from app.domain.evaluate import evaluate
from app.domain.notes import Fact, Facts, OpsSign
from app.domain.verdict import Evidence, Level, Zone
from tests.domain.build import NOW, WRITTEN, shipped_policy, snapshot

RULES = shipped_policy().zones


def fact(value, quote="as they said"):
    """A fact from note n1."""
    return Fact(value, quote, "n1", WRITTEN)


def cite(found):
    """Evidence without a snapshot."""
    return Evidence(ObjectKey(ObjectKind.NOTE, found.note_id), found.quote)


def read(**facts):
    """The zone of these facts."""
    return RULES.read(Facts(**{name: fact(value) for name, value in facts.items()}), cite)


@pytest.mark.parametrize(
    ("adoption", "operations", "zone", "process"),
    [
        (40, OpsSign.HIGH, Zone.Z1, None),
        (2, OpsSign.HIGH, Zone.Z2, "Edge Connectivity"),
        (2, OpsSign.LOW, Zone.Z3, None),
        (40, OpsSign.LOW, Zone.Z4, "NR Scale"),
    ],
)
def test_both_axes_give_the_zone_and_the_process_that_fits(adoption, operations, zone, process):
    """The four zones of the model; where it names a sales process, that one is recommended."""
    reading = read(node_red_instances=adoption, governance=operations)
    assert (reading.zone, reading.candidates) == (zone, (zone,))
    assert reading.recommended_process == process


@pytest.mark.parametrize(
    ("facts", "candidates"),
    [
        ({}, ["Z1", "Z2", "Z3", "Z4"]),
        ({"node_red_sites": 4}, ["Z1", "Z4"]),
        ({"governance": OpsSign.HIGH}, ["Z1", "Z2"]),
        ({"node_red_adopted": True}, ["Z1", "Z2", "Z3", "Z4"]),
    ],
)
def test_an_unknown_axis_leaves_the_zones_that_are_possible(facts, candidates):
    """Nothing is guessed from silence."""
    reading = read(**facts)
    assert reading.zone is Zone.UNKNOWN
    assert list(reading.candidates) == candidates
    assert reading.recommended_process is None


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({"node_red_adopted": False, "node_red_instances": 40}, Level.LOW),
        ({"node_red_in_production": False, "node_red_instances": 40}, Level.LOW),
        ({"node_red_sites": 1, "node_red_instances": 40}, Level.HIGH),
        ({"node_red_sites": 1}, Level.LOW),
        ({"node_red_sites": 2, "node_red_instances": 2}, Level.HIGH),
        ({"node_red_developers": 5}, Level.HIGH),
        ({"node_red_instances": 0}, Level.LOW),
    ],
)
def test_the_first_signal_that_speaks_decides_adoption(facts, level):
    """In the policy's order."""
    assert read(**facts).adoption.level is level


def test_most_signs_decide_operations_and_a_tie_is_unknown():
    """With all sentences of the deciding side as evidence."""
    low, high = OpsSign.LOW, OpsSign.HIGH
    reading = read(governance=high, consistency=high, incidents=low)
    assert reading.operations.level is Level.HIGH
    assert len(reading.operations.evidence) == 2
    tie = read(governance=high, incidents=low).operations
    assert tie.level is Level.UNKNOWN
    assert "both" in tie.basis


def test_each_axis_cites_its_sentence():
    """The basis is one line that a person can check against the note."""
    facts = Facts(
        node_red_sites=fact(4, "4 sites"), governance=fact(OpsSign.LOW, "no governance at all")
    )
    reading = RULES.read(facts, cite)
    assert "“4 sites”" in reading.basis
    assert "“no governance at all”" in reading.basis
    assert [e.quote for e in reading.adoption.evidence] == ["4 sites"]


def test_unread_notes_leave_the_zone_unknown_with_the_reason():
    """All four stay possible."""
    reading = evaluate(shipped_policy(), snapshot(Unread("timed out")), NOW).zone
    assert reading.zone is Zone.UNKNOWN
    assert "timed out" in reading.basis
    assert len(reading.candidates) == 4


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("Sites: 4\nInstances: 38\nDevelopers: 5", ["4", "38", "5"]),
        ("Node-RED instances: 38, developers: 5", ["38", "5"]),
        ("<p><b>How are deployments governed?</b> by a change board</p>", ["by a change board"]),
    ],
)
def test_the_basis_quotes_the_answer_and_not_the_label_above_it(text, quotes):
    """A salesperson's own question is no evidence."""
    zone = evaluate(shipped_policy(), snapshot([text]), NOW).zone
    assert [e.quote for e in (*zone.adoption.evidence, *zone.operations.evidence)] == quotes
    assert f"(“{quotes[0]}”)" in zone.basis
