"""Reading many records and associations at once, with an account of each single id.

Work is cut into as many ids as HubSpot takes per call and the calls run side by side in the
gateway's threads. Whatever HubSpot answers, each asked id ends in exactly one of three places:
found, gone, or failed with the reason. An id that HubSpot passes over in silence is never taken
for gone or empty: it is asked for once more by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from app.domain.deal import ObjectKind
from app.hubspot import bodies, errors, wire
from app.hubspot.crews import Crew
from app.ports import Failure, Retryable, Terminal

RECORDS_PER_CALL: Final = 100
RECORDS_PER_CALL_WITH_HISTORY: Final = 50
ASSOCIATIONS_PER_CALL: Final = 1_000
MAX_ASSOCIATION_PAGES: Final = 20
MAX_ASKED_ALONE: Final = 10
PRIMARY_COMPANY_TYPE: Final = 5

PLURAL: Final[Mapping[ObjectKind, str]] = {
    ObjectKind.DEAL: "deals",
    ObjectKind.CONTACT: "contacts",
    ObjectKind.COMPANY: "companies",
    ObjectKind.NOTE: "notes",
    ObjectKind.EMAIL: "emails",
    ObjectKind.MEETING: "meetings",
    ObjectKind.CALL: "calls",
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Link:
    """One end of an association: the record's id, the labels, whether it is the primary one."""

    id: str
    labels: tuple[str, ...] = ()
    primary: bool = False


@dataclass(slots=True)
class Fetched(Generic[T]):
    """What became of each asked id."""

    found: dict[str, T] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    failed: dict[str, Failure] = field(default_factory=dict)

    def absorb(self, other: Fetched[T]) -> None:
        """Add the outcome of another call."""
        self.found.update(other.found)
        self.gone |= other.gone
        self.failed.update(other.failed)

    def unaccounted(self, ids: Iterable[str]) -> list[str]:
        """The ids of which nothing is known yet."""
        return [
            each
            for each in ids
            if each not in self.found and each not in self.gone and each not in self.failed
        ]


class Pending(Generic[T]):
    """Calls under way; `result` waits for all of them and never raises a Failure."""

    def __init__(self, calls: Sequence[tuple[Sequence[str], Future[Fetched[T]]]]) -> None:
        self._calls = calls

    def result(self) -> Fetched[T]:
        """The merged outcome; a call that failed as a whole failed for exactly its ids."""
        merged = Fetched[T]()
        for ids, call in self._calls:
            try:
                merged.absorb(call.result())
            except Failure as failure:
                merged.failed.update(dict.fromkeys(ids, failure))
        return merged


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is wanted of each record."""

    kind: ObjectKind
    properties: Sequence[str]
    history: Sequence[str]


class BatchReader:
    """Starts batch reads in a crew's threads; the tasks never wait for one another."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._client = crew.client

    def records(
        self,
        kind: ObjectKind,
        ids: Iterable[str],
        properties: Sequence[str],
        history: Sequence[str] = (),
    ) -> Pending[wire.Record]:
        """Start reading records; each id is read once, however often it is named.

        `history` names properties whose former values are wanted as well.
        """
        asked = _Asked(kind, properties, history)

        def read(chunk: Sequence[str]) -> Fetched[wire.Record]:
            return self._read_records(asked, chunk)

        return self._start(
            ids, RECORDS_PER_CALL_WITH_HISTORY if history else RECORDS_PER_CALL, read
        )

    def associations(
        self, source: ObjectKind, target: ObjectKind, ids: Iterable[str]
    ) -> Pending[tuple[Link, ...]]:
        """Start reading the associations of records; none at all is an empty tuple, found."""

        def read(chunk: Sequence[str]) -> Fetched[tuple[Link, ...]]:
            return self._read_associations(source, target, chunk)

        return self._start(ids, ASSOCIATIONS_PER_CALL, read)

    def _start(
        self, ids: Iterable[str], size: int, read: Callable[[Sequence[str]], Fetched[T]]
    ) -> Pending[T]:
        chunks = chunked(dict.fromkeys(ids), size)
        return Pending([(chunk, self._crew.submit(read, chunk)) for chunk in chunks])

    # ------------------------------------------------------------------ records

    def _read_records(self, asked: _Asked, ids: Sequence[str]) -> Fetched[wire.Record]:
        fetched = self._read_once(asked, ids)
        passed_over = fetched.unaccounted(ids)
        for each in passed_over[:MAX_ASKED_ALONE]:
            try:
                fetched.absorb(self._read_alone(asked, each))
            except Failure as failure:
                fetched.failed[each] = failure
        lost = errors.Unavailable(
            f"read {PLURAL[asked.kind]}: HubSpot passed over {len(passed_over)}"
        )
        fetched.failed.update(dict.fromkeys(passed_over[MAX_ASKED_ALONE:], lost))
        return fetched

    def _read_once(self, asked: _Asked, ids: Sequence[str]) -> Fetched[wire.Record]:
        operation = f"read {PLURAL[asked.kind]}"
        answer = wire.shaped(wire.Records, self._answer(asked, ids), operation)
        wanted = set(ids)
        fetched = Fetched({each.id: each for each in answer.results if each.id in wanted})
        for error in answer.errors:
            unread = fetched.unaccounted(ids)
            named = set(bodies.named_in(error, "ids", "id")).intersection(unread)
            if bodies.is_not_found(error):
                fetched.gone |= named
            else:
                failure = errors.row_refusal(operation, error)
                fetched.failed.update(dict.fromkeys(named or unread, failure))
        return fetched

    def _answer(self, asked: _Asked, ids: Sequence[str]) -> object:
        return self._client.read_batch(PLURAL[asked.kind], ids, asked.properties, asked.history)

    def _read_alone(self, asked: _Asked, record_id: str) -> Fetched[wire.Record]:
        """Ask once more for an id that an answer passed over, such as one that was merged away.

        HubSpot follows a merged id to the winner and answers the winner's record: the id that was
        asked for is gone.
        """
        operation = f"read {asked.kind} {record_id}"
        answer = wire.shaped(wire.Records, self._answer(asked, [record_id]), operation)
        for record in answer.results:
            if record.id == record_id:
                return Fetched(found={record_id: record})
        if answer.results or all(map(bodies.is_not_found, answer.errors)):
            return Fetched(gone={record_id})
        return Fetched(failed={record_id: errors.row_refusal(operation, answer.errors[0])})

    # ------------------------------------------------------------------ associations

    def _read_associations(
        self, source: ObjectKind, target: ObjectKind, ids: Sequence[str]
    ) -> Fetched[tuple[Link, ...]]:
        """Read page after page: each record of the batch has paging of its own."""
        reading = _AssociationReading(f"read {PLURAL[target]} of {PLURAL[source]}", ids)
        for _ in range(MAX_ASSOCIATION_PAGES):
            if not reading.inputs:
                break
            try:
                reading.take(
                    self._client.read_associations(PLURAL[source], PLURAL[target], reading.inputs)
                )
            except Failure as failure:
                return reading.outcome(failure)
        return reading.outcome(Terminal(reading.too_many))


