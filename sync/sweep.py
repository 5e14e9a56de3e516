"""Look at every open deal, the same way as if somebody had marked each of them.

A sweep only marks, with the lowest priority, and then works like any worker: what people do
meanwhile goes first, and a deal that another worker took counts as well. It heals whatever
deliveries were missed. Killed at any point, what it marked stays marked. The first one that gets
through takes the baseline: it records, and alerts nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from app.controller.judgement import Judge, Judgement
from app.controller.reconcile import BASELINE_FACT, Outcome, Reconciled
from app.controller.worker import Tell, Worker
from app.domain.deal import DealId, deal_key
from app.ports import Clock, Crm, Ledger

from .drain import PORTION, Drain, Progress, SweepPace, portions
from .report import Report, Tally

Difference = Callable[[Judgement], None]
"""Hears of a deal that a dry run would write to."""

log = structlog.get_logger(__name__)


class Sweep:
    """One look at the whole portal.

    `hands` makes a worker without threads whose results go to the given listener; `wait` sleeps
    for so many seconds.
    """

    def __init__(
        self,
        *,
        crm: Crm,
        ledger: Ledger,
        judge: Judge,
        hands: Callable[[Tell], Worker],
        clock: Clock,
        wait: Callable[[float], None],
        pace: SweepPace,
    ) -> None:
        self._crm = crm
        self._ledger = ledger
        self._judge = judge
        self._hands = hands
        self._clock = clock
        self._wait = wait
        self._pace = pace

    def run(self, *, limit: int | None, progress: Progress) -> Report:
        """Judge all open deals, or the first `limit` by id, and write what differs.

        Raises Failure when the deals cannot be listed or the ledger is unusable. A portal that
        goes away in the middle is waited for; after the pace's patience without any progress the
        rest stays marked and is reported as unfinished.
        """
        started_at = self._clock.now()
        tally = Tally(self._deal_ids(limit))
        Drain(
            tally.deal_ids,
            ledger=self._ledger,
            worker=self._hands(tally.hear),
            tally=tally,
            clock=self._clock,
            wait=self._wait,
            pace=self._pace,
            progress=progress,
        ).run()
        is_baseline = limit is None and not tally.waiting() and self._take_baseline()
        report = tally.report(
            started_at, self._clock.now(), is_dry_run=False, is_baseline=is_baseline
        )
        _log(report, tally)
        return report

    def rehearse(self, *, limit: int | None, progress: Progress, tell: Difference) -> Report:
        """Judge the same deals and only tell what would be written; marks and records nothing.

        Raises Failure when the portal or the ledger cannot be read.
        """
        started_at = self._clock.now()
        tally = Tally(self._deal_ids(limit))
        for portion in portions(tally.deal_ids, PORTION):
            judged = self._judge.judge(portion, self._clock.now())
            for item in judged.made:
                if item.changes:
                    tell(item)
            tally.hear(_would_be(item) for item in judged.made)
            tally.hear(Reconciled(deal_key(deal_id), Outcome.GONE) for deal_id in judged.gone)
            tally.hear(
                Reconciled(deal_key(deal_id), Outcome.DEFERRED, error=str(error))
                for deal_id, error in judged.failed.items()
            )
            progress(tally.done, len(tally.deal_ids))
        report = tally.report(started_at, self._clock.now(), is_dry_run=True, is_baseline=False)
        _log(report, tally)
        return report

    def _deal_ids(self, limit: int | None) -> Sequence[DealId]:
        """The open deals of the portal, and those that were open when last judged."""
        known = set(self._crm.open_deals())
        known.update(self._ledger.recorded_deals())
        return sorted(known)[:limit]

    def _take_baseline(self) -> bool:
        """Remember that every deal was seen once; from now on what is new alerts."""
        if self._ledger.get_fact(BASELINE_FACT) is not None:
            return False
        self._ledger.set_fact(BASELINE_FACT, self._clock.now().isoformat())
        return True


def _would_be(item: Judgement) -> Reconciled:
    outcome = Outcome.CHANGED if item.changes else Outcome.UNCHANGED
    return Reconciled(deal_key(item.deal_id), outcome, item.verdict, item.before)


def _log(report: Report, tally: Tally) -> None:
    for deal_id, error in tally.errors().items():
        log.warning("sweep_missed", deal=deal_id, error=error)
    log.info("swept", deals=report.deals, changed=report.changed, unfinished=report.unfinished)
