"""The one valve through which every request to HubSpot leaves this process.

HubSpot counts requests per 10 seconds and app, searches per second and account, and association
calls per 10 seconds by themselves; none counts towards another. It counts a request somewhere
between departure and answer, so a place in the window is taken from the departure until a whole
window after the answer: however unevenly requests travel, they never arrive too many at once. (A
token bucket that stamps departures does not hold that, which is why none is used here.)

Yielding requests leave a part of each window to the others and are spaced evenly over it, so that
places fall free all the time: a sweep of the whole portal, which may fill nearly all of a window,
does not make the deal wait that somebody just moved. A refusal pauses everyone and not only
the thread that met it, because the others would be refused too. Where processes share a database
that can count for all of them, a call passes their common window as well as this one.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from threading import Condition
from typing import Final, Protocol

import structlog

from app.ports import Failure, Retryable

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


SHORTEST_SHARED_WAIT_SECONDS: Final = 0.05
LONGEST_SHARED_WAIT_SECONDS: Final = 1.0
"""How soon the common window is asked again; answers of other processes are not heard of."""

log = structlog.get_logger(__name__)


class Shared(Protocol):
    """A window that all processes have in common. Each method may raise Failure."""

    def enter(self, lane: str, most: int, window_seconds: float) -> tuple[int | None, float]:
        """A ticket for one call, or None and how many seconds to wait."""
        ...

    def leave(self, ticket: int) -> None:
        """The call is over."""
        ...

    def pause(self, lanes: tuple[str, ...], seconds: float) -> None:
        """Let no process pass in these lanes."""
        ...


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
        shared: Shared | None = None,
    ) -> None:
        self._shared = shared
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
        ticket = None
        try:
            ticket = self._enter_shared(lane, yielding=yielding)
            yield
        finally:
            self._leave_shared(ticket)
            with self._changed:
                self._windows[lane].leave(self._monotonic())
                self._changed.notify_all()

    def pause(self, lane: Lane | None, seconds: float) -> None:
        """Hold back everyone in a lane (None: in all of them) for so long.

        At most MAX_PAUSE_SECONDS; a pause that lasts longer already stays.
        """
        lanes = tuple(Lane) if lane is None else (lane,)
        pause = min(seconds, MAX_PAUSE_SECONDS)
        until = self._monotonic() + pause
        with self._changed:
            for each in lanes:
                self._paused_until[each] = max(self._paused_until[each], until)
        if self._shared is not None:
            try:
                self._shared.pause(lanes, pause)
            except Failure as failure:
                log.warning("pause_not_shared", error=str(failure))

    def learn(self, requests_per_10_seconds: int | None) -> None:
        """HubSpot said what it grants: keep to it where it is less than what was configured."""
        if requests_per_10_seconds:
            with self._changed:
                self._windows[Lane.GENERAL].tighten(requests_per_10_seconds)

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

    def _enter_shared(self, lane: Lane, *, yielding: bool) -> int | None:
        """A ticket of the common window; None without one, or while the database is away.

        Then each process keeps to its own window: more cannot be known.
        """
        window = self._windows[lane]
        deadline = self._monotonic() + self._max_wait_seconds
        while self._shared is not None:
            try:
                ticket, wait = self._shared.enter(
                    lane, window.places(yielding=yielding), window.seconds
                )
            except Failure as failure:
                log.warning("limit_not_shared", error=str(failure))
                return None
            if ticket is not None:
                return ticket
            if self._monotonic() + wait > deadline:
                message = f"HubSpot's {lane} limit leaves no room for {wait:.0f} s"
                raise Retryable(message, after_seconds=wait)
            time.sleep(min(max(wait, SHORTEST_SHARED_WAIT_SECONDS), LONGEST_SHARED_WAIT_SECONDS))
        return None

    def _leave_shared(self, ticket: int | None) -> None:
        if self._shared is not None and ticket is not None:
            try:
                self._shared.leave(ticket)
            except Failure as failure:
                # Its row counts until the longest call is over: too careful, never too quick.
                log.warning("call_not_ended", error=str(failure))


class _Window:
    """At most `limit` requests under way or answered within the last `seconds`."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self.seconds = seconds
        self._under_way = 0
        self._answered: deque[float] = deque()
        self._yielded_at = float("-inf")

    def seconds_to_wait(self, now: float, *, yielding: bool) -> float:
        """How long until the window has room, at most; answers may bring it on."""
        limit = self.places(yielding=yielding)
        room = self._seconds_to_room(now, limit)
        taken = self._under_way + len(self._answered)
        if not yielding or taken < self._limit * UNPACED_SHARE:
            return room
        return max(room, self._yielded_at + self.seconds / limit - now)

    def _seconds_to_room(self, now: float, limit: int) -> float:
        while self._answered and self._answered[0] + self.seconds <= now:
            self._answered.popleft()
        too_many = self._under_way + len(self._answered) + 1 - limit
        if too_many <= 0:
            return 0.0
        if too_many > len(self._answered):
            return self.seconds
        return self._answered[too_many - 1] + self.seconds - now

    def places(self, *, yielding: bool) -> int:
        return max(1, int(self._limit * YIELDING_SHARE)) if yielding else self._limit

    def tighten(self, limit: int) -> None:
        self._limit = min(self._limit, limit)

    def enter(self, now: float, *, yielding: bool) -> None:
        self._under_way += 1
        if yielding:
            self._yielded_at = now

    def leave(self, now: float) -> None:
        self._under_way -= 1
        self._answered.append(now)
