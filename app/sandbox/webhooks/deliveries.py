"""What was sent to the app and what became of it; the newest ten thousand are remembered."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

Json = dict[str, Any]

MAX_REMEMBERED_DELIVERIES = 10_000


class Outcome(StrEnum):
    """Where a delivery stands."""

    UNDER_WAY = "under_way"
    DELIVERED = "delivered"
    RETRYING = "retrying"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request; `status` is None when no answer came, and `error` then says why."""

    number: int
    at: datetime
    ms: float
    status: int | None
    error: str | None


@dataclass(slots=True)
class Delivery:
    """Up to a hundred events that travel, and are retried, together."""

    id: int
    events: list[Json]
    duplicate_of: int | None = None
    outcome: Outcome = Outcome.UNDER_WAY
    next_attempt_at: datetime | None = None
    attempts: list[Attempt] = field(default_factory=list)


@dataclass(slots=True)
class DeliveryLog:
    """The newest deliveries, oldest first, and how all of them went."""

    newest: deque[Delivery] = field(default_factory=lambda: deque(maxlen=MAX_REMEMBERED_DELIVERIES))
    made: int = 0
    events: int = 0
    requests_by_outcome: Counter[str] = field(default_factory=Counter)

    def open(self, events: list[Json], duplicate_of: int | None = None) -> Delivery:
        """Remember a delivery that is about to be sent."""
        self.made += 1
        self.events += len(events)
        delivery = Delivery(self.made, events, duplicate_of)
        self.newest.append(delivery)
        return delivery

    def record(self, delivery: Delivery, attempt: Attempt) -> None:
        """Remember one request of a delivery."""
        delivery.attempts.append(attempt)
        self.requests_by_outcome[str(attempt.status or attempt.error)] += 1

    def clear(self) -> None:
        """Forget everything, for the next part of a rehearsal."""
        self.newest.clear()
        self.made = self.events = 0
        self.requests_by_outcome.clear()


def show_delivery(delivery: Delivery, *, with_events: bool = True) -> Json:
    """A delivery as the control interface shows it."""
    shown: Json = {
        "id": delivery.id,
        "outcome": delivery.outcome,
        "event_count": len(delivery.events),
        "duplicate_of": delivery.duplicate_of,
        "next_attempt_at": delivery.next_attempt_at,
        "status": delivery.attempts[-1].status if delivery.attempts else None,
        "ms": delivery.attempts[-1].ms if delivery.attempts else None,
        "attempts": [
            {"number": a.number, "at": a.at, "ms": a.ms, "status": a.status, "error": a.error}
            for a in delivery.attempts
        ],
    }
    return shown | {"events": delivery.events} if with_events else shown
