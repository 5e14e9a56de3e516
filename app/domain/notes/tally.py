"""Statements of facts, collected over a note; the strongest of each kind stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import NamedTuple

from app.domain.notes.answer import Fact


class Weight(IntEnum):
    """How directly a statement states its fact."""

    IMPLIED = 1
    SAID = 2
    NAMED = 3
    """Said in a sentence that names Node-RED, or with a total."""
    FIELD = 4
    """Under a heading that asks for exactly this."""
    CORRECTED = 5
    """Set against a number that is said to be wrong."""


class Statement(NamedTuple):
    """One statement; `value` is a number, or 0 and 1 for no and yes."""

    value: int
    weight: Weight
    quote: str
    day: date | None = None


class Thing(NamedTuple):
    """So many of something that Node-RED may run on; `head` is its folded noun."""

    value: int
    head: str
    site: bool


class Share(NamedTuple):
    """So many Node-REDs on each of something; `words` are those of the numbers that say so.

    `of` is what it is on, or else `head` the folded noun by which that is counted elsewhere.
    """

    value: int
    words: tuple[int, ...]
    quote: str
    head: str = ""
    of: Thing | None = None


@dataclass(slots=True)
class Tally:
    """All statements of one note, by fact."""

    instances: list[Statement] = field(default_factory=list)
    developers: list[Statement] = field(default_factory=list)
    sites: list[Statement] = field(default_factory=list)
    adopted: list[Statement] = field(default_factory=list)
    live: list[Statement] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)


def strongest(statements: list[Statement]) -> Statement | None:
    """The weightiest statement; of equals that of the later day, else the first."""
    best: Statement | None = None
    for statement in statements:
        if best is None or _stronger(statement, best):
            best = statement
    return best


def number(statements: list[Statement]) -> Fact[int] | None:
    """The count that stands."""
    best = strongest(statements)
    return None if best is None else Fact(best.value, best.quote)


def flag(statements: list[Statement]) -> Fact[bool] | None:
    """The yes or no that stands."""
    best = strongest(statements)
    return None if best is None else Fact(bool(best.value), best.quote)


def _stronger(new: Statement, old: Statement) -> bool:
    if new.weight == old.weight and new.day and old.day:
        return new.day > old.day
    return new.weight > old.weight
