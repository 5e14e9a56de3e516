"""Dates in notes: which entry of a running log a line belongs to, and when an answer expires."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from dateutil import parser as dates

from app.domain.notes.passage import Passage

_MONTH = (
    r"(?:jan|feb|m[aä]r|apr|ma[iyj]|jun|jul|aug|sep|okt|oct|nov|de[cz]|janv|f[eé]v|avr|juin|juil"
    r"|ao[uû]t|ene|abr|ago|dic|mrt|mei)[a-zéûä]{0,7}\.?"
)
_ENTRY = re.compile(
    r"[\s\[(*#\-•]*(?:(?:update|edit|new|neu|nachtrag|log|entry|old|alt)\s*[:(]?\s*)?(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
    r"(?P<date>\d{4}-\d{2}-\d{2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?\s{_MONTH}(?:,?\s\d{{4}})?"
    rf"|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?"
    r"|\d{1,2}[./]\d{1,2}(?:[./](?:\d{4}|\d{2})|\.)?(?=\s*[:)\]\-–—|,(]|$|\s+update))"  # noqa: RUF001 - dashes
    r"(?=\s*(?:[:)\]\-–—|,.(]|$)|\s)",  # noqa: RUF001 - dashes
    re.IGNORECASE,
)
_GERMAN_DAY = re.compile(r"(\d{1,2})\.\s*")
_MAX_YEARS_BACK = 1


def entry_dates(passages: Sequence[Passage], written_at: datetime) -> list[date | None]:
    """For every line the date of the log entry that it belongs to, None outside of any."""
    found: list[date | None] = []
    current: date | None = None
    for passage in passages:
        if passage.line.cell is None and (match := _ENTRY.match(passage.folded)):
            current = parse_day(match["date"], written_at.date()) or current
        found.append(current)
    return found


@lru_cache(maxsize=4096)
def parse_day(text: str, near: date) -> date | None:
    """The day that a short date names, in the year that puts it closest before `near`."""
    numbers = re.fullmatch(r"(\d{1,2})[./](\d{1,2})[./]?(\d{2,4})?", text)
    try:
        if numbers:
            day, month = int(numbers[1]), int(numbers[2])
            if month > 12:  # noqa: PLR2004 - months
                day, month = month, day
            year = int(numbers[3]) if numbers[3] else near.year
            found = date(year + 2000 if year < 100 else year, month, day)
            has_year = bool(numbers[3])
        else:
            found = dates.parse(text, default=datetime(near.year, 1, 1), dayfirst=True).date()  # noqa: DTZ001 - a day has no zone
            has_year = bool(re.search(r"\d{4}", text))
    except (ValueError, OverflowError):
        return None
    if not has_year and (found - near).days > 60:
        found = found.replace(year=found.year - 1) if (found.month, found.day) != (2, 29) else found
    return found
