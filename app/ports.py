"""What the core asks of the world: the portal, the ledger and the clock.

Beside it, and re-exported: `failure`, the words in which the world may fail, and `channel`, where
people are told. The ports hold no logic and no defaults: the choice of an adapter belongs to
`wiring` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Protocol

from app.channel import (
    MAIN_CHANNEL,
    OWNER_PREFIX,
    Alert,
    AlertBook,
    AlertKind,
    Card,
    Group,
    MessageRef,
    Notifier,
    Recipient,
    Wish,
)
from app.domain.deal import DealId, ObjectKey, Snapshot
from app.domain.desired import Change
from app.domain.sighting import Seen
from app.domain.verdict import Verdict, Waiver, WaiverEnd
from app.failures import Failure, MessageGone, Refused, Retryable, Terminal, Uncertain


class Clock(Protocol):
    """Where the controller takes its time from."""

    def now(self) -> datetime:
        """The current time, aware and in UTC."""
        ...


__all__ = [
    "MAIN_CHANNEL",
    "OWNER_PREFIX",
    "Alert",
    "AlertBook",
    "AlertKind",
    "Backlog",
    "Card",
    "Change",
    "Claim",
    "Clock",
    "Crm",
    "DeadLetter",
    "Failure",
    "Group",
    "Ledger",
    "MessageGone",
    "MessageRef",
    "Notifier",
    "Observation",
    "Priority",
    "Recipient",
    "Record",
    "RecordedVerdict",
    "RecordedWaiver",
    "Refused",
    "Retryable",
    "Terminal",
    "Uncertain",
    "Wake",
    "Wish",
]


# --------------------------------------------------------------------------- HubSpot


@dataclass(frozen=True, slots=True)
class Observation:
    """The outcome of reading several deals: each asked id is in exactly one of the three.

    `gone` deals were deleted or never existed. `failed` ones could not be read this time.
    """

    snapshots: Mapping[DealId, Snapshot]
    gone: frozenset[DealId] = frozenset()
    failed: Mapping[DealId, Failure] = field(default_factory=dict)


class Crm(Protocol):
    """The portal, as the controller needs it: many deals at a time."""

    def observe(self, deal_ids: Sequence[DealId]) -> Observation:
        """Read deals with their contacts, companies, notes and stages, in batches.

        Raises Failure only when nothing could be read at all (token, network, quota).
        """
        ...

    def deals_of(self, keys: Iterable[ObjectKey]) -> Mapping[ObjectKey, frozenset[DealId]]:
        """The deals that each contact, company or note belongs to, now, directly or through
        the contact or company that carries it. A record that is gone maps to no deals.
        """
        ...

    def apply(self, changes: Sequence[Change]) -> Mapping[ObjectKey, Failure]:
        """Write changes in batches; the answer holds those that did not happen, and why.

        Writing the same change twice leaves the same portal.
        """
        ...

    def open_deals(self, after: DealId | None = None) -> Iterable[DealId]:
        """Every open deal of the portal with an id above `after`, ascending as numbers, lazily."""
        ...

    def count_open_deals(self) -> int:
        """How many deals are open, as far as the index knows."""
        ...


# --------------------------------------------------------------------------- the ledger


class Priority(IntEnum):
    """Which marks go first: what a person just did before what the night looks through."""

    LIVE = 0
    RECHECK = 5
    SWEEP = 9


@dataclass(frozen=True, slots=True)
class Claim:
    """A dirty key held under a lease by one worker; `generation` is what `done` compares."""

    key: ObjectKey
    priority: Priority
    generation: int
    attempts: int
    first_marked_at: datetime


@dataclass(frozen=True, slots=True)
class RecordedVerdict:
    """The last verdict on a deal, as the ledger keeps it."""

    verdict: Verdict
    changed_at: datetime
    """When the verdict last differed in meaning from the one before."""
    judged_at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """All that one reconcile wants remembered about a deal; stored in one transaction.

    `links` are the contacts, companies and notes that the deal was judged on, so that a mark on
    one of them finds the deal even after HubSpot has forgotten the association. `wishes` are the
    cards to be shown, one for a recipient at most; who is not among them is left as it is.
    `waivers` are those of the deal that are new, reworded or over with this verdict. `seen` is
    what a sweep keeps for its reports; None outside of one.
    """

    deal_id: DealId
    verdict: Verdict
    changed_at: datetime
    links: frozenset[ObjectKey]
    wishes: tuple[Wish, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class RecordedWaiver:
    """A waiver of a deal, as the ledger keeps it; `ended_at` is None while it is in force."""

    deal_id: DealId
    waiver: Waiver
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A key that was given up, and why; `replay` marks it again."""

    key: ObjectKey
    priority: Priority
    attempts: int
    reason: str
    first_marked_at: datetime
    died_at: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits, for health pages and metrics.

    `oldest_marked_at` is the first mark of the key that has waited longest; None when none waits.
    """

    marks: int
    leased: int
    dead_letters: int
    alerts: int
    oldest_marked_at: datetime | None


class Ledger(Protocol):
    """Durable state: marks, verdicts, alerts, dead letters. Every method is one transaction.

    Raises Retryable when the database is busy or away and Terminal when it is unusable.
    """

    def mark(self, keys: Iterable[ObjectKey], priority: Priority, now: datetime) -> None:
        """Say that these keys want looking at; durable when it returns. Idempotent by key."""
        ...

    def claim(self, worker: str, now: datetime, limit: int) -> Sequence[Claim]:
        """Take due keys under a lease, live first, then oldest; never one that is leased."""
        ...

    def renew(self, worker: str, claims: Sequence[Claim], now: datetime) -> Sequence[Claim]:
        """Extend the leases of a worker that is still at it; the claims that it still holds."""
        ...

    def done(self, worker: str, claims: Sequence[Claim], now: datetime) -> None:
        """Forget keys that were looked at; one marked meanwhile stays, due again."""
        ...

    def fail(
        self, worker: str, claim: Claim, error: str, retry_at: datetime | None, now: datetime
    ) -> None:
        """Give a key back until `retry_at`; None moves it to the dead letters."""
        ...

    def release(
        self, worker: str, claims: Sequence[Claim], due_at: datetime, now: datetime
    ) -> None:
        """Give keys back untried until `due_at`: no attempt is counted, because the fault was
        not theirs (a worker that stops, a portal that is away). A lost lease is no error.
        """
        ...

    def mark_due_rechecks(self, now: datetime) -> int:
        """Mark the deals whose `recheck_at` has come; returns how many."""
        ...

    def next_due(self, now: datetime) -> datetime | None:
        """When the next mark, recheck or alert falls due; None when nothing waits."""
        ...

    def recorded(self, deal_ids: Iterable[DealId]) -> Mapping[DealId, RecordedVerdict]:
        """The last verdicts of these deals; a deal never judged is missing."""
        ...

    def recorded_deals(self, after: DealId | None = None) -> Iterable[DealId]:
        """Every deal with an id above `after` that has a recorded verdict and was open when
        judged, ascending as numbers, lazily.
        """
        ...

    def deals_linked_to(self, keys: Iterable[ObjectKey]) -> Mapping[ObjectKey, frozenset[DealId]]:
        """The deals whose last verdict was judged on these records."""
        ...

    def record(self, records: Sequence[Record], now: datetime) -> None:
        """Store verdicts, links, alert wishes and what became of waivers together."""
        ...

    def waivers_of(self, deal_ids: Iterable[DealId]) -> Mapping[DealId, tuple[Waiver, ...]]:
        """Every waiver recorded of these deals, those that ended too; none: the deal is missing."""
        ...

    def grant(self, deal_id: DealId, waiver: Waiver, now: datetime) -> None:
        """Remember a waiver; granting it again renews it, also after it ended. Idempotent."""
        ...

    def end_waivers(
        self, deal_id: DealId, ended: Iterable[Waiver], why: WaiverEnd, now: datetime
    ) -> None:
        """End waivers, recorded before or not; one that ended earlier stays as it ended."""
        ...

    def waivers(
        self, *, lapsing_before: datetime | None = None, with_ended: bool = False
    ) -> Sequence[RecordedWaiver]:
        """Waivers of all deals by the day they lapse: those in force, unless asked for all."""
        ...

    def forget(self, deal_ids: Sequence[DealId], note: str, now: datetime) -> None:
        """Drop deals that are gone; an open message is wished cleared with `note`."""
        ...

    @property
    def alerts(self) -> AlertBook:
        """What the channel should show, and what it shows."""
        ...

    def get_fact(self, name: str) -> str | None:
        """A small durable fact about the installation, such as when the baseline was taken."""
        ...

    def set_fact(self, name: str, value: str) -> None:
        """Remember such a fact."""
        ...

    def dead_letters(self, limit: int) -> Sequence[DeadLetter]:
        """Keys that were given up and not healed since, latest first."""
        ...

    def replay(self, keys: Iterable[ObjectKey] | None, now: datetime) -> int:
        """Mark dead letters again as live (None: all of them); returns how many."""
        ...

    def purge(self, contacts: Iterable[ObjectKey], now: datetime) -> int:
        """Blank every quote kept of the deals of these contacts, and mark those deals to be judged
        afresh; returns how many deals. For a contact's right to be forgotten.
        """
        ...

    def backlog(self) -> Backlog:
        """How much waits."""
        ...

    def listen(self, wake: Wake) -> None:
        """Call `wake` after marks of other processes, as far as the database can tell; until
        `close`.
        """
        ...

    def close(self) -> None:
        """Stop listening and give the database's connections back."""
        ...


Wake = Callable[[], None]
"""Tells the workers that something was marked; callable from any thread, as often as one likes."""
