"""A reading as plain data, in the shape that `dealgate notes` prints."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from app.domain.notes.answer import Fact, Facts, NoteReading, OpsSign


def answers_as_json(reading: NoteReading) -> dict[str, Any]:
    """`{"answers": {id: {"state", "quote", "reason"}}, "facts": {name: value or None}}`."""
    return {
        "answers": {
            question: {
                "state": answer.state.value,
                "quote": answer.quote,
                "reason": answer.reason.value,
            }
            for question, answer in reading.answers.items()
        },
        "facts": {field.name: _value(reading.facts, field.name) for field in fields(Facts)},
    }


def _value(facts: Facts, name: str) -> bool | int | str | None:
    fact: Fact[bool | int | str] | None = getattr(facts, name)
    if fact is None:
        return None
    return fact.value.value if isinstance(fact.value, OpsSign) else fact.value
