"""Writing own properties in batches, so that one bad row fails alone.

Each row carries a write trace id, with which HubSpot reports single rows. Where it refuses a batch
as a whole instead, the batch is halved until the bad rows stand alone, or until so many are bad
that the search for them would cost more than it gains. A row that HubSpot leaves
out of its answer without a word, as it does for ids that were merged away, was not written. Only
properties with our prefix pass, and those that are named on purpose; nothing here can move a
stage, an amount or a date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from app.domain.deal import ObjectKey, ObjectKind
from app.hubspot import bodies, errors, wire
from app.hubspot.client import HubSpotClient
from app.hubspot.crews import Crews
from app.hubspot.reading import PLURAL, RECORDS_PER_CALL, chunked
from app.ports import Change, Failure, Retryable, Terminal

MAX_CALLS_PER_BATCH: Final = 50
"""Enough to find three bad rows among a hundred."""
WRITABLE: Final = frozenset({ObjectKind.DEAL, ObjectKind.CONTACT, ObjectKind.COMPANY})

SPOILING: Final = (errors.Invalid, errors.Missing, errors.Conflict)
"""Refusals of a whole batch for which a single row may be the reason."""

Failures = dict[ObjectKey, Failure]
Rows = Mapping[str, Mapping[str, str]]


class BatchWriter:
    """Writes the batches of a call side by side.

    `also` are the names of properties that may be written without being ours.
    """

    def __init__(self, crews: Crews, prefix: str, also: frozenset[str] = frozenset()) -> None:
        if not prefix:
            message = "a prefix is needed: without one every property would be ours"
            raise ValueError(message)
        self._crews = crews
        self._prefix = prefix
        self._also = also

    def apply(self, changes: Iterable[Change]) -> Failures:
        """Write the changes; answers those that did not happen, and why. Raises nothing."""
        failures: Failures = {}
        rows: dict[ObjectKind, dict[str, dict[str, str]]] = {}
        for change in changes:
            refused = self._foreign(change)
            if refused is not None:
                failures[change.key] = refused
            elif change.properties:
                row = rows.setdefault(change.key.kind, {}).setdefault(change.key.id, {})
                row.update(change.properties)
        batches = [
            (kind, dict(batch))
            for kind, by_id in rows.items()
            for batch in chunked(by_id.items(), RECORDS_PER_CALL)
        ]
        crew = self._crews.for_work_on(sum(map(len, rows.values())))
        calls = [(kind, crew.submit(_write, crew.client, kind, batch)) for kind, batch in batches]
        for kind, call in calls:
            failures |= {ObjectKey(kind, each): why for each, why in call.result().items()}
        return failures

    def _foreign(self, change: Change) -> Terminal | None:
        if change.key.kind not in WRITABLE:
            return Terminal(f"{change.key}: records of this kind are never written")
        names = change.properties.keys() - self._also
        foreign = sorted(name for name in names if not name.startswith(self._prefix))
        if foreign:
            said = ", ".join(foreign)
            return Terminal(
                f"{change.key}: {said} is not ours to write; our prefix is {self._prefix!r}"
            )
        return None


def _write(client: HubSpotClient, kind: ObjectKind, rows: Rows) -> dict[str, Failure]:
    """Write a batch, and halves of it while HubSpot refuses it as a whole."""
    failures: dict[str, Failure] = {}
    waiting = [rows]
    for _ in range(MAX_CALLS_PER_BATCH):
        if not waiting:
            break
        batch = waiting.pop()
        try:
            failures |= _write_batch(client, kind, batch)
        except SPOILING as refused:
            if len(batch) > 1:
                waiting += _halves(batch)
            else:
                failures |= dict.fromkeys(batch, _outcome(refused))
        except Failure as failure:
            failures |= dict.fromkeys(batch, failure)
    for batch in waiting:
        failures |= dict.fromkeys(batch, _too_many(kind))
    return failures


def _write_batch(client: HubSpotClient, kind: ObjectKind, rows: Rows) -> dict[str, Failure]:
    operation = f"write {PLURAL[kind]}"
    inputs = [
        {"id": each, "objectWriteTraceId": each, "properties": dict(values)}
        for each, values in rows.items()
    ]
    document = client.update_batch(PLURAL[kind], inputs)
    answer = wire.shaped(wire.Records, document, operation)
    missing = rows.keys() - {record.id for record in answer.results}
    failures: dict[str, Failure] = {}
    for error in answer.errors:
        named = bodies.named_in(error, "objectWriteTraceId", "ids", "id")
        failure = _outcome(errors.row_refusal(operation, error))
        failures |= dict.fromkeys(missing.intersection(named) or missing, failure)
    for silent in sorted(missing - failures.keys()):
        failures[silent] = Retryable(
            f"{operation}: HubSpot passed over {kind} {silent}, as it does when a record was "
            "merged into another; it will be read again"
        )
    return failures


def _halves(rows: Rows) -> tuple[Rows, Rows]:
    ids = list(rows)
    middle = len(ids) // 2
    return {k: rows[k] for k in ids[:middle]}, {k: rows[k] for k in ids[middle:]}


def _outcome(failure: Failure) -> Failure:
    """A record that is gone is worth another look, which will find it gone; the write is not."""
    if isinstance(failure, errors.Missing):
        return Retryable(f"{failure}; it will be read again")
    return failure


def _too_many(kind: ObjectKind) -> Failure:
    return Retryable(
        f"write {PLURAL[kind]}: HubSpot refuses so many rows of this batch that the good ones were "
        "not singled out; see the refusals of the others"
    )
