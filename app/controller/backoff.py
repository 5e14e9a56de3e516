"""How long to wait before the next attempt, and when to stop asking everyone at once.

`Backoff` is for one key: doubling, capped, with jitter so that keys that failed together do not
come back together. `Breaker` is for the portal or the database as a whole: while it is open
nothing is claimed, and what waits keeps its attempts, because the fault was not its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

MAX_DOUBLINGS = 32


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubling waits between `base_seconds` and `cap_seconds`; `chance` gives [0, 1)."""

    base_seconds: float
    cap_seconds: float
    chance: Callable[[], float]

    def seconds(self, attempts: int, at_least: float | None = None) -> float:
        """The wait after `attempts` failed ones, between half and all of the doubled base.

        `at_least` is what the other side asked for; it wins even over the cap.
        """
        full = min(self.cap_seconds, self.base_seconds * 2.0 ** min(attempts, MAX_DOUBLINGS))
        return max(full * (0.5 + self.chance() / 2), at_least or 0.0)


class Breaker:
    """Counts failures of a whole service in a row and says until when to leave it alone."""

    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff
        self._lock = Lock()
        self._failures = 0
        self._until: datetime | None = None

    def trip(self, now: datetime, after_seconds: float | None = None) -> datetime:
        """Note one more failure; the answer is when to try again.

        Several threads that fail within one pause count as one failure, or else the wait would
        grow with the number of threads.
        """
        with self._lock:
            if self._until is None or now >= self._until:
                seconds = self._backoff.seconds(self._failures, after_seconds)
                self._failures += 1
                self._until = now + timedelta(seconds=seconds)
            elif after_seconds is not None:
                self._until = max(self._until, now + timedelta(seconds=after_seconds))
            return self._until

    def reset(self) -> None:
        """Something worked: the service is back."""
        with self._lock:
            self._failures = 0
            self._until = None

    @property
    def probing(self) -> bool:
        """Whether the last attempt failed, so that the next one had better be a small one."""
        with self._lock:
            return self._failures > 0

    def wait_seconds(self, now: datetime) -> float:
        """How long to leave the service alone from `now` on; 0 when it may be tried."""
        with self._lock:
            return max(0.0, (self._until - now).total_seconds()) if self._until else 0.0
