"""Setting what a policy has corrected, and taking it back.

Each correction is kept before it is written. One that somebody took back is not made again, and
one that somebody changed since is not taken back: then a person has decided. Contacts are marked,
so that their deals are judged anew at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from app.controller.judgement import Judgement
from app.domain.correction import Correction
from app.domain.deal import ObjectKey, ObjectKind
from app.domain.desired import Change
from app.ledger import SqlLedger
from app.ports import Clock, Failure, Priority

WRITTEN_TOGETHER = 100

log = structlog.get_logger(__name__)

Propose = Callable[[Judgement, datetime], tuple[Correction, ...]]
"""What a policy has corrected on the contacts of a deal that was judged."""


class Contacts(Protocol):
    """The part of the portal that corrections need."""

    def correct(
        self, changes: Sequence[Change], names: frozenset[str]
    ) -> Mapping[ObjectKey, Failure]:
        """Set contact properties of these names; answers those that did not happen."""
        ...

    def contact_values(self, ids: Sequence[str], name: str) -> Mapping[str, str]:
        """What stands in a contact property; contacts that are gone are missing."""
        ...


class Corrector:
    """Gathers the corrections of one sweep and makes them."""

    def __init__(
        self, *, contacts: Contacts, ledger: SqlLedger, clock: Clock, propose: Propose
    ) -> None:
        self._contacts = contacts
        self._ledger = ledger
        self._clock = clock
        self._propose = propose
        self._waiting: dict[str, Correction] = {}
        self.made = 0

    def proposed(self, item: Judgement) -> tuple[Correction, ...]:
        """What is to be corrected for one deal, without what a person took back before."""
        wanted = self._propose(item, self._clock.now())
        if not wanted:
            return ()
        unwanted = self._ledger.corrections.unwanted(wanted)
        return tuple(each for each in wanted if each not in unwanted)

    def take(self, run_id: str, judged: Iterable[Judgement]) -> None:
        """Gather what is to be corrected, and make it when a batch is full. Raises Failure."""
        for item in judged:
            for each in self.proposed(item):
                self._waiting.setdefault(each.contact, each)
        if len(self._waiting) >= WRITTEN_TOGETHER:
            self.flush(run_id)

    def flush(self, run_id: str) -> None:
        """Make what was gathered. Raises Failure."""
        waiting, self._waiting = tuple(self._waiting.values()), {}
        if not waiting:
            return
        now = self._clock.now()
        self._ledger.corrections.note(run_id, waiting, now)
        changes = [_change(each, each.after) for each in waiting]
        refused = self._contacts.correct(changes, _names(waiting))
        for key, failure in refused.items():
            log.warning("not_corrected", contact=key.id, error=str(failure))
        made = [_key(each) for each in waiting if _key(each) not in refused]
        self._ledger.mark(made, Priority.LIVE, now)
        self.made += len(made)
        log.info("corrected", contacts=len(made))


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking a sweep's corrections back came to, by contact."""

    restored: tuple[Correction, ...]
    changed_since: tuple[Correction, ...]
    refused: tuple[Correction, ...]


def undo(run_id: str, *, contacts: Contacts, ledger: SqlLedger, clock: Clock) -> Undone:
    """Put back what stood there before a sweep corrected it. Raises Failure."""
    made = ledger.corrections.of_run(run_id)
    standing: dict[str, str] = {}
    for name in sorted({each.property for each in made}):
        ids = [each.contact for each in made if each.property == name]
        standing.update(contacts.contact_values(ids, name))
    ours = tuple(each for each in made if standing.get(each.contact) == each.after)
    failures = contacts.correct([_change(each, each.before) for each in ours], _names(ours))
    restored = tuple(each for each in ours if _key(each) not in failures)
    now = clock.now()
    ledger.corrections.take_back(run_id, [each.contact for each in restored], now)
    ledger.mark([_key(each) for each in restored], Priority.LIVE, now)
    return Undone(
        restored=restored,
        changed_since=tuple(each for each in made if each not in ours),
        refused=tuple(each for each in ours if _key(each) in failures),
    )


def _key(correction: Correction) -> ObjectKey:
    return ObjectKey(ObjectKind.CONTACT, correction.contact)


def _change(correction: Correction, value: str) -> Change:
    return Change(_key(correction), {correction.property: value})


def _names(corrections: Iterable[Correction]) -> frozenset[str]:
    return frozenset(each.property for each in corrections)
