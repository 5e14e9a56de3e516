"""When to leave a whole service alone, and how to come back to it: closed, open, half open, ramp.

While HubSpot, Slack or the database is away nothing is asked of it, and what waits keeps its
attempts, because the fault is not its own. When the pause is over one caller tries one item; each
success then lets in more, so that a service that has just come back is not knocked over by all
that has waited. Knows no service and starts nothing: callers ask how much they may do.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

from .backoff import Backoff

RAMP_FACTOR = 4
"""How much more is let in after each success: 1, 4, 16, 64, then everything."""
RAMP_END = 100


class Breaker:
    """Counts the failures of one service in a row; safe to share between threads.

    For each attempt ask `room`, then tell how it went: `succeeded`, `trip` or `unused`.
    """

    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff
        self._lock = Lock()
        self._failures = 0
        self._pause = timedelta(0)
        self._until: datetime | None = None
        self._ramp: int | None = None
        self._is_tried = False

    def room(self, now: datetime, most: int) -> int:
        """How many items may be tried now: 0 to `most`.

        Of a service that failed last time only one caller at a time gets one.
        """
        with self._lock:
            if self._remaining(now):
                return 0
            if self._ramp is None:
                return most
            if self._ramp > 1:
                return min(self._ramp, most)
            if self._is_tried:
                return 0
            self._is_tried = True
            return 1

    def trip(self, now: datetime, after_seconds: float | None = None) -> datetime:
        """The service failed, and may have said for how long; the answer is when to try again.

        Several threads that fail within one pause count as one failure, or else the wait would
        grow with the number of threads.
        """
        with self._lock:
            self._is_tried = False
            self._ramp = 1
            if not self._remaining(now):
                self._pause_for(now, self._backoff.seconds(self._failures, after_seconds))
                self._failures += 1
            elif after_seconds is not None and after_seconds > self._remaining(now):
                self._pause_for(now, after_seconds)
            return now + timedelta(seconds=self._remaining(now))

    def succeeded(self, now: datetime) -> None:
        """The service answered: let in more, and after a few of these everything.

        An answer to what was asked before the last failure says nothing.
        """
        with self._lock:
            self._is_tried = False
            if self._ramp is None or self._remaining(now):
                return
            self._ramp *= RAMP_FACTOR
            if self._ramp >= RAMP_END:
                self._ramp = None
                self._failures = 0

    def unused(self) -> None:
        """There was nothing to try: let another caller have the turn."""
        with self._lock:
            self._is_tried = False

    def wait_seconds(self, now: datetime) -> float:
        """How long to leave the service alone from `now` on; 0 when it may be tried."""
        with self._lock:
            return self._remaining(now)

    def _pause_for(self, now: datetime, seconds: float) -> None:
        self._pause = timedelta(seconds=seconds)
        self._until = now + self._pause

    def _remaining(self, now: datetime) -> float:
        """Seconds of the pause that are left, never more than it had: clocks jump back."""
        if self._until is None or now >= self._until:
            return 0.0
        self._until = min(self._until, now + self._pause)
        return (self._until - now).total_seconds()
