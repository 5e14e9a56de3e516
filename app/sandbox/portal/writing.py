"""Writes as the API allows them: judged as a whole first, then carried out.

A batch is prepared completely before anything is written, because HubSpot refuses a whole batch
for one bad input that carries no trace id. It refuses what the definitions refuse, values that
must be unique and are taken, and associations that cannot be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import refusals
from .finding import holder, record_id
from .kinds import BY_PLURAL
from .rules import ENFORCING_VERSIONS
from .values import accepted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..changes import Actor
    from .door import Call
    from .kinds import Kind
    from .portal import Portal
    from .records import Record

REQUIRED = {kind.plural: ("hs_timestamp",) for kind in BY_PLURAL.values() if kind.is_activity}


@dataclass(frozen=True, slots=True)
class Edge:
    """An association that a new record is to have."""

    to_type: str
    to_id: int
    types: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A write that was judged and may be carried out; a record of None is a new one."""

    kind: Kind
    record: Record | None
    values: Mapping[str, str]
    edges: tuple[Edge, ...] = ()

    def save(self, portal: Portal, actor: Actor) -> Record:
        """Carry the write out; returns the record as it is then."""
        store, plural = portal.store, self.kind.plural
        if self.record is not None:
            store.update(plural, self.record.id, self.values, actor=actor)
            return self.record
        new_id = store.create(plural, self.values, actor=actor)
        for edge in self.edges:
            store.associate(plural, new_id, edge.to_type, edge.to_id, edge.types, actor=actor)
        return store.table(plural).live[new_id]


class Drafting:
    """Judges the writes of one request; unique values must differ among them, too."""

    def __init__(self, call: Call) -> None:
        self._portal = call.portal
        self._kind = call.kind()
        self._obeys_rules = call.path.get("version") in ENFORCING_VERSIONS
        self._claimed: set[tuple[str, str]] = set()

    def creation(self, given: Mapping[str, Any]) -> Draft:
        """A new record from `properties` and `associations`.

        Raises:
            Refusal: HubSpot would not create it.
        """
        values = accepted(self._portal, self._kind, _properties(given), {})
        missing = [name for name in REQUIRED.get(self._kind.plural, ()) if not values.get(name)]
        if missing:
            raise refusals.missing_required(self._kind.constant, missing)
        self._check_unique(values, None)
        self._check_rules(values, is_new=True)
        edges = given.get("associations") or []
        if not isinstance(edges, list):
            refusals.reject_json("associations must be a list")
        return Draft(self._kind, None, values, tuple(self._edge(edge) for edge in edges))

    def change(self, record: Record, given: Mapping[str, Any]) -> Draft:
        """New values for a record.

        Raises:
            Refusal: HubSpot would not write them.
        """
        values = accepted(self._portal, self._kind, _properties(given), record.values)
        self._check_unique(values, record)
        self._check_rules({**record.values, **values}, is_new=False)
        return Draft(self._kind, record, values)

    def _check_unique(self, values: Mapping[str, str], record: Record | None) -> None:
        for name, value in values.items():
            definition = self._portal.properties.get(self._kind.plural, name)
            if definition is None or not definition.has_unique_value or not value:
                continue
            taken = holder(self._portal, self._kind, name, value)
            if taken is not None and taken is not record:
                if name == "email":
                    raise refusals.contact_exists(taken.id)
                raise refusals.unique_value_taken(name, value, taken.id)
            if (name, value) in self._claimed:
                message = f"Two inputs have the same value {value} of {name}, which must be unique"
                refusals.reject(message)
            self._claimed.add((name, value))

    def _check_rules(self, values: Mapping[str, str], *, is_new: bool) -> None:
        if self._obeys_rules:
            self._portal.rules.check(self._kind.plural, values, is_new=is_new)

    def _edge(self, given: Any) -> Edge:
        if not isinstance(given, dict) or not isinstance(given.get("to"), dict):
            refusals.reject_json("an association needs to.id and types")
        target = record_id(given["to"].get("id"))
        pairs, specs = set(), []
        for category, type_id in edge_specs(given.get("types")):
            found = self._portal.store.associations.types.leading_from(
                self._kind.plural, category, type_id
            )
            if found is None:
                raise refusals.not_an_association(type_id, category)
            pairs.add(found[0])
            specs.append((category, type_id))
        if len(pairs) != 1:
            refusals.reject("The types of an association must lead to one object type")
        to_type = pairs.pop()[1]
        if target is None or self._portal.store.get(to_type, target) is None:
            raise refusals.cannot_associate(BY_PLURAL[to_type].constant, given["to"].get("id"))
        return Edge(to_type, target, tuple(specs))


def edge_specs(given: Any) -> list[tuple[str, int]]:
    """Category and type id of each association type that a caller names.

    Raises:
        Refusal: it is not a list of types.
    """
    if not isinstance(given, list) or not given:
        refusals.reject_json("types must be a list of association types")
    specs = []
    for one in given:
        if not isinstance(one, dict) or not isinstance(one.get("associationTypeId"), int):
            refusals.reject_json("associationTypeId must be a number")
        specs.append((str(one.get("associationCategory")), one["associationTypeId"]))
    return specs


def _properties(given: Mapping[str, Any]) -> dict[str, object]:
    properties = given.get("properties")
    if not isinstance(properties, dict):
        refusals.reject_json("properties must be an object")
    return properties
