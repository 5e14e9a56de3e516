"""The one valve through which every request to HubSpot leaves this process.

HubSpot counts requests per 10 seconds and app, searches per second and account, and association
calls per 10 seconds by themselves; none counts towards another. A refusal pauses everyone and not
only the thread that met it, because the others would be refused too. The valve knows nothing of
other processes: with several workers, share the allowance out by configuration.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum
from threading import Lock
from typing import Final

from pyrate_limiter import Duration, InMemoryBucket, Limiter, Rate, SingleBucketFactory

from app.ports import Retryable

DEFAULT_REQUESTS_PER_10_SECONDS: Final = 95
DEFAULT_ASSOCIATIONS_PER_10_SECONDS: Final = 95
DEFAULT_SEARCHES_PER_SECOND: Final = 4
DEFAULT_MAX_WAIT_SECONDS: Final = 12.0
MAX_PAUSE_SECONDS: Final = 900.0
"""However long HubSpot asks for, it is asked again after this: a quota may have been raised."""
_WAKE_MARGIN_MS: Final = 2
_TRAVEL_MARGIN_MS: Final = 250
"""HubSpot counts arrivals and we count departures: a request that travels faster than one before
it must not fall into the same window there.
"""


class Lane(StrEnum):
    """Which allowance a request draws on."""

    GENERAL = "general"
    SEARCH = "search"
    ASSOCIATIONS = "association"


class OutboundLimiter:
    """Admits requests no faster than HubSpot allows.

    A wait longer than `max_wait_seconds` is not slept through: it is raised as Retryable with the
    time that is left, so that a worker can do something else meanwhile. `monotonic` and `sleep`
    are the thread's own clock and pause.
    """

    def __init__(
        self,
        *,
        requests_per_10_seconds: int = DEFAULT_REQUESTS_PER_10_SECONDS,
        associations_per_10_seconds: int = DEFAULT_ASSOCIATIONS_PER_10_SECONDS,
        searches_per_second: int = DEFAULT_SEARCHES_PER_SECOND,
        max_wait_seconds: float = DEFAULT_MAX_WAIT_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._buckets = {
            Lane.GENERAL: _Bucket(requests_per_10_seconds, 10 * Duration.SECOND),
            Lane.ASSOCIATIONS: _Bucket(associations_per_10_seconds, 10 * Duration.SECOND),
            Lane.SEARCH: _Bucket(searches_per_second, int(Duration.SECOND)),
        }
        self._max_wait_seconds = max_wait_seconds
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = Lock()
        self._paused_until = dict.fromkeys(Lane, 0.0)

    def admit(self, lane: Lane) -> None:
        """Return when a request of this lane may leave; raises Retryable when that is far off."""
        while (left := self._pause_left(lane)) > 0:
            if left > self._max_wait_seconds:
                message = f"HubSpot asked for a pause; {left:.0f} s of it are left"
                raise Retryable(message, after_seconds=left)
            self._sleep(left)
        if not self._buckets[lane].take(self._max_wait_seconds):
            message = f"more {lane} requests are waiting for HubSpot than its limit lets through"
            raise Retryable(message, after_seconds=self._max_wait_seconds)

    def pause(self, lane: Lane | None, seconds: float) -> None:
        """Hold back everyone in a lane (None: in all of them) for so long.

        At most MAX_PAUSE_SECONDS; a pause that lasts longer already stays.
        """
        until = self._monotonic() + min(seconds, MAX_PAUSE_SECONDS)
        with self._lock:
            for each in Lane if lane is None else (lane,):
                self._paused_until[each] = max(self._paused_until[each], until)

    def _pause_left(self, lane: Lane) -> float:
        with self._lock:
            return self._paused_until[lane] - self._monotonic()


class _Bucket:
    """A sliding window; forgets what has left it on every take, so it needs no thread."""

    def __init__(self, limit: int, interval_ms: int) -> None:
        self._bucket = InMemoryBucket([Rate(limit, interval_ms + _TRAVEL_MARGIN_MS)])
        factory = SingleBucketFactory(self._bucket, schedule_leak=False)
        self._limiter = Limiter(factory, buffer_ms=_WAKE_MARGIN_MS)

    def take(self, max_wait_seconds: float) -> bool:
        self._bucket.leak(int(time.monotonic() * 1000))
        return bool(self._limiter.try_acquire(timeout=max_wait_seconds))
