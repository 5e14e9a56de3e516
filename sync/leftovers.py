"""The deals of a sweep that somebody else was at, or that failed in passing: another look at each.

Marks are worked off as any worker does it, each at its own time, so that a sweep without a service
beside it leaves none behind. A deal that nobody has in hand any more is then judged once more, from
a fresh reading. Refuses to wait for ever: what does not move within the patience stays marked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from app.controller.worker import Worker
from app.domain.deal import DealId
from app.ledger import SqlLedger
from app.ports import Clock

from .stream import WINDOW, windows

Look = Callable[[tuple[DealId, ...]], None]
"""Judges deals again and concludes them; who is left over then is added again."""


@dataclass(frozen=True, slots=True)
class SweepPace:
    """`patience_seconds` is how long to wait when nothing moves before leaving the rest.

    `window` is how many deals are read together.
    """

    window: int = WINDOW
    poll_seconds: float = 0.2
    patience_seconds: float = 120.0


class Leftovers:
    """Gathers what is left over and works it off at the end."""

    def __init__(self, *, ledger: SqlLedger, worker: Worker, clock: Clock) -> None:
        self._ledger = ledger
        self._worker = worker
        self._clock = clock
        self._left: set[DealId] = set()
        self.given_up: set[DealId] = set()

    @property
    def left(self) -> frozenset[DealId]:
        """The deals that are left."""
        return frozenset(self._left)

    def add(self, deal_ids: Iterable[DealId]) -> None:
        """Deals that want another look."""
        self._left.update(deal_ids)

    def turn(self) -> int:
        """Work off one batch of whatever is due; answers how many marks that were."""
        return self._worker.turn(self._worker.name)

    def work_off(self, look: Look, wait: Callable[[float], object], pace: SweepPace) -> None:
        """Look at what is left until nothing is, or nothing has moved for so long.

        Raises Failure when the ledger cannot be read or written.
        """
        moved_at, before = self._clock.now(), self.left
        while self._left and self._seconds_since(moved_at) < pace.patience_seconds:
            while self.turn():
                pass
            self._look(look, pace.window)
            if self.left != before:
                moved_at, before = self._clock.now(), self.left
            elif self._left:
                wait(pace.poll_seconds)

    def _look(self, look: Look, size: int) -> None:
        waiting = self._ledger.waiting(self._left)
        self.given_up |= waiting.given_up
        self._left -= waiting.given_up
        free = sorted(self._left - waiting.marked, key=int)
        self._left.difference_update(free)
        for window in windows(free, size):
            look(window)

    def _seconds_since(self, moment: datetime) -> float:
        return (self._clock.now() - moment).total_seconds()
