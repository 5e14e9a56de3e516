"""Search: which records match, in which order, as far as the index knows.

Filters on indexed values, on ids, on associations and on the time of change narrow the records
down first; what is left is checked one by one. Records written within the lag are judged by the
image that the index still has of them. It refuses nothing; `query.py` did.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

from .matching import getter, number_getter, test_of, text_test

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .index import ValueIndex
    from .kinds import Kind
    from .matching import Test
    from .portal import Portal
    from .query import Filter, Query
    from .records import Record
    from .table import Table

_EQUAL = frozenset({"EQ", "IN"})
_SINCE = frozenset({"GT", "GTE", "BETWEEN"})
_ID_BOUNDS = frozenset({"GT", "GTE", "LT", "LTE"})
_MAX_REMEMBERED = 32


class Search:
    """Runs the searches of one portal and remembers the sorted ids of indexed values."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._sorted: dict[tuple[str, str, tuple[str, ...]], tuple[int, list[int]]] = {}

    def run(self, kind: Kind, query: Query) -> tuple[int, list[Record]]:
        """How many records match, and those of the page that was asked for."""
        table = self._portal.store.table(kind.plural)
        shown = table.lag.shown(self._portal.clock.epoch_ms())
        extra = [text_test(kind, query.text)] if query.text else []
        found = [self._group(kind, table, group, extra, shown) for group in query.groups or ((),)]
        ids = found[0] if len(found) == 1 else sorted(set().union(*found))

        def seen(record_id: int) -> Record:
            return shown.get(record_id) or table.live[record_id]

        ids = self._ordered(kind, query, ids, seen)
        page = ids[query.after : query.after + query.limit]
        return len(ids), [seen(one) for one in page]

    def _group(
        self,
        kind: Kind,
        table: Table,
        group: Sequence[Filter],
        extra: list[Test],
        shown: dict[int, Record | None],
    ) -> list[int]:
        """Ids of the records that meet every filter, ascending."""
        ids, covered = self._narrowed(kind, table, group)
        left = [one for one in group if one is not covered and not _is_id_bound(one)]
        tests = [*(test_of(self._portal, kind, one) for one in left), *extra]
        if shown:
            ids = [one for one in ids if one not in shown]
        if tests:
            live = table.live
            ids = [one for one in ids if all(test(live[one]) for test in tests)]
        images = [image for image in shown.values() if image is not None]
        if images:
            tests = [*(test_of(self._portal, kind, one) for one in group), *extra]
            seen = [image.id for image in images if all(test(image) for test in tests)]
            ids = sorted([*ids, *seen])
        return ids

    def _narrowed(
        self, kind: Kind, table: Table, group: Sequence[Filter]
    ) -> tuple[list[int], Filter | None]:
        """Ascending ids of live records within the id bounds, and the filter already met."""
        best: tuple[int, Filter, ValueIndex, tuple[str, ...]] | None = None
        for one in group:
            values = self._indexed(kind, table, one)
            if values is None:
                continue
            index, wanted = values
            size = index.count(wanted)
            if best is None or size < best[0]:
                best = (size, one, index, wanted)
        covered, ids = None, self._few(kind, table, group)
        if best is not None and (ids is None or best[0] < len(ids)):
            _, covered, index, wanted = best
            ids = self._sorted_ids(kind, index, covered.name, wanted)
        if ids is None:
            return [one for one in _within(table.ids, group) if one in table.live], None
        return list(_within(ids, group)), covered

    def _indexed(
        self, kind: Kind, table: Table, one: Filter
    ) -> tuple[ValueIndex, tuple[str, ...]] | None:
        """The index and the values in it that an equality filter means."""
        if one.operator not in _EQUAL:
            return None
        if kind.plural == "deals" and one.name == "hs_is_closed":
            index = table.by_value["dealstage"]
            closed = {s.id for s in self._portal.pipelines.stages("deals") if s.is_closed}
            wanted = tuple(
                value for value in index.values() if str(value in closed).lower() in one.values
            )
            return index, wanted
        index_of_name = table.by_value.get(one.name)
        return None if index_of_name is None else (index_of_name, tuple(dict.fromkeys(one.values)))

    def _few(self, kind: Kind, table: Table, group: Sequence[Filter]) -> list[int] | None:
        """Ids from filters that usually leave few records; all filters are still to be tested."""
        for one in group:
            if one.name == "hs_object_id" and one.operator in _EQUAL:
                wanted = {int(value) for value in one.values if value.isdecimal()}
                return sorted(wanted & table.live.keys())
            if one.other is not None and one.operator in _EQUAL:
                return sorted(self._with_associated(kind, one, table))
        timed = {kind.modified_property}
        if kind.is_activity:
            timed.add(kind.created_property)  # nobody can backdate it beyond the last change
        for one in group:
            if one.name in timed and one.operator in _SINCE:
                since = int(float(one.values[0]))
                return sorted(record.id for record in table.modified.since(since))
        return None

    def _with_associated(self, kind: Kind, one: Filter, table: Table) -> set[int]:
        other = one.other.plural if one.other else ""
        found: set[int] = set()
        for value in one.values:
            if value.isdecimal():
                targets = self._portal.store.associations.targets((other, kind.plural), int(value))
                found.update(targets)
        return found & table.live.keys()

    def _sorted_ids(
        self, kind: Kind, index: ValueIndex, name: str, values: tuple[str, ...]
    ) -> list[int]:
        """The ids of those values, sorted once for as long as the index does not change."""
        key = (kind.plural, name, values)
        version, ids = self._sorted.get(key, (-1, []))
        if version != index.version:
            if len(self._sorted) >= _MAX_REMEMBERED:
                self._sorted.clear()
            ids = sorted(index.ids(values))
            self._sorted[key] = (index.version, ids)
        return ids

    def _ordered(
        self, kind: Kind, query: Query, ids: list[int], seen: Callable[[int], Record]
    ) -> list[int]:
        """The ids in the order asked for; records without a value come last."""
        sort = query.sort
        if sort is None:
            return ids
        if sort.name == "hs_object_id":
            return ids[::-1] if query.descending else ids
        read: Callable[[Record], float | str | None]
        if sort.type in {"number", "date", "datetime"}:
            read = number_getter(self._portal, kind, sort.name, sort.type)
        else:
            read = getter(self._portal, kind, sort.name)
        values: list[tuple[Any, int]] = [(read(seen(one)), one) for one in ids]
        present = sorted((pair for pair in values if pair[0] is not None), reverse=query.descending)
        return [one for _, one in present] + [one for value, one in values if value is None]


def _is_id_bound(one: Filter) -> bool:
    return one.name == "hs_object_id" and one.operator in _ID_BOUNDS


def _within(ids: Sequence[int], group: Sequence[Filter]) -> Sequence[int]:
    """The part of ascending ids that the group's bounds on ids leave."""
    low, high = 0, len(ids)
    for one in group:
        if not _is_id_bound(one):
            continue
        bound = float(one.values[0])
        cut = bisect_right if one.operator in {"GT", "LTE"} else bisect_left
        if one.operator in {"GT", "GTE"}:
            low = max(low, cut(ids, bound))
        else:
            high = min(high, cut(ids, bound))
    return ids[low:high]