class _AssociationReading:
    """The links of up to 1,000 records while their pages come in; `inputs` is what to ask next."""

    def __init__(self, operation: str, ids: Sequence[str]) -> None:
        self.inputs: list[dict[str, str]] = [{"id": each} for each in ids]
        self.too_many = f"{operation}: more than {MAX_ASSOCIATION_PAGES} pages for one record"
        self._operation = operation
        self._links: dict[str, dict[str, Link]] = {each: {} for each in ids}
        self._failed: dict[str, Failure] = {}
        self._asked_again: set[str] = set()

    def take(self, document: object) -> None:
        """Take in one answer."""
        answer = wire.shaped(wire.Associations, document, self._operation)
        asked = {each["id"] for each in self.inputs}
        heard: set[str] = set()
        following: list[dict[str, str]] = []
        for row in answer.results:
            heard.add(row.source.id)
            if row.source.id not in asked:
                continue
            self._links[row.source.id].update((link.id, link) for link in map(_link, row.to))
            if row.paging and row.paging.after is not None:
                following.append({"id": row.source.id, "after": row.paging.after})
        for error in answer.errors:
            heard |= self._refused(error, asked - heard)
        silent = asked - heard if answer.errors else set()
        self.inputs = following + self._once_more(silent)

    def outcome(self, unfinished: Failure) -> Fetched[tuple[Link, ...]]:
        """What became of each record; those with something left to ask failed as `unfinished`."""
        failed = self._failed | {each["id"]: unfinished for each in self.inputs}
        found = {k: tuple(links.values()) for k, links in self._links.items() if k not in failed}
        return Fetched(found=found, failed=failed)

    def _refused(self, error: Mapping[str, Any], unanswered: set[str]) -> set[str]:
        """The records that an error speaks of; one that names none speaks of all unanswered."""
        concerned = set(bodies.named_in(error, "fromObjectId", "ids", "id")) or unanswered
        if not bodies.is_not_found(error):
            failure = errors.row_refusal(self._operation, error)
            self._failed |= dict.fromkeys(concerned & self._links.keys(), failure)
        return concerned

    def _once_more(self, silent: set[str]) -> list[dict[str, str]]:
        """Ask again, once, for records that an answer with errors neither listed nor named."""
        mute = silent & self._asked_again
        lost = errors.Unavailable(f"{self._operation}: HubSpot passed the record over twice")
        self._failed |= dict.fromkeys(mute, lost)
        self._asked_again |= silent
        return [{"id": each} for each in sorted(silent - mute)]


def _link(target: wire.AssociationTarget) -> Link:
    types = target.associationTypes
    return Link(
        id=target.toObjectId,
        labels=tuple(dict.fromkeys(each.label for each in types if each.label)),
        primary=any(
            each.typeId == PRIMARY_COMPANY_TYPE and each.category == "HUBSPOT_DEFINED"
            for each in types
        ),
    )


def chunked(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """The items in runs of at most `size`."""
    rest = iter(items)
    while chunk := tuple(islice(rest, size)):
        yield chunk


def certain(fetched: Fetched[T]) -> dict[str, T]:
    """What was found. Raises Failure when anything was not."""
    failure = worst(fetched.failed.values())
    if failure is not None:
        raise failure
    return fetched.found


def worst(failures: Iterable[Failure]) -> Failure | None:
    """The failure that decides: one that passes by itself comes before one that stays."""
    chosen: Failure | None = None
    for failure in failures:
        if isinstance(failure, Retryable):
            return failure
        chosen = chosen or failure
    return chosen
