"""What the association operations have in common: the two types, the ends, the types of an edge.

It refuses ends that do not exist and types that the two object types do not have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import refusals
from .edges import PLAIN, EdgeType, Pair
from .finding import record_id
from .writing import edge_specs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .door import Call
    from .kinds import Kind
    from .records import Record


@dataclass(frozen=True, slots=True)
class Sides:
    """The two object types of a path, seen from the first."""

    call: Call
    source: Kind
    target: Kind

    @classmethod
    def of(cls, call: Call) -> Sides:
        """The types that the path names.

        Raises:
            Refusal: one is unknown, or HubSpot associates no such records.
        """
        sides = cls(call, call.kind("from_type"), call.kind("to_type"))
        if sides.pair not in PLAIN:
            message = f"No association exists from {sides.source.plural} to {sides.target.plural}"
            refusals.reject(message, sub_category="crm.associations.INVALID_OBJECT_TYPES")
        return sides

    @property
    def pair(self) -> Pair:
        """The key of the directed pair."""
        return (self.source.plural, self.target.plural)

    def existing(self, kind: Kind, wanted: Any) -> Record:
        """The live record at one end.

        Raises:
            Refusal: there is none.
        """
        number = record_id(wanted)
        record = None if number is None else self.call.portal.store.get(kind.plural, number)
        if record is None:
            raise refusals.cannot_associate(kind.constant, wanted)
        return record

    def ends(self, given: dict[str, Any]) -> tuple[Record, Record]:
        """The records that `from.id` and `to.id` of an input mean.

        Raises:
            Refusal: one of them is not there.
        """
        return (
            self.existing(self.source, end_id(given, "from")),
            self.existing(self.target, end_id(given, "to")),
        )

    def types(self, given: Any) -> list[EdgeType]:
        """The association types that a caller lists.

        Raises:
            Refusal: the two object types do not have one of them.
        """
        found = []
        for category, type_id in edge_specs(given):
            edge_type = self.call.portal.store.associations.types.find(self.pair, category, type_id)
            if edge_type is None:
                raise refusals.not_an_association(type_id, category)
            found.append(edge_type)
        return found

    def link(self, source: Record, target: Record, types: Iterable[EdgeType] = ()) -> None:
        """Associate two records as the caller of the request."""
        self.call.portal.store.associate(
            self.source.plural,
            source.id,
            self.target.plural,
            target.id,
            [(one.category, one.type_id) for one in types],
            actor=self.call.token.actor,
        )

    def unlink(self, source_id: int, target_id: int, types: list[EdgeType] | None = None) -> None:
        """Take an association away, or only some of its types."""
        self.call.portal.store.dissociate(
            self.source.plural,
            source_id,
            self.target.plural,
            target_id,
            types or (),
            actor=self.call.token.actor,
        )

    def labels(self, source: Record, target: Record) -> dict[str, object]:
        """The answer to a labelled association."""
        types = self.call.portal.store.associations.types_of(self.pair, source.id, target.id)
        return {
            "fromObjectTypeId": self.source.type_id,
            "fromObjectId": source.id,
            "toObjectTypeId": self.target.type_id,
            "toObjectId": target.id,
            "labels": [one.label for one in types if one.label],
        }

    def defaults(self, source: Record, target: Record) -> list[dict[str, object]]:
        """The answer to a plain association: both directions of it."""
        return [
            {
                "from": {"id": str(one.id)},
                "to": {"id": str(other.id)},
                "associationSpec": {
                    "associationCategory": PLAIN[pair].category,
                    "associationTypeId": PLAIN[pair].type_id,
                },
            }
            for one, other, pair in (
                (source, target, self.pair),
                (target, source, self.pair[::-1]),
            )
        ]

    def rows(self, source_id: int, target_ids: Iterable[int]) -> list[dict[str, object]]:
        """Associated ids with their types; ids are numbers here, as in HubSpot's answers."""
        types_of = self.call.portal.store.associations.types_of
        return [
            {
                "toObjectId": target_id,
                "associationTypes": [
                    {"category": one.category, "typeId": one.type_id, "label": one.label}
                    for one in types_of(self.pair, source_id, target_id)
                ],
            }
            for target_id in target_ids
        ]

    def page(self, source_id: int, after: int, limit: int) -> tuple[list[int], int | None]:
        """Associated ids in ascending order behind `after`, and where the next page begins."""
        store = self.call.portal.store
        found = sorted(
            one
            for one in store.associated(self.source.plural, source_id, self.target.plural)
            if one > after
        )
        return found[:limit], found[limit - 1] if len(found) > limit else None


def end_id(given: dict[str, Any], end: str) -> Any:
    """The id of one end of an input.

    Raises:
        Refusal: the input has no such end.
    """
    found = given.get(end)
    if not isinstance(found, dict) or found.get("id") is None:
        refusals.reject_json(f"every input needs {end}.id")
    return found["id"]


def reads(call: Call) -> list[list[str]]:
    """The scopes for reading both object types of an association path."""
    return [[kind.read_scope for kind in _kinds(call)]]


def writes(call: Call) -> list[list[str]]:
    """The scopes for writing both object types of an association path."""
    return [[kind.write_scope for kind in _kinds(call)]]


def _kinds(call: Call) -> list[Kind]:
    return [call.kind("from_type"), call.kind("to_type")]
