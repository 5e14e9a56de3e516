"""How many calls went to HubSpot, how many copies made needless, and what is left of the day.

HubSpot says with most answers how many calls the account may make a day and how many are left,
those of every other app included; searches and OAuth tokens are not told. It refuses to guess: what
was never said is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final

DAILY: Final = "x-hubspot-ratelimit-daily"
DAILY_REMAINING: Final = "x-hubspot-ratelimit-daily-remaining"


@dataclass(frozen=True, slots=True)
class DailyQuota:
    """Calls that the account may make a day, and how many of them are left."""

    allowed: int
    left: int


class Meter:
    """Counts; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls = 0
        self._saved = 0
        self._daily: DailyQuota | None = None

    def answered(self, headers: Mapping[str, str]) -> None:
        """A call was answered, with these headers."""
        said = {name.lower(): value for name, value in headers.items()}
        allowed, left = said.get(DAILY, ""), said.get(DAILY_REMAINING, "")
        with self._lock:
            self._calls += 1
            if allowed.isdecimal() and left.isdecimal():
                self._daily = DailyQuota(int(allowed), int(left))

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
    def daily(self) -> DailyQuota | None:
        """What HubSpot last said of the day; None when it never did."""
        return self._daily
