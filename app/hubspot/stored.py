"""Reading through copies: what is known not to have changed is not asked for again.

It stands in for a `BatchReader` in the rounds of an observation, so that what is read and what is
put together is the same with copies as without. Associations are always asked for: HubSpot tells
nobody when they change, and a thousand cost one call.

A copy counts when it was kept since a moment that the sweep names: for a full sweep its own
beginning, so that a contact of many deals is read once; for an incremental one the beginning of
time, after `StoredCrm.catch_up` has taken in what changed. A deal's own copy counts only for a
deal that the sweep found open a moment ago, because a deal that was deleted is changed for nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.copy_store import CopyStore
from app.domain.deal import ObjectKind
from app.hubspot import wire
from app.hubspot.copying import GistOf, copy_of, keepable, record_of, shape_of
from app.hubspot.crews import Crew
from app.hubspot.meter import Meter
from app.hubspot.reading import (
    RECORDS_PER_CALL,
    RECORDS_PER_CALL_WITH_HISTORY,
    BatchReader,
    Fetched,
    Pending,
)
from app.hubspot.rounds import SIBLING_PROPERTIES

SIBLING: Final = "sibling"
"""Where a deal is kept of which little was read, beside others of which all was."""


class Shelf:
    """The copies of one sweep; safe to share between threads.

    `reads_notes_as` names how notes are read: another reader makes other gists. `since` is from
    when on copies count. `found_open` are the deals whose own copies count.
    """

    def __init__(
        self,
        store: CopyStore,
        *,
        gist_of: GistOf,
        reads_notes_as: str,
        now: Callable[[], datetime],
        meter: Meter,
    ) -> None:
        self.since: datetime | None = None
        self.found_open: set[str] = set()
        self._distrusted: set[str] = set()
        self._store = store
        self._gist_of = gist_of
        self._reads_notes_as = reads_notes_as
        self._now = now
        self._meter = meter

    def load(self, asked: Asked, ids: Sequence[str]) -> dict[str, wire.Record]:
        """The records whose copies count."""
        wanted: Sequence[str] = ids
        if asked.place == ObjectKind.DEAL:
            wanted = [each for each in ids if each in self.found_open]
            self.found_open.difference_update(wanted)
        if asked.place in self._distrusted:
            wanted = ()
        copies = self._store.load(asked.place, wanted, self._shape(asked), self.since)
        read = ((each, record_of(copy)) for each, copy in copies.items())
        found = {each: record for each, record in read if record is not None}
        calls = -(-len(ids) // asked.per_call) - -(-(len(ids) - len(found)) // asked.per_call)
        self._meter.spared(calls)
        return found

    def keep(self, asked: Asked, records: Mapping[str, wire.Record]) -> Mapping[str, wire.Record]:
        """Keep what was read; answers it as it is kept, so that it is read one way only."""
        kept = {
            each: keepable(asked.kind, record, self._gist_of) for each, record in records.items()
        }
        copies = {each: copy_of(record) for each, record in kept.items()}
        self._store.store(asked.place, self._shape(asked), copies, self._now())
        return kept

    def modified(self, asked: Asked, ids: Iterable[str]) -> Mapping[str, str]:
        """When the records that are kept were last changed, whatever their age."""
        copies = self._store.load(asked.place, ids, self._shape(asked), None)
        return {each: copy.modified for each, copy in copies.items()}

    def distrust(self, place: str) -> None:
        """Let no copy of a place count any more: nobody tells when they change."""
        self._distrusted.add(place)

    def drop(self, place: str, ids: Sequence[str]) -> None:
        """Forget copies."""
        self._store.drop(place, ids)

    def _shape(self, asked: Asked) -> str:
        how = self._reads_notes_as if asked.kind is ObjectKind.NOTE else ""
        return shape_of(sorted(asked.properties), sorted(asked.history), how)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted of each record of a kind, and where copies of that are kept."""

    kind: ObjectKind
    properties: tuple[str, ...]
    history: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """The kind; but deals as siblings are kept by themselves."""
        is_sibling = self.kind is ObjectKind.DEAL and self.properties == SIBLING_PROPERTIES
        return SIBLING if is_sibling else str(self.kind)

    @property
    def per_call(self) -> int:
        """How many records one call reads."""
        return RECORDS_PER_CALL_WITH_HISTORY if self.history else RECORDS_PER_CALL


class StoredReader(BatchReader):
    """A batch reader that asks the shelf first, and keeps there what it had to read."""

    def __init__(self, crew: Crew, shelf: Shelf) -> None:
        super().__init__(crew)
        self._shelf = shelf

    def records(
        self,
        kind: ObjectKind,
        ids: Iterable[str],
        properties: Sequence[str],
        history: Sequence[str] = (),
    ) -> Pending[wire.Record]:
        """As `BatchReader.records`."""
        asked = Asked(kind, tuple(properties), tuple(history))
        wanted = tuple(dict.fromkeys(ids))
        known = self._shelf.load(asked, wanted)
        missing = [each for each in wanted if each not in known]
        reading = super().records(kind, missing, properties, history)
        return _Keeping(self._shelf, asked, known, reading)


class _Keeping(Pending[wire.Record]):
    """Waits for what was missing, keeps it, and answers all."""

    def __init__(
        self,
        shelf: Shelf,
        asked: Asked,
        known: dict[str, wire.Record],
        reading: Pending[wire.Record],
    ) -> None:
        self._shelf = shelf
        self._asked = asked
        self._known = known
        self._reading = reading

    def result(self) -> Fetched[wire.Record]:
        """As `Pending.result`; a ledger that cannot be written to raises its Failure."""
        read = self._reading.result()
        read.found.update(self._shelf.keep(self._asked, read.found))
        read.found.update(self._known)
        return read
