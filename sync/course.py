"""One sweep on its way: window after window, a checkpoint behind each, until the end or a stop.

A portal that goes away is waited for, from the last checkpoint on; what was judged already is not
judged again, because each verdict remembers the sweep that found it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice

import structlog

from app.controller.judgement import Judge
from app.controller.reconcile import Reconciler
from app.controller.worker import Worker
from app.domain.deal import DealId
from app.ledger import SqlLedger
from app.ledger.sweeps import SweepRun, SweepState
from app.ports import Clock, Crm, Failure, Retryable

from .correcting import Corrector
from .lease import LeaseLost, SweepLease
from .leftovers import Leftovers, SweepPace
from .report import Tally
from .stream import Window, judged_ahead, merged, windows
from .writing import Writer

Progress = Callable[[int, int], None]
"""Hears how many deals are through, of about how many."""

Meter = Callable[[], tuple[int, int]]
"""HubSpot calls that were made and that copies made needless, so far."""

Guard = Callable[[], str | None]
"""Why the sweep has to stop for today; None: it may go on."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a sweep reads: the portal, by itself or through copies, and how often it asked.

    `prepare` makes ready for a sweep before the first deal is looked at; `finish` puts away what
    is of no more use after a whole one. Both raise Failure.
    """

    crm: Crm
    judge: Judge
    meter: Meter
    guard: Guard
    prepare: Callable[[SweepRun], None] = lambda _: None
    finish: Callable[[SweepRun], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Means:
    """What every sweep works with; `wait` sleeps for so many seconds."""

    source: Source
    ledger: SqlLedger
    reconciler: Reconciler
    clock: Clock
    wait: Callable[[float], object]
    pace: SweepPace
    corrector: Corrector


class Course:
    """One sweep from its checkpoint to its end; `run` is how it stands.

    A sweep with a `limit` leaves no checkpoint: it was never meant to get through.
    """

    def __init__(
        self,
        means: Means,
        run: SweepRun,
        *,
        lease: SweepLease,
        worker: Worker,
        limit: int | None,
        progress: Progress,
    ) -> None:
        self.run = run
        self.tally = Tally()
        self._means = means
        self._lease = lease
        self._limit = limit
        self._progress = progress
        self._expected = 0
        self._reached = run.cursor
        self._moved_at = means.clock.now()
        self._spent = means.source.meter()
        self._earlier = run.calls, run.calls_saved
        self.leftovers = Leftovers(ledger=means.ledger, worker=worker, clock=means.clock)
        self._writer = Writer(
            run_id=run.run_id,
            lease=lease,
            ledger=means.ledger,
            reconciler=means.reconciler,
            clock=means.clock,
            hear=self.tally.hear,
            left_over=self.leftovers.add,
        )

    def go(self) -> str | None:
        """Get through; answers why it stopped before the end. Raises Failure."""
        self._save()
        try:
            reason = self._through()
        except LeaseLost:
            raise
        except Failure as failure:
            self._save(SweepState.STOPPED, str(failure))
            raise
        if reason is None and self._limit is None:
            self._means.source.finish(self.run)
            self._save(SweepState.FINISHED)
        else:
            self._save(SweepState.STOPPED, reason)
        return reason

    # ----------------------------------------------------------------- the way

    def _through(self) -> str | None:
        while True:
            try:
                self._begin()
                reason = self._all_windows()
                self._writer.flush()
            except Retryable as failure:
                seconds = self._patience_for(failure)
                if seconds is None:
                    return str(failure)
                log.warning("sweep_waits", error=str(failure), seconds=seconds)
                self._writer.drop()
                self._reached = self.run.cursor
                self._means.wait(seconds)
            else:
                if reason is None:
                    self._end()
                return reason

    def _begin(self) -> None:
        source = self._means.source
        if not self._expected:
            source.prepare(self.run)
            expected = source.crm.count_open_deals()
            self._expected = min(self._limit or expected, expected)

    def _all_windows(self) -> str | None:
        """Window after window; answers why it stopped before the last."""
        with closing(self._windows()) as listed:
            for window in listed:
                self._writer.take(window)
                self._means.corrector.take(self.run.run_id, window.judged.made)
                self._moved(window)
                while self.leftovers.turn():
                    pass
                if reason := self._means.source.guard():
                    self._writer.flush()
                    self._save()
                    return reason
        return None

    def _end(self) -> None:
        self._means.corrector.flush(self.run.run_id)
        self.leftovers.work_off(self._look, self._means.wait, self._means.pace)
        self.tally.leave(self.leftovers.left, self.leftovers.given_up)
        self._tell()

    def _look(self, deal_ids: tuple[DealId, ...]) -> None:
        now = self._means.clock.now()
        try:
            judged = self._means.source.judge.judge(deal_ids, now)
        except Retryable:
            self.leftovers.add(deal_ids)
            return
        self._writer.take(Window(deal_ids, now, judged))
        self._writer.flush()

    # ----------------------------------------------------------------- what is looked at

    def _windows(self) -> Generator[Window, None, None]:
        """The open deals of the portal behind the checkpoint, and those that were open when last
        judged, without those that this sweep judged already.
        """
        crm, after = self._means.source.crm, self.run.cursor
        window = self._means.pace.window
        listed = merged(crm.open_deals(after), self._means.ledger.recorded_deals(after))
        left = (self._unjudged(group) for group in windows(islice(listed, self._limit), window))
        clock, judge = self._means.clock, self._means.source.judge
        return judged_ahead(left, lambda ids: judge.judge(ids, clock.now()), clock.now)

    def _unjudged(self, group: tuple[DealId, ...]) -> tuple[DealId, ...]:
        done = self._means.ledger.swept_in(self.run.run_id, group)
        return tuple(deal_id for deal_id in group if deal_id not in done)

    # ----------------------------------------------------------------- where it stands

    def _moved(self, window: Window) -> None:
        self._moved_at = self._means.clock.now()
        if window.deal_ids:
            self._reached = window.deal_ids[-1]
        self._save()
        self._tell()

    def _tell(self) -> None:
        self._progress(self.tally.done, max(self._expected, self.tally.done))

    def _save(self, state: SweepState = SweepState.RUNNING, reason: str | None = None) -> None:
        used, saved = self._means.source.meter()
        self.run = replace(
            self.run,
            state=state,
            cursor=self.run.cursor if self._writer.is_waiting else self._reached,
            reason=reason,
            deals=self.tally.done,
            calls=self._earlier[0] + used - self._spent[0],
            calls_saved=self._earlier[1] + saved - self._spent[1],
            finished_at=None if state is SweepState.RUNNING else self._means.clock.now(),
        )
        if self._limit is None:
            self._means.ledger.sweeps.save(self.run)

    def _patience_for(self, failure: Retryable) -> float | None:
        """How long to wait for the portal; None when it is no use."""
        if self._limit is not None:
            return None
        idle = (self._means.clock.now() - self._moved_at).total_seconds()
        seconds = max(failure.after_seconds or 0.0, self._means.pace.poll_seconds)
        return seconds if idle + seconds < self._means.pace.patience_seconds else None
