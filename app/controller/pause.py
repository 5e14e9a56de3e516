"""The freeze switch: while it is on, nothing is written to HubSpot and nothing said in the channel.

It lives in the database, so that one command stops every process. Deliveries are still taken and
marks kept; whoever works finishes the batch in hand and claims no other. Nothing is lost by it,
and going on needs no sweep.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

import orjson

from app.ports import Clock, Terminal

FACT: Final = "paused"
CHECK_SECONDS: Final = 1.0
MAX_REASON_CHARS: Final = 200


def never() -> bool:
    """For whoever has no switch: it is never on."""
    return False


class Facts(Protocol):
    """The part of the ledger that this switch lives in."""

    def get_fact(self, name: str) -> str | None:
        """See `app.ports.Ledger.get_fact`."""
        ...

    def set_fact(self, name: str, value: str) -> None:
        """See `app.ports.Ledger.set_fact`."""
        ...


@dataclass(frozen=True, slots=True)
class Paused:
    """Since when, and why, in the words of who did it."""

    since: datetime
    reason: str

    def __str__(self) -> str:
        why = f" ({self.reason})" if self.reason else ""
        return f"{self.since:%Y-%m-%d %H:%M} UTC{why}"


class Pause:
    """The switch; `is_on` is cheap enough to ask before every claim."""

    def __init__(self, facts: Facts, clock: Clock) -> None:
        self._facts = facts
        self._clock = clock
        self._known: tuple[bool, datetime] | None = None

    def is_on(self) -> bool:
        """Whether nothing may be written, as of at most CHECK_SECONDS ago. Raises Failure."""
        now = self._clock.now()
        if self._known is None or abs(now - self._known[1]) > timedelta(seconds=CHECK_SECONDS):
            self._known = self.state() is not None, now
        return self._known[0]

    def state(self) -> Paused | None:
        """Since when and why, None while everything runs. Raises Failure."""
        kept = self._facts.get_fact(FACT)
        if not kept:
            return None
        said = orjson.loads(kept)
        return Paused(datetime.fromisoformat(said["since"]), said["reason"])

    def begin(self, reason: str) -> Paused:
        """Stop writing; an earlier pause keeps its time and gets this reason. Raises Failure."""
        before = self.state()
        paused = Paused(before.since if before else self._clock.now(), reason[:MAX_REASON_CHARS])
        kept = {"since": paused.since.isoformat(), "reason": paused.reason}
        self._facts.set_fact(FACT, orjson.dumps(kept).decode())
        return paused

    def end(self) -> Paused | None:
        """Go on; answers the pause that ended, None when there was none. Raises Failure."""
        before = self.state()
        self._facts.set_fact(FACT, "")
        return before

    def refuse(self) -> None:
        """Raise Terminal while the switch is on, for whoever would write by hand."""
        paused = self.state()
        if paused is not None:
            message = f"writes are paused since {paused}: `dealgate resume` lets them go on"
            raise Terminal(message)
