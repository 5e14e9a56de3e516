"""How many deliveries and events came, and what became of them; labels come from closed sets."""

from __future__ import annotations

from functools import lru_cache

from prometheus_client import Counter, Histogram

DELIVERIES = Counter(
    "dealgate_deliveries",
    "Requests to the webhook, by outcome: accepted, unreadable, forged, oversized, broken_off,"
    " slow, busy, unstored.",
    ["outcome"],
)
EVENTS = Counter(
    "dealgate_events",
    "Events of accepted deliveries, by type and fate: read, echo, unknown, malformed.",
    ["type", "fate"],
)

SECONDS = Histogram(
    "dealgate_delivery_seconds",
    "From HubSpot's sending of a delivery, by its own timestamp, to its marks being durable.",
    buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 30.0, 300.0),
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
