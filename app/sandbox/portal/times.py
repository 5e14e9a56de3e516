"""Times as HubSpot writes and reads them: Java's Instant out, ISO 8601 or epoch milliseconds in."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from ..clock import from_epoch_ms, to_epoch_ms

DAY_MS = 86_400_000
_MILLISECONDS = re.compile(r"-?\d{1,15}")
_LAST_MS = 253_402_300_799_999
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def instant(epoch_ms: int) -> str:
    """`2026-03-01T10:00:00Z`, or with three digits when there are milliseconds."""
    moment = datetime.fromtimestamp(epoch_ms // 1000, UTC).isoformat()[:19]
    rest = epoch_ms % 1000
    return f"{moment}.{rest:03d}Z" if rest else f"{moment}Z"


def parse_instant(text: str) -> int | None:
    """Epoch milliseconds of an ISO time, a date (midnight UTC) or milliseconds as text."""
    if _MILLISECONDS.fullmatch(text):
        epoch_ms = int(text)
        return epoch_ms if 0 <= epoch_ms <= _LAST_MS else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return to_epoch_ms(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def parse_date(text: str) -> str | None:
    """A date as `YYYY-MM-DD`, given as such or as midnight UTC in milliseconds or ISO."""
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            return None
    epoch_ms = parse_instant(text)
    if epoch_ms is None or epoch_ms % DAY_MS:
        return None
    return from_epoch_ms(epoch_ms).date().isoformat()
