"""What HubSpot's search knows: sorted ids, values of a few properties, and yesterday's truth.

Search lags behind writes. For each record written within the lag this index keeps the image that
searches still show; every other record is searched as it is. It refuses to index everything: only
the properties that callers filter large portals by, the rest is checked record by record.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .records import Record

_ID_BITS = 48
_ID_MASK = (1 << _ID_BITS) - 1
_STALE_FACTOR = 2
_STALE_SLACK = 1_000


class ValueIndex:
    """Which live records have which value of one property; "" is having none.

    `version` counts its changes.
    """

    __slots__ = ("_ids", "version")

    def __init__(self) -> None:
        self._ids: dict[str, set[int]] = {}
        self.version = 0

    def values(self) -> list[str]:
        """Every value that a live record has or had."""
        return list(self._ids)

    def ids(self, values: Iterable[str]) -> set[int]:
        """The live records that have one of those values."""
        found: set[int] = set()
        for value in values:
            found |= self._ids.get(value, set())
        return found

    def count(self, values: Iterable[str]) -> int:
        """How many live records have one of those values, each named once."""
        return sum(len(self._ids.get(value, ())) for value in values)

    def add(self, record_id: int, value: str) -> None:
        """Take in a record that appears."""
        self.version += 1
        self._ids.setdefault(value, set()).add(record_id)

    def remove(self, record_id: int, value: str) -> None:
        """Let go of a record that vanishes."""
        self.version += 1
        self._ids[value].discard(record_id)


class ModifiedIndex:
    """Live records by the time of their last change, for searches of what changed since then."""

    __slots__ = ("_keys", "_sorted")

    def __init__(self) -> None:
        self._keys: list[int] = []
        self._sorted = True

    def note(self, record: Record) -> None:
        """Enter a record's latest change; its former entries go stale by themselves."""
        key = record.updated_ms << _ID_BITS | record.id
        if self._keys and key < self._keys[-1]:
            self._sorted = False
        self._keys.append(key)

    def since(self, at_ms: int, live: dict[int, Record]) -> Iterator[Record]:
        """Live records changed at `at_ms` or later, earliest change first."""
        self._tidy(live)
        for position in range(bisect_left(self._keys, at_ms << _ID_BITS), len(self._keys)):
            key = self._keys[position]
            record = live.get(key & _ID_MASK)
            if record is not None and record.updated_ms == key >> _ID_BITS:
                yield record

    def _tidy(self, live: dict[int, Record]) -> None:
        if len(self._keys) > _STALE_FACTOR * len(live) + _STALE_SLACK:
            self._keys = [record.updated_ms << _ID_BITS | record.id for record in live.values()]
            self._sorted = False
        if not self._sorted:
            self._keys = sorted(set(self._keys))
            self._sorted = True


class Lag:
    """The images that searches still show of records written a moment ago.

    Args:
        lag_ms: How long a write stays invisible to search.
    """

    def __init__(self, lag_ms: int) -> None:
        self.lag_ms = lag_ms
        self._images: dict[int, list[tuple[int, Record | None]]] = {}

    def hold(self, record_id: int, before: Record | None, now_ms: int) -> None:
        """Keep what the record was before a write; None when it did not exist."""
        if self.lag_ms > 0:
            image = None if before is None else before.image()
            self._images.setdefault(record_id, []).append((now_ms + self.lag_ms, image))

    def shown(self, now_ms: int) -> dict[int, Record | None]:
        """For each record that searches do not see as it is: what they see instead."""
        shown: dict[int, Record | None] = {}
        for record_id in list(self._images):
            waiting = [entry for entry in self._images[record_id] if entry[0] > now_ms]
            if waiting:
                self._images[record_id] = waiting
                shown[record_id] = waiting[0][1]
            else:
                del self._images[record_id]
        return shown
