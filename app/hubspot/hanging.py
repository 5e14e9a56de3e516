"""Reading the records that hang on others: notes, e-mails, meetings and calls.

One `Hanging` follows one kind of record over the rounds of an observation: first which ones hang
where, then the records themselves, each once however many records carry it. It waits only for
what it needs next, and takes a record that could not be read for unread, never for absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.deal import ObjectKey, ObjectKind, Unread
from app.hubspot import wire
from app.hubspot.reading import BatchReader, Fetched, Link, Pending
from app.ports import Failure, Retryable

Links = Fetched[tuple[Link, ...]]


@dataclass(frozen=True, slots=True)
class Hung:
    """What was found: the links by the carrier's kind, and the records themselves."""

    links: Mapping[ObjectKind, Links]
    records: Fetched[wire.Record]

    def on(
        self, carriers: Iterable[ObjectKey]
    ) -> Mapping[str, tuple[wire.Record, tuple[ObjectKey, ...]]] | Unread:
        """The records that hang on any of these, each with those of them that carry it.

        Raises Retryable when a part failed in passing.
        """
        hangs_on: dict[str, list[ObjectKey]] = {}
        for carrier in carriers:
            found = linked(carrier.id, self.links[carrier.kind], self.records)
            if isinstance(found, Unread):
                return found
            for link, _ in found:
                hangs_on.setdefault(link.id, []).append(carrier)
        return {key: (self.records.found[key], tuple(on)) for key, on in hangs_on.items()}


class Hanging:
    """The records of one kind, read round by round."""

    def __init__(self, reader: BatchReader, kind: ObjectKind, properties: Sequence[str]) -> None:
        self._reader = reader
        self._kind = kind
        self._properties = properties
        self._linking: dict[ObjectKind, Pending[tuple[Link, ...]]] = {}
        self._links: dict[ObjectKind, Links] = {}
        self._reading: list[Pending[wire.Record]] = []
        self._asked: set[str] = set()

    def link(self, carrier: ObjectKind, ids: Iterable[str]) -> None:
        """Start asking what hangs on these records."""
        self._linking[carrier] = self._reader.associations(carrier, self._kind, ids)

    def read(self) -> None:
        """Wait for the links asked for, and start reading the records that they newly name."""
        for carrier, pending in self._linking.items():
            self._links[carrier] = pending.result()
        self._linking.clear()
        named = dict.fromkeys(each for links in self._links.values() for each in targets(links))
        new = [each for each in named if each not in self._asked]
        self._asked.update(new)
        self._reading.append(self._reader.records(self._kind, new, self._properties))

    def result(self) -> Hung:
        """Wait for all of it."""
        records = Fetched[wire.Record]()
        for pending in self._reading:
            records.absorb(pending.result())
        return Hung(self._links, records)


def targets(links: Links) -> tuple[str, ...]:
    """The ids at the other ends, each once."""
    return tuple(dict.fromkeys(link.id for each in links.found.values() for link in each))


def linked(
    source: str, links: Links, records: Fetched[wire.Record]
) -> tuple[tuple[Link, wire.Record], ...] | Unread:
    """The records at the other end in a stable order, without those deleted meanwhile.

    Raises Retryable when a part failed in passing.
    """
    if source in links.failed:
        return unread(links.failed[source])
    ends = sorted(links.found[source], key=lambda link: (not link.primary, link.id.zfill(20)))
    for link in ends:
        if link.id in records.failed:
            return unread(records.failed[link.id])
    return tuple((link, records.found[link.id]) for link in ends if link.id in records.found)


def unread(failure: Failure) -> Unread:
    """A lasting failure as the reason; a passing one is raised. Raises Retryable."""
    if isinstance(failure, Retryable):
        raise failure
    return Unread(str(failure))
