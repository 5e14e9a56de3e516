"""The customer's maturity zone: two independent axes, each with the sentence that decided it.

A segmentation that selects the right engagement, never a blocker (the adoption and maturity
model's own words). Refuses to label on silence: an axis without facts is unknown, and the zones
that remain possible are named instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.notes import Fact, Facts, OpsSign
from app.domain.verdict import Axis, Evidence, Level, Zone, ZoneReading

FactValue = bool | int | str | OpsSign
_NO_FACTS = Facts()
Cite = Callable[[Fact[FactValue]], Evidence]
"""Turns a fact from a note into evidence with its author and place."""


class FactName(StrEnum):
    """The facts of a note that an axis may look at."""

    ADOPTED = "node_red_adopted"
    INSTANCES = "node_red_instances"
    DEVELOPERS = "node_red_developers"
    IN_PRODUCTION = "node_red_in_production"
    SITES = "node_red_sites"
    GOVERNANCE = "governance"
    STANDARDS_OWNER = "standards_owner"
    SECURITY_OWNER = "security_owner"
    CONSISTENCY = "consistency"
    INCIDENTS = "incidents"


class Comparison(StrEnum):
    """How a fact is held against the threshold."""

    IS = "is"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Decision(StrEnum):
    """How several signals decide an axis: the first in the policy's order, or most of them."""

    FIRST = "first"
    MAJORITY = "majority"


@dataclass(frozen=True, slots=True)
class Signal:
    """One fact with its threshold, the level that it speaks for, and how to say so."""

    fact: FactName
    comparison: Comparison
    threshold: bool | int | OpsSign
    level: Level
    says: str

    def speaks(self, value: FactValue) -> bool:
        """Whether the fact's value meets the threshold."""
        if self.comparison is Comparison.IS:
            return value == self.threshold
        if isinstance(value, str) or isinstance(self.threshold, str):
            return False
        if self.comparison is Comparison.AT_LEAST:
            return value >= self.threshold
        return value <= self.threshold


@dataclass(frozen=True, slots=True)
class AxisRules:
    """How one axis is read, and the questions to ask while it is unknown."""

    decide: Decision
    signals: tuple[Signal, ...]
    ask: str


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """One zone: where it lies on both axes, its motion, and the process that fits, if any."""

    zone: Zone
    name: str
    adoption: Level
    operations: Level
    motion: str
    process: str | None


@dataclass(frozen=True, slots=True)
class ZoneRules:
    """The model as the policy holds it; `rows` cover each pair of known levels once."""

    adoption: AxisRules
    operations: AxisRules
    rows: tuple[ZoneRow, ...]
    source: str
    silent: ZoneReading = field(init=False, repr=False, compare=False)
    """The zone of a customer of whom no note says anything."""

    def __post_init__(self) -> None:
        """Derive what most notes come to."""
        object.__setattr__(self, "silent", self._unknown("unknown: no note says enough"))

    def read(self, facts: Facts, cite: Cite) -> ZoneReading:
        """The zone that these facts carry."""
        if facts == _NO_FACTS:
            return self.silent
        adoption = _axis(self.adoption, facts, cite)
        operations = _axis(self.operations, facts, cite)
        rows = [
            row
            for row in self.rows
            if _possible(adoption, row.adoption) and _possible(operations, row.operations)
        ]
        known = len(rows) == 1
        return ZoneReading(
            zone=rows[0].zone if known else Zone.UNKNOWN,
            adoption=adoption,
            operations=operations,
            candidates=tuple(row.zone for row in rows),
            recommended_process=rows[0].process if known else None,
        )

    def unread(self, reason: str) -> ZoneReading:
        """The zone of a deal whose notes were not read."""
        return self._unknown(f"unknown, not checkable: {reason}")

    def _unknown(self, basis: str) -> ZoneReading:
        axis = Axis(Level.UNKNOWN, basis)
        zones = tuple(row.zone for row in self.rows)
        return ZoneReading(Zone.UNKNOWN, axis, axis, zones, None)

    def ask(self, reading: ZoneReading) -> str:
        """The questions that would settle the axes which are unknown."""
        axes = ((reading.adoption, self.adoption), (reading.operations, self.operations))
        return " ".join(rules.ask for axis, rules in axes if axis.level is Level.UNKNOWN)


def _possible(axis: Axis, level: Level) -> bool:
    return axis.level in (Level.UNKNOWN, level)


def _axis(rules: AxisRules, facts: Facts, cite: Cite) -> Axis:
    spoken = list(_spoken(rules, facts))
    if not spoken:
        return Axis(Level.UNKNOWN, "unknown: no note says enough")
    level = spoken[0][0].level if rules.decide is Decision.FIRST else _majority(spoken)
    if level is Level.UNKNOWN:
        quotes = "; ".join(_said(signal, fact) for signal, fact in spoken)
        return Axis(level, f"unknown: the notes say both ({quotes})", _cited(spoken, cite))
    agreeing = [(signal, fact) for signal, fact in spoken if signal.level is level]
    return Axis(level, f"{level.value}: {_said(*agreeing[0])}", _cited(agreeing, cite))


def _spoken(rules: AxisRules, facts: Facts) -> Iterator[tuple[Signal, Fact[FactValue]]]:
    for signal in rules.signals:
        fact: Fact[FactValue] | None = getattr(facts, signal.fact)
        if fact is not None and signal.speaks(fact.value):
            yield signal, fact


def _majority(spoken: list[tuple[Signal, Fact[FactValue]]]) -> Level:
    high = sum(signal.level is Level.HIGH for signal, _ in spoken)
    low = len(spoken) - high
    if high == low:
        return Level.UNKNOWN
    return Level.HIGH if high > low else Level.LOW


def _said(signal: Signal, fact: Fact[FactValue]) -> str:
    return f"{signal.says} (“{fact.quote}”)"


def _cited(spoken: list[tuple[Signal, Fact[FactValue]]], cite: Cite) -> tuple[Evidence, ...]:
    return tuple(cite(fact) for _, fact in spoken)
