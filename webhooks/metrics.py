"""How many deliveries and events came, and what became of them; labels come from closed sets."""

from __future__ import annotations

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
