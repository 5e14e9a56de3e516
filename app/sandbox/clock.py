"""The sandbox's clock: real time plus an offset that a rehearsal may move.

It refuses to hand out naive times. Everything in the sandbox that has an age (records, search
lag, rate limits, webhook retries) asks this clock, so that a rehearsal can let days pass at once.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class SandboxClock:
    """Real time plus an offset.

    Args:
        source: Seconds since the epoch; the system clock unless a test brings its own.
    """

    def __init__(self, source: Callable[[], float] = time.time) -> None:  # noqa: TID251 - the one place where the sandbox meets real time
        self._source = source
        self._offset_seconds = 0.0

    def epoch_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z, as HubSpot counts them."""
        return round((self._source() + self._offset_seconds) * 1000)

    def now(self) -> datetime:
        """The present moment, aware, in UTC, with HubSpot's precision of a millisecond."""
        return from_epoch_ms(self.epoch_ms())

    def advance(self, seconds: float) -> None:
        """Move by that many seconds; a negative number moves back."""
        self._offset_seconds += seconds

    def set(self, moment: datetime) -> None:
        """Make `moment` the present; time goes on from there.

        Raises:
            ValueError: `moment` carries no time zone.
        """
        if moment.tzinfo is None:
            message = f"the sandbox's clock needs a time zone, got {moment.isoformat()}"
            raise ValueError(message)
        self._offset_seconds = moment.timestamp() - self._source()


def from_epoch_ms(epoch_ms: int) -> datetime:
    """An aware UTC datetime of that millisecond; exact, unlike division by 1000.0."""
    return datetime.fromtimestamp(epoch_ms // 1000, UTC) + timedelta(milliseconds=epoch_ms % 1000)


def to_epoch_ms(moment: datetime) -> int:
    """Milliseconds since the epoch of an aware datetime, rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
