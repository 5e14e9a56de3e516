"""How HubSpot is asked and what is left of its allowance; labels come from closed sets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram

from app.ports import Retryable, Terminal

CALLS = Counter(
    "dealgate_hubspot_calls",
    "Requests to HubSpot, by bucket of the rate limit and outcome: answered, refused (for good), "
    "put_off (worth another try).",
    ["bucket", "outcome"],
)
SECONDS = Histogram(
    "dealgate_hubspot_seconds",
    "How long HubSpot took to answer, without the wait for a place in its limits.",
    ["bucket"],
    buckets=(0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 2.0, 5.0, 10.0),
)
REMAINING = Gauge(
    "dealgate_hubspot_remaining",
    "What HubSpot last said is left: of the app's 10 seconds, of the account's day.",
    ["window"],
)


@contextmanager
def timed(bucket: str) -> Iterator[None]:
    """Count and time one request."""
    began = time.perf_counter()
    outcome = "answered"
    try:
        yield
    except Retryable:
        outcome = "put_off"
        raise
    except Terminal:
        outcome = "refused"
        raise
    finally:
        CALLS.labels(bucket, outcome).inc()
        SECONDS.labels(bucket).observe(time.perf_counter() - began)
