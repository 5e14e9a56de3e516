"""Which association types HubSpot defines between which objects, and the labels a portal adds.

The numbers are HubSpot's own (associations guide, list of type ids). It refuses pairs that
HubSpot does not define. A label is directed: its inverse has a type id of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .kinds import BY_PLURAL

HUBSPOT_DEFINED = "HUBSPOT_DEFINED"
USER_DEFINED = "USER_DEFINED"

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class EdgeType:
    """One way in which two records can belong together; `label` None is the plain way."""

    category: str
    type_id: int
    label: str | None = None
    name: str = ""

    @property
    def is_primary(self) -> bool:
        """Whether it marks the one primary company."""
        return self.category == HUBSPOT_DEFINED and self.label == "Primary"


_PLAIN: dict[Pair, int] = {
    ("contacts", "contacts"): 449,
    ("contacts", "companies"): 279,
    ("contacts", "deals"): 4,
    ("contacts", "calls"): 193,
    ("contacts", "emails"): 197,
    ("contacts", "meetings"): 199,
    ("contacts", "notes"): 201,
    ("contacts", "tasks"): 203,
    ("companies", "companies"): 450,
    ("companies", "contacts"): 280,
    ("companies", "deals"): 342,
    ("companies", "calls"): 181,
    ("companies", "emails"): 185,
    ("companies", "meetings"): 187,
    ("companies", "notes"): 189,
    ("companies", "tasks"): 191,
    ("deals", "deals"): 451,
    ("deals", "contacts"): 3,
    ("deals", "companies"): 341,
    ("deals", "calls"): 205,
    ("deals", "emails"): 209,
    ("deals", "meetings"): 211,
    ("deals", "notes"): 213,
    ("deals", "tasks"): 215,
    ("calls", "contacts"): 194,
    ("calls", "companies"): 182,
    ("calls", "deals"): 206,
    ("emails", "contacts"): 198,
    ("emails", "companies"): 186,
    ("emails", "deals"): 210,
    ("meetings", "contacts"): 200,
    ("meetings", "companies"): 188,
    ("meetings", "deals"): 212,
    ("notes", "contacts"): 202,
    ("notes", "companies"): 190,
    ("notes", "deals"): 214,
    ("tasks", "contacts"): 204,
    ("tasks", "companies"): 192,
    ("tasks", "deals"): 216,
}
_PRIMARY: dict[Pair, int] = {
    ("contacts", "companies"): 1,
    ("companies", "contacts"): 2,
    ("deals", "companies"): 5,
    ("companies", "deals"): 6,
}
PLAIN = {pair: EdgeType(HUBSPOT_DEFINED, type_id) for pair, type_id in _PLAIN.items()}
PRIMARY = {
    pair: EdgeType(HUBSPOT_DEFINED, type_id, "Primary") for pair, type_id in _PRIMARY.items()
}
PRIMARY_OWNERS = frozenset({("contacts", "companies"), ("deals", "companies")})
"""The pairs, seen from the record that has at most one primary company."""


def edge_name(pair: Pair, edge_type: EdgeType) -> str:
    """The type's name in HubSpot's older API, such as `deal_to_company_unlabeled`."""
    if edge_type.category == USER_DEFINED:
        return edge_type.name
    base = f"{BY_PLURAL[pair[0]].singular}_to_{BY_PLURAL[pair[1]].singular}"
    return f"{base}_unlabeled" if pair in PRIMARY and not edge_type.is_primary else base


@dataclass(slots=True)
class EdgeTypes:
    """HubSpot's types and the portal's own labels, for each directed pair of object types."""

    _labels: dict[Pair, dict[int, EdgeType]] = field(default_factory=dict)
    _inverse: dict[tuple[Pair, int], int] = field(default_factory=dict)
    _last_id: int = 0

    def of(self, pair: Pair) -> list[EdgeType]:
        """All types of the pair, HubSpot's first."""
        defined = [table[pair] for table in (PRIMARY, PLAIN) if pair in table]
        return [*defined, *self._labels.get(pair, {}).values()]

    def find(self, pair: Pair, category: str, type_id: int) -> EdgeType | None:
        """The type with that category and number, or None when the pair has none such."""
        return next(
            (t for t in self.of(pair) if t.category == category and t.type_id == type_id), None
        )

    def leading_from(
        self, from_type: str, category: str, type_id: int
    ) -> tuple[Pair, EdgeType] | None:
        """Where a type of that number leads from that object type; numbers are unique."""
        for to_type in BY_PLURAL:
            edge_type = self.find((from_type, to_type), category, type_id)
            if edge_type is not None:
                return (from_type, to_type), edge_type
        return None

    def inverse(self, pair: Pair, edge_type: EdgeType) -> EdgeType:
        """The same relation, seen from the other side."""
        back = pair[::-1]
        if edge_type.is_primary:
            return PRIMARY[back]
        if edge_type.category == HUBSPOT_DEFINED:
            return PLAIN[back]
        return self._labels[back][self._inverse[pair, edge_type.type_id]]

    def add(self, pair: Pair, name: str, label: str, inverse_label: str | None) -> list[EdgeType]:
        """Define a label in both directions; returns both types, that of `pair` first."""
        there = EdgeType(USER_DEFINED, self._next_id(), label, name)
        back_id = there.type_id if pair[0] == pair[1] else self._next_id()
        back = EdgeType(USER_DEFINED, back_id, inverse_label or label, name)
        self._put(pair, there, back_id)
        if back_id != there.type_id:
            self._put(pair[::-1], back, there.type_id)
            return [there, back]
        return [there]

    def rename(self, pair: Pair, type_id: int, label: str, inverse_label: str | None) -> bool:
        """Give a label another text; False when the pair has no such label."""
        old = self._labels.get(pair, {}).get(type_id)
        if old is None:
            return False
        back_id = self._inverse[pair, type_id]
        self._put(pair, EdgeType(USER_DEFINED, type_id, label, old.name), back_id)
        if inverse_label and back_id != type_id:
            back = EdgeType(USER_DEFINED, back_id, inverse_label, old.name)
            self._put(pair[::-1], back, type_id)
        return True

    def remove(self, pair: Pair, type_id: int) -> bool:
        """Delete a label in both directions; False when the pair has no such label."""
        if type_id not in self._labels.get(pair, {}):
            return False
        back_id = self._inverse.pop((pair, type_id))
        del self._labels[pair][type_id]
        if back_id != type_id:
            del self._labels[pair[::-1]][back_id]
            del self._inverse[pair[::-1], back_id]
        return True

    def _put(self, pair: Pair, edge_type: EdgeType, inverse_id: int) -> None:
        self._labels.setdefault(pair, {})[edge_type.type_id] = edge_type
        self._inverse[pair, edge_type.type_id] = inverse_id

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id
