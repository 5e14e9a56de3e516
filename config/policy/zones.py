"""The zone section of a policy file, from its wire shape to the domain's rules."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.notes import OpsSign
from app.domain.verdict import Level, Zone
from app.domain.zone import AxisRules, Comparison, FactName, Signal, ZoneRow, ZoneRules
from config.policy.document import Document, Place
from config.policy.schema import AxisWire, SignalWire, ZonesWire

_COUNTS = frozenset({FactName.INSTANCES, FactName.DEVELOPERS, FactName.SITES})
_TRUTHS = frozenset({FactName.ADOPTED, FactName.IN_PRODUCTION})
_LEVELS = (Level.LOW, Level.HIGH)


def build_zones(document: Document, wire: ZonesWire, processes: Mapping[str, str]) -> ZoneRules:
    """The rules; `processes` maps ids to labels. Raises PolicyError."""
    return ZoneRules(
        adoption=_axis(document, wire.adoption, ("zones", "adoption")),
        operations=_axis(document, wire.operations, ("zones", "operations")),
        rows=_rows(document, wire, processes),
        source=wire.source,
    )


def _rows(document: Document, wire: ZonesWire, processes: Mapping[str, str]) -> tuple[ZoneRow, ...]:
    rows: dict[tuple[Level, Level], ZoneRow] = {}
    for index, row in enumerate(wire.zones):
        place: Place = ("zones", "zones", index)
        if row.zone is Zone.UNKNOWN:
            raise document.error((*place, "zone"), "allowed: Z1, Z2, Z3, Z4")
        for axis, level in (("adoption", row.adoption), ("operations", row.operations)):
            if level is Level.UNKNOWN:
                raise document.error((*place, axis), "allowed: low, high")
        if row.process is not None:
            document.must_know((*place, "process"), "process", row.process, processes)
        key = (row.adoption, row.operations)
        if key in rows or any(other.zone is row.zone for other in rows.values()):
            raise document.error(place, "this zone or this pair of levels is given twice")
        label = None if row.process is None else processes[row.process]
        rows[key] = ZoneRow(row.zone, row.name, row.adoption, row.operations, row.motion, label)
    missing = [f"{a}/{o}" for a in _LEVELS for o in _LEVELS if (a, o) not in rows]
    if missing:
        pairs = ", ".join(missing)
        raise document.error(("zones", "zones"), f"no zone for adoption/operations {pairs}")
    return tuple(rows.values())


def _axis(document: Document, wire: AxisWire, place: Place) -> AxisRules:
    signals = tuple(
        _signal(document, signal, (*place, "signals", index))
        for index, signal in enumerate(wire.signals)
    )
    return AxisRules(wire.decide, signals, wire.ask)


def _signal(document: Document, wire: SignalWire, place: Place) -> Signal:
    thresholds = {
        comparison: threshold
        for comparison, threshold in (
            (Comparison.IS, wire.is_),
            (Comparison.AT_LEAST, wire.at_least),
            (Comparison.AT_MOST, wire.at_most),
        )
        if threshold is not None
    }
    if len(thresholds) != 1:
        raise document.error(place, "needs exactly one of: is, at_least, at_most")
    if wire.means is Level.UNKNOWN:
        raise document.error((*place, "means"), "allowed: low, high")
    [(comparison, threshold)] = thresholds.items()
    problem = _mismatch(wire.fact, comparison, threshold)
    if problem:
        raise document.error((*place, comparison.value), problem)
    return Signal(wire.fact, comparison, threshold, wire.means, wire.says)


def _mismatch(fact: FactName, comparison: Comparison, threshold: object) -> str | None:
    if fact in _COUNTS:
        if comparison is Comparison.IS:
            return f"{fact.value} is a count; allowed: at_least, at_most"
        return None
    if comparison is not Comparison.IS:
        return f"{fact.value} is not a count; allowed: is"
    if fact in _TRUTHS and not isinstance(threshold, bool):
        return f"{fact.value} is true or false"
    if fact not in _TRUTHS and not isinstance(threshold, OpsSign):
        return f"{fact.value} is high or low"
    return None
