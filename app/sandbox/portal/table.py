"""All records of one object type, found by id, by indexed value and by time of change.

It refuses to tell anyone about changes; that is the store's part.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING

from .index import Lag, ModifiedIndex, ValueIndex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..changes import Actor
    from .records import Record

INDEXED = {
    "deals": ("dealstage", "pipeline"),
    "contacts": ("email", "hs_lead_status"),
}


class Table:
    """The records of one type. `live` and `archived` are disjoint."""

    def __init__(self, plural: str, *, lag_ms: int) -> None:
        self.live: dict[int, Record] = {}
        self.archived: dict[int, Record] = {}
        self.merged: dict[int, int] = {}
        self.ids = array("q")
        self.by_value = {name: ValueIndex() for name in INDEXED.get(plural, ())}
        self.modified = ModifiedIndex(self.live)
        self.lag = Lag(lag_ms)

    def get(self, record_id: int) -> Record | None:
        """The live record; the id of a merged one leads to the record it became part of."""
        record = self.live.get(record_id)
        if record is None and record_id in self.merged:
            return self.get(self.merged[record_id])
        return record

    def enter(self, record: Record, now_ms: int, *, quiet: bool) -> None:
        """Take in a new record."""
        self.ids.append(record.id)
        if not quiet:
            self.lag.hold(record.id, None, now_ms)
        self._appear(record)

    def write(
        self,
        record: Record,
        values: dict[str, str | None],
        at_ms: int,
        actor: Actor,
        *,
        now_ms: int,
        quiet: bool,
    ) -> list[str]:
        """Set values; returns the names of those that changed. The time of change always moves."""
        if not quiet:
            self.lag.hold(record.id, record, now_ms)
        changed = []
        for name, value in values.items():
            old = record.values.get(name, "")
            if record.put(name, value, at_ms, actor):
                changed.append(name)
                if name in self.by_value:
                    self.by_value[name].remove(record.id, old)
                    self.by_value[name].add(record.id, value or "")
        self._stamp(record, at_ms)
        return changed

    def touch(self, record: Record, now_ms: int) -> None:
        """Move the time of change alone, as a logged activity does."""
        self.lag.hold(record.id, record, now_ms)
        self._stamp(record, now_ms)

    def archive(self, record: Record, at_ms: int) -> None:
        """Take a record out of sight."""
        self.lag.hold(record.id, record, at_ms)
        self._vanish(record)
        record.archived_ms = at_ms
        self.archived[record.id] = record

    def restore(self, record: Record, at_ms: int) -> None:
        """Bring an archived record back."""
        self.lag.hold(record.id, None, at_ms)
        del self.archived[record.id]
        record.archived_ms = None
        record.updated_ms = max(record.updated_ms, at_ms)
        self._appear(record)

    def forget(self, record: Record, now_ms: int) -> None:
        """Remove a record for good, live or archived."""
        self.lag.hold(record.id, record if record.id in self.live else None, now_ms)
        if record.id in self.live:
            self._vanish(record)
        self.archived.pop(record.id, None)

    def after(self, record_id: int, *, archived: bool) -> Iterator[Record]:
        """Records with a greater id, in the order of ids."""
        table = self.archived if archived else self.live
        for position in range(bisect_right(self.ids, record_id), len(self.ids)):
            record = table.get(self.ids[position])
            if record is not None:
                yield record

    def _appear(self, record: Record) -> None:
        self.live[record.id] = record
        self.modified.note(record)
        for name, index in self.by_value.items():
            index.add(record.id, record.values.get(name, ""))

    def _vanish(self, record: Record) -> None:
        del self.live[record.id]
        for name, index in self.by_value.items():
            index.remove(record.id, record.values.get(name, ""))

    def _stamp(self, record: Record, at_ms: int) -> None:
        record.updated_ms = max(record.updated_ms, at_ms)
        self.modified.note(record)
