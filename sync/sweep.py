"""Look at every open deal, the same way as if somebody had marked each of them.

    list ─▶ windows ─▶ observe, judge (no lease) ─▶ hold ─▶ write, record ─▶ checkpoint

It heals whatever deliveries were missed. What people do meanwhile goes first: a deal is held only
while it is written, and one that somebody else looks at is left to them and looked at again at the
end. Killed or stopped at any point, the next sweep goes on from there. The first one that gets
through takes the baseline: it records, and alerts nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import islice

import structlog

from app.controller.judgement import Judgement, Judgements
from app.controller.reconcile import BASELINE_FACT, Outcome, Reconciled
from app.controller.worker import Worker
from app.domain.correction import Correction
from app.domain.deal import DealId, deal_key
from app.ledger.sweeps import SweepKind, SweepRun, SweepState

from .collecting import collecting_seldom
from .course import Course, Means, Progress
from .lease import SweepLease
from .report import Report, Tally
from .stream import judged_ahead, merged, windows

STOP_SECONDS = 1.0
RESUMED_WITHIN = timedelta(hours=20)
"""A sweep that began longer ago is begun anew: too much may have changed behind its back."""

Difference = Callable[[Judgement, tuple[Correction, ...]], None]
"""Hears of a deal that a dry run would write to, and what it would correct on its contacts."""

log = structlog.get_logger(__name__)


class Sweep:
    """One look at the whole portal, by a policy with this stamp.

    `hands` makes a worker without threads; `new_run_id` names a sweep.
    """

    def __init__(
        self,
        means: Means,
        *,
        hands: Callable[[], Worker],
        policy: str,
        kind: SweepKind,
        new_run_id: Callable[[], str],
    ) -> None:
        self._means = means
        self._ledger = means.ledger
        self._clock = means.clock
        self._hands = hands
        self._policy = policy
        self._kind = kind
        self._new_run_id = new_run_id

    def run(self, *, limit: int | None, progress: Progress) -> Report:
        """Judge all open deals, or the first `limit` by id, and write what differs.

        Raises Retryable while another sweep is running, and Failure when the deals cannot be
        listed or the ledger is unusable. A portal that goes away in the middle, or whose quota is
        used up, ends the sweep: what remains is recorded, and the next one goes on from there.
        """
        run = (None if limit else self._to_resume()) or self._begun()
        lease = SweepLease(self._ledger, f"sweep {run.run_id}", self._clock)
        bound = structlog.contextvars.bound_contextvars(run=run.run_id)
        with lease, bound, collecting_seldom():
            log.info("sweep_began", kind=run.kind, resumed_after=run.cursor)
            worker = self._hands()
            worker.start()
            try:
                course = Course(
                    self._means, run, lease=lease, worker=worker, limit=limit, progress=progress
                )
                reason = course.go()
            finally:
                worker.stop(STOP_SECONDS)
            is_whole = limit is None and reason is None and not course.leftovers.left
            report = course.tally.report(
                course.run,
                self._clock.now(),
                is_dry_run=False,
                is_baseline=is_whole and self._take_baseline(),
                corrected=self._means.corrector.made,
            )
            _log(report, course.tally)
        return report

    def rehearse(self, *, limit: int | None, progress: Progress, tell: Difference) -> Report:
        """Judge the same deals and only tell what would be written; marks and records nothing.

        Raises Failure when the portal or the ledger cannot be read.
        """
        source, tally = self._means.source, Tally()
        run = replace(self._begun(), run_id="dry-run")
        source.prepare(run)
        before = source.meter()
        expected = source.crm.count_open_deals()
        listed = merged(source.crm.open_deals(), self._ledger.recorded_deals())
        now = self._clock.now
        judged = judged_ahead(
            windows(islice(listed, limit), self._means.pace.window),
            lambda ids: source.judge.judge(ids, now()),
            now,
        )
        left: set[DealId] = set()
        with closing(judged):
            for window in judged:
                for item in window.judged.made:
                    corrected = self._means.corrector.proposed(item)
                    if item.changes or corrected:
                        tell(item, corrected)
                tally.hear(_would_be(window.judged))
                left.update(window.judged.failed)
                progress(tally.done, max(min(expected, limit or expected), tally.done))
        tally.leave(left, ())
        used, saved = (after - start for after, start in zip(source.meter(), before, strict=True))
        run = replace(run, state=SweepState.FINISHED, calls=used, calls_saved=saved)
        report = tally.report(run, now(), is_dry_run=True, is_baseline=False)
        _log(report, tally)
        return report

    def _begun(self) -> SweepRun:
        return SweepRun(self._new_run_id(), self._kind, self._policy, self._clock.now())

    def _to_resume(self) -> SweepRun | None:
        """The sweep that did not come to its end, if going on with it gives the same as anew."""
        run = self._ledger.sweeps.unfinished()
        if run is None:
            return None
        is_same = run.policy == self._policy and run.kind is self._kind
        if is_same and self._clock.now() - run.started_at < RESUMED_WITHIN:
            return replace(run, state=SweepState.RUNNING, reason=None)
        self._ledger.sweeps.abandon(run, "begun anew: too long ago, or another policy or kind")
        return None

    def _take_baseline(self) -> bool:
        """Remember that every deal was seen once; from now on what is new alerts."""
        if self._ledger.get_fact(BASELINE_FACT) is not None:
            return False
        self._ledger.set_fact(BASELINE_FACT, self._clock.now().isoformat())
        return True


def _would_be(judged: Judgements) -> Iterator[Reconciled]:
    for item in judged.made:
        outcome = Outcome.CHANGED if item.changes else Outcome.UNCHANGED
        yield Reconciled(deal_key(item.deal_id), outcome, item.verdict, item.before)
    for deal_id in judged.gone:
        yield Reconciled(deal_key(deal_id), Outcome.GONE)
    for deal_id, error in judged.failed.items():
        yield Reconciled(deal_key(deal_id), Outcome.DEFERRED, error=str(error))


def _log(report: Report, tally: Tally) -> None:
    for deal_id, error in tally.errors().items():
        log.warning("sweep_missed", deal=deal_id, error=error)
    log.info("swept", deals=report.deals, changed=report.changed, unfinished=report.unfinished)
