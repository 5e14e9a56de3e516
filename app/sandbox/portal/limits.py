"""HubSpot's rate limits: calls per ten seconds, searches per second, calls per day.

It refuses to wait: a call is either counted or over a limit, and then the caller is told which.
The ten-second limit belongs to an app, the other two to the whole account. Calls over a limit do
not count towards it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from ..clock import SandboxClock

Policy = Literal["TEN_SECONDLY_ROLLING", "SECONDLY", "DAILY"]

TEN_SECONDS_MS = 10_000
ONE_SECOND_MS = 1_000


@dataclass(frozen=True, slots=True)
class Quota:
    """An account's limits; the defaults are those of a Professional subscription."""

    calls_per_10_seconds: int = 190
    searches_per_second: int = 5
    calls_per_day: int = 625_000


class Window:
    """At most `limit` calls in any `span_ms` milliseconds."""

    def __init__(self, limit: int, span_ms: int) -> None:
        self.limit = limit
        self._span_ms = span_ms
        self._calls: deque[int] = deque()

    def remaining(self, now_ms: int) -> int:
        """How many more calls fit now."""
        while self._calls and not now_ms - self._span_ms < self._calls[0] <= now_ms:
            self._calls.popleft()
        return self.limit - len(self._calls)

    def count(self, now_ms: int) -> None:
        """Enter a call."""
        self._calls.append(now_ms)


class Limits:
    """The counters of one account. Days change at midnight in the account's time zone."""

    def __init__(self, clock: SandboxClock, quota: Quota, zone: ZoneInfo) -> None:
        self.quota = quota
        self._clock = clock
        self._zone = zone
        self._apps: dict[int, Window] = {}
        self._search = Window(quota.searches_per_second, ONE_SECOND_MS)
        self._day = ""
        self._used_today = 0

    def set(self, quota: Quota) -> None:
        """Change the account's limits and start counting afresh."""
        self.quota = quota
        self._apps.clear()
        self._search = Window(quota.searches_per_second, ONE_SECOND_MS)

    def count(self, app_id: int, *, is_search: bool, is_exempt: bool) -> Policy | None:
        """Count one call, or name the limit that it would break.

        Args:
            app_id: Whose call it is.
            is_search: Searches have a limit of their own instead of the ten-second one.
            is_exempt: Association batches are counted by the day only.
        """
        now_ms = self._clock.epoch_ms()
        window = self._search if is_search else self._window(app_id)
        if self.used_today() >= self.quota.calls_per_day:
            return "DAILY"
        if (is_search or not is_exempt) and window.remaining(now_ms) <= 0:
            return "SECONDLY" if is_search else "TEN_SECONDLY_ROLLING"
        if is_search or not is_exempt:
            window.count(now_ms)
        self._used_today += 1
        return None

    def remaining(self, app_id: int) -> int:
        """What is left of the app's ten seconds."""
        return max(0, self._window(app_id).remaining(self._clock.epoch_ms()))

    def used_today(self) -> int:
        """Calls made since midnight."""
        day = self._clock.now().astimezone(self._zone).date().isoformat()
        if day != self._day:
            self._day, self._used_today = day, 0
        return self._used_today

    def resets_at(self) -> datetime:
        """The next midnight of the account."""
        local = self._clock.now().astimezone(self._zone)
        tomorrow = local.date() + timedelta(days=1)
        return local.replace(
            year=tomorrow.year,
            month=tomorrow.month,
            day=tomorrow.day,
            hour=0,
            minute=0,
            second=0,
            microsecond=0,
        )

    def _window(self, app_id: int) -> Window:
        window = self._apps.get(app_id)
        if window is None:
            window = self._apps[app_id] = Window(self.quota.calls_per_10_seconds, TEN_SECONDS_MS)
        return window
