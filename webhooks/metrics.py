"""How many deliveries and events came, and what became of them; labels come from closed sets."""

from __future__ import annotations

from functools import lru_cache

from prometheus_client import Counter

DELIVERIES = Counter(
    "dealgate_deliveries",
    "Requests to the webhook, by outcome: accepted, unreadable, forged, oversized, broken_off,"
    " unstored.",
    ["outcome"],
)
EVENTS = Counter(
    "dealgate_events",
    "Events of accepted deliveries, by type and fate: read, echo, unknown, malformed.",
    ["type", "fate"],
)

_delivery_counter = lru_cache(maxsize=64)(DELIVERIES.labels)
_event_counter = lru_cache(maxsize=256)(EVENTS.labels)


def delivered(outcome: str) -> None:
    """Count one request."""
    _delivery_counter(outcome).inc()


def read(label: str, fate: str, events: int) -> None:
    """Count events of one type and fate."""
    _event_counter(label, fate).inc(events)


INTERACTIONS = Counter(
    "dealgate_interactions",
    "Requests of people in Slack, by outcome: taken, forged, unreadable, untaken.",
    ["outcome"],
)
