"""How many calls went to HubSpot, how many copies made needless, and what its answers say beside.

HubSpot says with most answers how many calls are left of the app's ten seconds and of the account's
day, those of every other app included; searches and OAuth tokens are not told. Its clock and
whether it still takes the token can be told from any answer, so that a health page needs no call
of its own. It refuses to guess: what was never said is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import Final

from app.hubspot import metrics

DAILY: Final = "x-hubspot-ratelimit-daily"
DAILY_REMAINING: Final = "x-hubspot-ratelimit-daily-remaining"
REMAINING: Final = "x-hubspot-ratelimit-remaining"
BURST: Final = "x-hubspot-ratelimit-max"
UNAUTHORIZED: Final = 401


@dataclass(frozen=True, slots=True)
class DailyQuota:
    """Calls that the account may make a day, and how many of them are left."""

    allowed: int
    left: int


class Meter:
    """Counts and remembers; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls = 0
        self._saved = 0
        self._burst: int | None = None
        self._daily: DailyQuota | None = None
        self._denied_at: datetime | None = None
        self._skew_seconds: float | None = None

    def answered(self, status: int, headers: Mapping[str, str], now: datetime) -> None:
        """A call was answered now, with this status and these headers."""
        said = {name.lower(): value for name, value in headers.items()}
        allowed, left = said.get(DAILY, ""), said.get(DAILY_REMAINING, "")
        with self._lock:
            self._calls += 1
            if said.get(BURST, "").isdecimal():
                self._burst = int(said[BURST])
            if allowed.isdecimal() and left.isdecimal():
                self._daily = DailyQuota(int(allowed), int(left))
                metrics.REMAINING.labels("day").set(int(left))
            if said.get(REMAINING, "").isdecimal():
                metrics.REMAINING.labels("ten_seconds").set(int(said[REMAINING]))
            self._denied_at = (self._denied_at or now) if status == UNAUTHORIZED else None
            self._skew_seconds = _skew_seconds(said.get("date"), now)

    def spared(self, calls: int) -> None:
        """So many calls were not needed."""
        with self._lock:
            self._saved += calls

    @property
    def calls(self) -> int:
        """Calls that HubSpot answered."""
        return self._calls

    @property
    def saved(self) -> int:
        """Calls that were not needed."""
        return self._saved

    @property
    def burst(self) -> int | None:
        """Calls that HubSpot last granted the app in ten seconds; None when it never said."""
        return self._burst

    @property
    def daily(self) -> DailyQuota | None:
        """What HubSpot last said of the day; None when it never did."""
        return self._daily

    @property
    def denied_at(self) -> datetime | None:
        """Since when the token is refused; None while it is taken, or was never tried."""
        return self._denied_at

    @property
    def skew_seconds(self) -> float | None:
        """How far HubSpot's clock is ahead of ours; 0 within a second, None when it did not say."""
        return self._skew_seconds


def _skew_seconds(date: str | None, now: datetime) -> float | None:
    if not date:
        return None
    try:
        there = parsedate_to_datetime(date)
    except ValueError:
        return None
    if there.tzinfo is None:
        return None
    # The header has whole seconds: within one, the clocks agree.
    difference = (there - now.replace(microsecond=0)).total_seconds()
    return 0.0 if abs(difference) <= 1 else difference
