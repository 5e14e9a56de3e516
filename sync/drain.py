"""Marks deals in portions and takes a worker's turns until each of them is through.

Portions keep the ledger small and a live mark's way short, and let memory stay flat. Refuses to
wait for ever: what does not move within the patience stays marked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from app.controller.reconcile import Outcome, Reconciled
from app.controller.worker import Worker
from app.domain.deal import DealId, deal_key
from app.ports import Clock, Ledger, Priority

from .report import Tally

PORTION = 100
"""Deals marked at a time for each thread: as many as one batch call of HubSpot reads."""

STOP_SECONDS = 1.0

Progress = Callable[[int, int], None]
"""Hears how many deals are through, of how many."""


@dataclass(frozen=True, slots=True)
class SweepPace:
    """`patience_seconds` is how long to wait when nothing moves before leaving the rest marked."""

    threads: int = 2
    poll_seconds: float = 0.2
    patience_seconds: float = 120.0


class Drain:
    """One run over a list of deals; `wait` sleeps for so many seconds."""

    def __init__(
        self,
        deal_ids: Sequence[DealId],
        *,
        ledger: Ledger,
        worker: Worker,
        tally: Tally,
        clock: Clock,
        wait: Callable[[float], None],
        pace: SweepPace,
        progress: Progress,
    ) -> None:
        self._deal_ids = deal_ids
        self._ledger = ledger
        self._worker = worker
        self._tally = tally
        self._clock = clock
        self._wait = wait
        self._pace = pace
        self._progress = progress
        self._started_at = clock.now()
        self._names = [f"{worker.name}.sweep{number}" for number in range(pace.threads)]
        self._pool = ThreadPoolExecutor(pace.threads)

    def run(self) -> None:
        """Mark and drain, once. Raises Failure when the ledger cannot be written."""
        self._worker.start()
        try:
            for portion in portions(self._deal_ids, PORTION * self._pace.threads):
                self._ledger.mark(map(deal_key, portion), Priority.SWEEP, self._clock.now())
                while self._turn():
                    pass
            self._await_the_last()
        finally:
            self._pool.shutdown()
            self._worker.stop(STOP_SECONDS)

    def _turn(self) -> int:
        # All turns are over before the next begin: a worker's name belongs to one at a time.
        claimed = sum(self._pool.map(self._worker.turn, self._names))
        self._progress(self._tally.done, len(self._deal_ids))
        return claimed

    def _await_the_last(self) -> None:
        """Go on until the deals that were deferred, merged or taken by others are through."""
        moved_at, left = self._clock.now(), self._tally.waiting()
        while left and self._seconds_since(moved_at) < self._pace.patience_seconds:
            if not self._turn():
                self._hear_of_others(left)
                self._wait(self._pace.poll_seconds)
            if self._tally.waiting() != left:
                moved_at, left = self._clock.now(), self._tally.waiting()

    def _hear_of_others(self, left: frozenset[DealId]) -> None:
        """Count what other workers did with our marks."""
        settled = self._ledger.backlog().marks == 0
        recorded = self._ledger.recorded(left)
        for deal_id in left:
            known = recorded.get(deal_id)
            if known is not None and known.judged_at >= self._started_at:
                verdict = known.verdict
                result = Reconciled(deal_key(deal_id), Outcome.UNCHANGED, verdict, verdict)
            elif known is None and settled:
                # No mark is left and no verdict either: it was found gone.
                result = Reconciled(deal_key(deal_id), Outcome.GONE)
            else:
                continue
            self._tally.hear([result])

    def _seconds_since(self, moment: datetime) -> float:
        return (self._clock.now() - moment).total_seconds()


def portions(deal_ids: Sequence[DealId], size: int) -> Iterator[Sequence[DealId]]:
    """The list in pieces of at most `size`."""
    return (deal_ids[start : start + size] for start in range(0, len(deal_ids), size))
