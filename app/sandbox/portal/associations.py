"""Which records belong together, kept in both directions.

It refuses to judge whether a record exists; the store asks only for live ones and hides the
archived. An edge always has its plain type; a primary mark and labels come on top, so the common
edge costs one number in one list and nothing else, which is what lets 100,000 deals fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .edges import PLAIN, PRIMARY, PRIMARY_OWNERS, USER_DEFINED, EdgeType, EdgeTypes, Pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NONE: tuple[int, ...] = ()
_UNLABELLED: tuple[int, ...] = ()


class Associations:
    """The edges of the portal. Every method takes records by id and trusts that they exist."""

    def __init__(self) -> None:
        self.types = EdgeTypes()
        self._targets: dict[Pair, dict[int, list[int]]] = {pair: {} for pair in PLAIN}
        self._primary: dict[Pair, dict[int, int]] = {pair: {} for pair in PRIMARY_OWNERS}
        self._labels: dict[tuple[Pair, int, int], tuple[int, ...]] = {}

    def targets(self, pair: Pair, from_id: int) -> Sequence[int]:
        """The ids on the other side, in the order in which they were associated."""
        return self._targets.get(pair, {}).get(from_id, _NONE)

    def primary(self, pair: Pair, from_id: int) -> int | None:
        """The primary company of a contact or a deal."""
        return self._primary[pair].get(from_id)

    def types_of(self, pair: Pair, from_id: int, to_id: int) -> list[EdgeType]:
        """In how many ways two associated records belong together; primary comes first."""
        found = [PRIMARY[pair]] if self._is_primary(pair, from_id, to_id) else []
        found.append(PLAIN[pair])
        for type_id in self._labels.get((pair, from_id, to_id), _UNLABELLED):
            label = self.types.find(pair, USER_DEFINED, type_id)
            if label is not None:
                found.append(label)
        return found

    def link(
        self, pair: Pair, from_id: int, to_id: int, types: Iterable[EdgeType]
    ) -> list[EdgeType]:
        """Associate two records; returns the types that were not there before.

        A record's first company becomes its primary one, as in HubSpot.
        """
        if pair[0] == pair[1] and from_id == to_id:
            return []
        added = []
        there = self._targets[pair].setdefault(from_id, [])
        if to_id not in there:
            there.append(to_id)
            self._targets[pair[::-1]].setdefault(to_id, []).append(from_id)
            added.append(PLAIN[pair])
            if self._take_primary(pair, from_id, to_id, replace=False):
                added.append(PRIMARY[pair])
        for edge_type in types:
            if edge_type.is_primary:
                new = self._take_primary(pair, from_id, to_id, replace=True)
            elif edge_type.category == USER_DEFINED:
                new = self._add_label(pair, from_id, to_id, edge_type)
            else:
                new = False
            if new:
                added.append(edge_type)
        return added

    def unlink(self, pair: Pair, from_id: int, to_id: int) -> list[EdgeType]:
        """Take an edge away with all its types; returns those that it had."""
        there = self._targets.get(pair, {}).get(from_id)
        if there is None or to_id not in there:
            return []
        lost = self.types_of(pair, from_id, to_id)
        there.remove(to_id)
        self._targets[pair[::-1]][to_id].remove(from_id)
        for key in ((pair, from_id, to_id), (pair[::-1], to_id, from_id)):
            self._labels.pop(key, None)
        self._drop_primary(pair, from_id, to_id)
        return lost

    def unlink_types(
        self, pair: Pair, from_id: int, to_id: int, types: Iterable[EdgeType]
    ) -> list[EdgeType]:
        """Take single types away; without its plain type an edge is gone."""
        wanted = list(types)
        if PLAIN[pair] in wanted:
            return self.unlink(pair, from_id, to_id)
        lost = []
        for edge_type in wanted:
            if edge_type.is_primary:
                gone = self._drop_primary(pair, from_id, to_id)
            else:
                gone = self._drop_label(pair, from_id, to_id, edge_type)
            if gone:
                lost.append(edge_type)
        return lost

    def _is_primary(self, pair: Pair, from_id: int, to_id: int) -> bool:
        if pair in self._primary:
            return self._primary[pair].get(from_id) == to_id
        back = pair[::-1]
        return back in self._primary and self._primary[back].get(to_id) == from_id

    def _take_primary(self, pair: Pair, from_id: int, to_id: int, *, replace: bool) -> bool:
        if pair not in self._primary:
            pair, from_id, to_id = pair[::-1], to_id, from_id
        marks = self._primary.get(pair)
        if marks is None or marks.get(from_id) == to_id or (from_id in marks and not replace):
            return False
        marks[from_id] = to_id
        return True

    def _drop_primary(self, pair: Pair, from_id: int, to_id: int) -> bool:
        if not self._is_primary(pair, from_id, to_id):
            return False
        if pair in self._primary:
            del self._primary[pair][from_id]
        else:
            del self._primary[pair[::-1]][to_id]
        return True

    def _add_label(self, pair: Pair, from_id: int, to_id: int, label: EdgeType) -> bool:
        back = self.types.inverse(pair, label)
        new = self._mark(pair, from_id, to_id, label.type_id)
        self._mark(pair[::-1], to_id, from_id, back.type_id)
        return new

    def _mark(self, pair: Pair, from_id: int, to_id: int, type_id: int) -> bool:
        have = self._labels.get((pair, from_id, to_id), _UNLABELLED)
        if type_id in have:
            return False
        self._labels[pair, from_id, to_id] = (*have, type_id)
        return True

    def _drop_label(self, pair: Pair, from_id: int, to_id: int, label: EdgeType) -> bool:
        back = self.types.inverse(pair, label)
        gone = self._unmark(pair, from_id, to_id, label.type_id)
        self._unmark(pair[::-1], to_id, from_id, back.type_id)
        return gone

    def _unmark(self, pair: Pair, from_id: int, to_id: int, type_id: int) -> bool:
        have = self._labels.get((pair, from_id, to_id), _UNLABELLED)
        if type_id not in have:
            return False
        left = tuple(one for one in have if one != type_id)
        if left:
            self._labels[pair, from_id, to_id] = left
        else:
            del self._labels[pair, from_id, to_id]
        return True
