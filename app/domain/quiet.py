"""Quiet hours: when nobody is disturbed, and until when what there is to say waits.

Hours are those of a clock on a wall in one time zone, so they follow summer time; the answers are
moments. Refuses to hold anything back for longer than a week, whatever the windows say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LONGEST = timedelta(days=7)
_DAY = timedelta(days=1)


class Weekday(StrEnum):
    """The days of a week, in their order."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


_IN_ORDER = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class QuietWindow:
    """From a time of each of these days to the next time that the clock shows `ends`.

    An end at or before the beginning is on the day after; equal times span the whole day.
    """

    begins: time
    ends: time
    days: tuple[Weekday, ...]


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The windows of one time zone; none of them: it is never quiet."""

    zone: ZoneInfo
    windows: tuple[QuietWindow, ...] = ()

    def until(self, now: datetime) -> datetime | None:
        """When the quiet that holds at `now` (aware) ends, in UTC; None when it is not quiet.

        Windows that meet or overlap are one. At most a week after `now`.
        """
        latest = now + LONGEST
        end = now
        while end < latest and (later := self._end_at(end)) is not None:
            end = later
        return None if end == now else min(end, latest).astimezone(UTC)

    def _end_at(self, moment: datetime) -> datetime | None:
        """The latest end of the windows that are open at a moment."""
        today = moment.astimezone(self.zone).date()
        spans = (*self._spans(today - _DAY), *self._spans(today))
        return max((end for begin, end in spans if begin <= moment < end), default=None)

    def _spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The windows that begin on a day, as moments."""
        weekday = _IN_ORDER[day.weekday()]
        for window in self.windows:
            if weekday in window.days:
                last = day + _DAY if window.ends <= window.begins else day
                yield self._moment(day, window.begins), self._moment(last, window.ends)

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)
