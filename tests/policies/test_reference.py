"""The written reference keeps up with the code."""

from __future__ import annotations

from dataclasses import fields

import pytest

from app.domain.checks import CHECKS
from app.domain.deal import ObjectKind
from app.domain.desired import OwnedNames
from app.domain.notes import QuestionKind
from app.domain.zone import FactName
from config.policy import schema
from tests.domain.build import POLICY_FILE, shipped_policy

REFERENCE = (POLICY_FILE.parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_is_documented_with_its_parameters(name):
    """In the first table row of its name."""
    row = next(line for line in REFERENCE.splitlines() if line.startswith(f"| `{name}` |"))
    assert all(f"`{field.name}`" in row for field in fields(CHECKS[name]))


def test_every_key_of_a_policy_file_is_documented():
    """Whatever the schema allows."""
    shapes = [shape for shape in vars(schema).values() if isinstance(shape, type)]
    wires = [shape for shape in shapes if issubclass(shape, schema.Wire)]
    keys = {field.alias or name for wire in wires for name, field in wire.model_fields.items()}
    assert {key for key in keys if key not in REFERENCE} == set()


def test_every_fact_kind_and_property_is_documented():
    """By its own name."""
    names = OwnedNames()
    owned = {name for kind in ObjectKind for name in names.of(kind)}
    words = owned | {fact.value for fact in FactName} | {f"`{kind.value}`" for kind in QuestionKind}
    assert {word for word in words if word not in REFERENCE} == set()


def test_every_shipped_code_is_documented():
    """Exits by the first and the last."""
    codes = {c.id for c in shipped_policy().criteria}
    assert {code for code in codes if f"`{code}`" not in REFERENCE} == set()
