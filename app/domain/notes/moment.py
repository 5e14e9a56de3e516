"""Dates in notes: which entry of a running log a line belongs to, and when an answer expires.

dateutil reads the dates, with month names of all languages that notes are read in; what it cannot
read (weeks, quarters, "in 6 weeks") is simple arithmetic here. Only short candidate strings ever
reach it, and what it found for them is remembered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from dateutil.parser import ParserError, parse, parserinfo
from dateutil.relativedelta import relativedelta

from app.domain.notes.passage import Passage
from app.domain.notes.phrase import fold

_MONTH_NAMES: tuple[tuple[str, ...], ...] = (
    ("jan", "january", "januar", "januari", "janvier", "janv", "enero", "ene", "janner"),
    ("feb", "february", "februar", "februari", "fevrier", "fev", "febrero"),
    ("mar", "march", "marz", "maerz", "maart", "mrt", "mars", "marzo"),
    ("apr", "april", "avril", "avr", "abril", "abr"),
    ("may", "mai", "mei", "mayo"),
    ("jun", "june", "juni", "juin", "junio"),
    ("jul", "july", "juli", "juillet", "juil", "julio"),
    ("aug", "august", "augustus", "aout", "agosto", "ago"),
    ("sep", "sept", "september", "septembre", "septiembre"),
    ("oct", "october", "oktober", "okt", "octobre", "octubre"),
    ("nov", "november", "novembre", "noviembre"),
    ("dec", "december", "dezember", "dez", "decembre", "diciembre", "dic"),
)
MONTHS = frozenset(name for names in _MONTH_NAMES for name in names)
"""The folded names of the months in all languages, and their short forms."""

_MONTH = "(?:" + "|".join(sorted((n for m in _MONTH_NAMES for n in m), key=len, reverse=True)) + ")"
_DAY = (
    r"\d{4}-\d{2}-\d{2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?\s(?:of\s|de\s)?{_MONTH}\b\.?(?:,?\s(?:de\s)?\d{{4}})?"
    rf"|{_MONTH}\.?\s\d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?:,?\s\d{{4}})?"
)
_BEFORE_DATE = (
    r"[\s\[(*#\-•]*(?:(?:update|edit|new|neu|nachtrag|log|entry|old|alt)\s*[:(]?\s*)?"
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
)
_ENTRY = re.compile(
    rf"{_BEFORE_DATE}(?P<date>{_DAY}"
    r"|\d{1,2}[./]\d{1,2}(?:[./](?:\d{4}|\d{2})|\.)?(?=\s*[:)\]\-–—|,(]|$|\s+update))"
    r"(?=\s*(?:[:)\]\-–—|,.(]|$)|\s)",
)
_BARE_ENTRY = re.compile(
    rf"{_BEFORE_DATE}(?P<date>{_DAY}|\d{{1,2}}[./]\d{{1,2}}(?:[./](?:\d{{4}}|\d{{2}})?)?)"
    r"(?=\s*(?:[:)\]\-–—|,.(]|$)|\s)"
)
_MIN_BARE_ENTRIES = 2
_DATED = re.compile(
    rf"\b(?:(?P<day>{_DAY})|(?P<numeric>\d{{1,2}}[./]\d{{1,2}}(?:[./](?:\d{{4}}|\d{{2}}))?)(?![\d%])"
    r"|(?:week|wk|w|kw|cw|semaine|semana)\.?\s?(?P<week>\d{1,2})\b"
    r"|q(?P<quarter>[1-4])\b(?:\s*/?\s*(?P<quarter_year>\d{4}))?"
    rf"|(?P<month>{_MONTH})\b(?:\s(?P<month_year>20\d{{2}}))?"
    r"|in\s(?P<count>\d{1,3})\s(?P<unit>day|week|wk|month|year)s?\b"
    r"|next\s(?P<next>week|month|quarter|year)\b"
    r"|end of (?:the )?(?P<end>year|month)\b"
    r"|(?P<year>20[2-4]\d))"
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
MAX_YEARS_AHEAD = 30
"""A date further away is a typing error, and no answer expires by it."""

_MAX_DAYS_AHEAD_IN_LOGS = 60
_MONTHS_PER_QUARTER = 3
_WORD = re.compile(r"\w+")
_BEGIN = frozenset(
    {name for names in _MONTH_NAMES for name in names}
    | {"week", "wk", "w", "kw", "cw", "semaine", "semana", "q", "in", "next", "end"}
)
_WEEKS = frozenset({"week", "wk"})


class _Names(parserinfo):
    """dateutil's tables with the month names of all languages."""

    def __init__(self) -> None:
        self.MONTHS: list[Any] = list(_MONTH_NAMES)
        super().__init__(dayfirst=True)


_NAMES = _Names()


def entry_dates(passages: Sequence[Passage], written_at: datetime) -> list[date | None]:
    """For every line the date of the log entry that it belongs to, None outside of any."""
    found: list[date | None] = []
    current: date | None = None
    begins = _begins_entry(passages)
    for passage in passages:
        if passage.line.cell is None and (match := begins.match(passage.folded)):
            current = _latest_before(match["date"], written_at.date()) or current
        found.append(current)
    return found


