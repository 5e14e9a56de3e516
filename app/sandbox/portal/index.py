"""What HubSpot's search knows: sorted ids, values of a few properties, and yesterday's truth.

Search lags behind writes. For each record written within the lag this index keeps the image that
searches still show; every other record is searched as it is. It refuses to index everything: only
the properties that callers filter large portals by, the rest is checked record by record.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
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
    """Live records by the time of their last change, for searches of what changed since then.

    Args:
        live: The live records by id; their own table's, as it changes.
    """

    __slots__ = ("_keys", "_live", "_sorted")

    def __init__(self, live: dict[int, Record]) -> None:
        self._live = live
        self._keys: list[int] = []
        self._sorted = True

    def note(self, record: Record) -> None:
        """Enter a record's latest change; its former entries go stale by themselves."""
        key = record.updated_ms << _ID_BITS | record.id
        if self._keys and key < self._keys[-1]:
            self._sorted = False
        self._keys.append(key)
        if len(self._keys) > _STALE_FACTOR * len(self._live) + _STALE_SLACK:
            self._keys = [one.updated_ms << _ID_BITS | one.id for one in self._live.values()]
            self._sorted = False

    def since(self, at_ms: int) -> Iterator[Record]:
        """Live records changed at `at_ms` or later, earliest change first."""
        if not self._sorted:
            self._keys = sorted(set(self._keys))
            self._sorted = True
        for position in range(bisect_left(self._keys, at_ms << _ID_BITS), len(self._keys)):
            key = self._keys[position]
            record = self._live.get(key & _ID_MASK)
            if record is not None and record.updated_ms == key >> _ID_BITS:
                yield record


class Lag:
    """The images that searches still show of records written a moment ago.

    Args:
        lag_ms: How long a write stays invisible to search.
    """

    def __init__(self, lag_ms: int) -> None:
        self._lag_ms = lag_ms
        self._due: deque[tuple[int, int]] = deque()
        self._images: dict[int, deque[Record | None]] = {}

    def hold(self, record_id: int, before: Record | None, now_ms: int) -> None:
        """Keep what the record was before a write; None when it did not exist."""
        if self._lag_ms <= 0:
            return
        self._let_go(now_ms)
        self._due.append((now_ms + self._lag_ms, record_id))
        image = None if before is None else before.image()
        self._images.setdefault(record_id, deque()).append(image)

    def shown(self, now_ms: int) -> dict[int, Record | None]:
        """For each record that searches do not see as it is: what they see instead."""
        self._let_go(now_ms)
        return {record_id: images[0] for record_id, images in self._images.items()}

    def _let_go(self, now_ms: int) -> None:
        """Forget the images of writes that search has caught up with."""
        while self._due and self._due[0][0] <= now_ms:
            _, record_id = self._due.popleft()
            images = self._images[record_id]
            images.popleft()
            if not images:
                del self._images[record_id]
