"""Times as HubSpot's properties hold them, and counting in business days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SATURDAY = 5


def moment_of(value: str | None) -> datetime | None:
    """A property's date or time as an aware UTC datetime; None when it holds none.

    HubSpot writes milliseconds, ISO 8601 with a zone, or a bare date, which means its midnight.
    """
    if not value:
        return None
    text = value.strip()
    try:
        if text.lstrip("-").isascii() and text.lstrip("-").isdigit():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        parsed = datetime.fromisoformat(text)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def plus_days(moment: datetime, days: int) -> datetime:
    """So many days later, at most the end of the calendar."""
    try:
        return moment + timedelta(days=days)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def plus_business_days(moment: datetime, days: int) -> datetime:
    """So many days later, Saturdays and Sundays not counted."""
    reached = moment
    for _ in range(days):
        reached = plus_days(reached, 1)
        while reached.weekday() >= SATURDAY and reached < datetime.max.replace(tzinfo=UTC):
            reached = plus_days(reached, 1)
    return reached