def _begins_entry(passages: Sequence[Passage]) -> re.Pattern[str]:
    """How entries begin here: a bare "11.6. …" only does where several lines start in that way."""
    bare = {match["date"] for p in passages if (match := _BARE_ENTRY.match(p.folded))}
    return _BARE_ENTRY if len(bare) >= _MIN_BARE_ENTRIES else _ENTRY


def expiry(quote: str, written_at: datetime) -> datetime | None:
    """When the last date that an answer names has passed, at midnight after it; else None.

    A date without a year is the next one after `written_at`; weeks, months and quarters end on
    their last day; the zone is that of `written_at`.
    """
    base = written_at.date()
    days = [_day_of(match, base) for match in _dates_in(fold(quote))]
    latest = base.year + MAX_YEARS_AHEAD
    known = [day for day in days if day is not None and day.year <= latest]
    if not known:
        return None
    return datetime.combine(max(known) + timedelta(days=1), time(), tzinfo=written_at.tzinfo)


def _dates_in(text: str) -> Iterator[re.Match[str]]:
    """The matches of dates; only words that may begin one are tried."""
    end = 0
    for word in _WORD.finditer(text):
        if word.start() >= end and (
            word[0][0].isdecimal() or word[0].rstrip("0123456789") in _BEGIN
        ):
            match = _DATED.match(text, word.start())
            if match is not None:
                end = match.end()
                yield match


def _latest_before(text: str, near: date) -> date | None:
    """The day that a short date names, in the year that puts it closest before `near`."""
    read = _read(text, near.year)
    if read is None:
        return None
    found, has_year = read
    if not has_year and (found - near).days > _MAX_DAYS_AHEAD_IN_LOGS:
        return found - relativedelta(years=1)
    return found


def _next_after(text: str, base: date) -> date | None:
    read = _read(text, base.year)
    if read is None:
        return None
    found, has_year = read
    return (
        found if has_year or found >= base - timedelta(days=31) else found + relativedelta(years=1)
    )


@lru_cache(maxsize=4096)
def _read(text: str, year: int) -> tuple[date, bool] | None:
    """The day that a short string names, and whether it names the year too."""
    if _ISO.fullmatch(text):  # dateutil would take its day for the month where it can
        return _iso_day(text)
    has_year = bool(re.search(r"\d{4}|[./]\d{1,2}[./]\d{2}$", text))
    cleaned = re.sub(r"(\d)(?:st|nd|rd|th|\.(?=\s))|\b(?:of|de)\b", r"\1", text).rstrip("./")
    try:
        found = parse(cleaned.replace(".", "/"), parserinfo=_NAMES, default=datetime(year, 1, 1))  # noqa: DTZ001 - a day has no zone
    except (ParserError, OverflowError, ValueError):
        return None
    return found.date(), has_year


def _iso_day(text: str) -> tuple[date, bool] | None:
    try:
        return date.fromisoformat(text), True
    except ValueError:
        return None


def _day_of(match: re.Match[str], base: date) -> date | None:
    """The last day of what a match names."""
    part: dict[str, Any] = match.groupdict()
    if part["day"] or part["numeric"]:
        return _next_after(part["day"] or part["numeric"], base)
    if part["week"]:
        return _end_of_week(int(part["week"]), base)
    if part["quarter"]:
        year = int(part["quarter_year"] or base.year)
        end = _end_of_month(year, int(part["quarter"]) * _MONTHS_PER_QUARTER)
        return end if end >= base or part["quarter_year"] else end + relativedelta(years=1)
    if part["month"]:
        month = next(i for i, names in enumerate(_MONTH_NAMES, 1) if part["month"] in names)
        year = int(part["month_year"] or base.year)
        end = _end_of_month(year, month)
        return end if end >= base or part["month_year"] else end + relativedelta(years=1)
    if part["year"]:
        return date(int(part["year"]), 12, 31)
    return _relative(part, base)


def _relative(part: dict[str, Any], base: date) -> date | None:
    if part["end"]:
        return (
            date(base.year, 12, 31)
            if part["end"] == "year"
            else _end_of_month(base.year, base.month)
        )
    unit = part["next"] or part["unit"]
    count = int(part["count"] or 1)
    if unit in _WEEKS:
        return base + timedelta(weeks=count)
    if unit == "day":
        return base + timedelta(days=count)
    months = {"month": 1, "quarter": _MONTHS_PER_QUARTER, "year": 12}[unit] * count
    return base + relativedelta(months=months)


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, 1) + relativedelta(months=1, days=-1)


def _end_of_week(week: int, base: date) -> date | None:
    try:
        end = date.fromisocalendar(base.year, week, 7)
        return end if end >= base else date.fromisocalendar(base.year + 1, week, 7)
    except ValueError:
        return None
