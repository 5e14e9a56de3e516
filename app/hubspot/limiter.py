"""The one valve through which every request to HubSpot leaves this process.

HubSpot counts requests per 10 seconds and app, searches per second and account, and association
calls per 10 seconds by themselves; none counts towards another. It counts a request somewhere
between departure and answer, so a place in the window is taken from the departure until a whole
window after the answer: however unevenly requests travel, they never arrive too many at once. (A
token bucket that stamps departures does not hold that, which is why none is used here.)

Yielding requests leave a part of each window to the others and are spaced evenly over it, so that
places fall free all the time: a sweep of the whole portal, which may fill nearly all of a window,
does not make the deal wait that somebody just moved. A refusal pauses everyone and not only
the thread that met it, because the others would be refused too. The valve knows nothing of other
processes: with several workers, share the allowance out.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from threading import Condition
from typing import Final

from app.ports import Retryable

DEFAULT_REQUESTS_PER_10_SECONDS: Final = 95
MAX_ASSOCIATIONS_PER_10_SECONDS: Final = 145
"""Just under what HubSpot grants a Professional account; smaller ones have it as for requests."""
DEFAULT_SEARCHES_PER_SECOND: Final = 4
DEFAULT_MAX_WAIT_SECONDS: Final = 12.0
YIELDING_SHARE: Final = 0.97
"""How much of a window yielding requests may fill."""
UNPACED_SHARE: Final = 0.25
"""How much of it they may fill at once; beyond that they leave evenly spaced."""
MAX_PAUSE_SECONDS: Final = 900.0
"""However long HubSpot asks for, it is asked again after this: a quota may have been raised."""


class Lane(StrEnum):
    """Which allowance a request draws on."""

    GENERAL = "general"
    SEARCH = "search"
    ASSOCIATIONS = "association"


class OutboundLimiter:
    """Admits requests no faster than HubSpot allows; safe to share between threads.

    A wait longer than `max_wait_seconds` is not sat out: it is raised as Retryable with the time
    that is left, so that a worker can do something else meanwhile. `monotonic` is in seconds.
    Without a number of their own, associations get as much as requests, up to what is usual.
    """

    def __init__(
        self,
        *,
        requests_per_10_seconds: int = DEFAULT_REQUESTS_PER_10_SECONDS,
        associations_per_10_seconds: int | None = None,
        searches_per_second: int = DEFAULT_SEARCHES_PER_SECOND,
        max_wait_seconds: float = DEFAULT_MAX_WAIT_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if associations_per_10_seconds is None:
            associations_per_10_seconds = min(
                requests_per_10_seconds, MAX_ASSOCIATIONS_PER_10_SECONDS
            )
        self._windows = {
            Lane.GENERAL: _Window(requests_per_10_seconds, 10.0),
            Lane.ASSOCIATIONS: _Window(associations_per_10_seconds, 10.0),
            Lane.SEARCH: _Window(searches_per_second, 1.0),
        }
        self._max_wait_seconds = max_wait_seconds
        self._monotonic = monotonic
        self._changed = Condition()
        self._paused_until = dict.fromkeys(Lane, 0.0)

    @contextmanager
    def turn(self, lane: Lane, *, yielding: bool = False) -> Iterator[None]:
        """Wait for a place, and hold it while the request is under way.

        Raises Retryable when the place is too far off.
        """
        self._enter(lane, yielding=yielding)
        try:
            yield
        finally:
            with self._changed:
                self._windows[lane].leave(self._monotonic())
                self._changed.notify_all()

    def pause(self, lane: Lane | None, seconds: float) -> None:
        """Hold back everyone in a lane (None: in all of them) for so long.

        At most MAX_PAUSE_SECONDS; a pause that lasts longer already stays.
        """
        until = self._monotonic() + min(seconds, MAX_PAUSE_SECONDS)
        with self._changed:
            for each in Lane if lane is None else (lane,):
                self._paused_until[each] = max(self._paused_until[each], until)

    def _enter(self, lane: Lane, *, yielding: bool) -> None:
        window = self._windows[lane]
        deadline = self._monotonic() + self._max_wait_seconds
        with self._changed:
            while True:
                now = self._monotonic()
                wait = max(
                    self._paused_until[lane] - now, window.seconds_to_wait(now, yielding=yielding)
                )
                if wait <= 0:
                    window.enter(now, yielding=yielding)
                    return
                if now + wait > deadline:
                    message = f"HubSpot's {lane} limit leaves no room for {wait:.0f} s"
                    raise Retryable(message, after_seconds=wait)
                self._changed.wait(wait)


class _Window:
    """At most `limit` requests under way or answered within the last `seconds`."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._under_way = 0
        self._answered: deque[float] = deque()
        self._yielding_limit = max(1, int(limit * YIELDING_SHARE))
        self._yielded_at = float("-inf")

    def seconds_to_wait(self, now: float, *, yielding: bool) -> float:
        """How long until the window has room, at most; answers may bring it on."""
        limit = self._yielding_limit if yielding else self._limit
        room = self._seconds_to_room(now, limit)
        taken = self._under_way + len(self._answered)
        if not yielding or taken < self._limit * UNPACED_SHARE:
            return room
        return max(room, self._yielded_at + self._seconds / limit - now)

    def _seconds_to_room(self, now: float, limit: int) -> float:
        while self._answered and self._answered[0] + self._seconds <= now:
            self._answered.popleft()
        too_many = self._under_way + len(self._answered) + 1 - limit
        if too_many <= 0:
            return 0.0
        if too_many > len(self._answered):
            return self._seconds
        return self._answered[too_many - 1] + self._seconds - now

    def enter(self, now: float, *, yielding: bool) -> None:
        self._under_way += 1
        if yielding:
            self._yielded_at = now

    def leave(self, now: float) -> None:
        self._under_way -= 1
        self._answered.append(now)
