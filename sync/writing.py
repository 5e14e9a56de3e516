"""From judged windows to the portal and the ledger: holds deals, writes what differs, records.

Deals without a difference are recorded at once. Those with one wait until there are enough to fill
HubSpot's batch calls. A deal that somebody looked at since, or is about to, is not touched: it is
left over, to be looked at afresh.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.controller.judgement import Judgement, Judgements
from app.controller.reconcile import Outcome, Reconciled, Reconciler
from app.domain.deal import DealId
from app.ledger import SqlLedger
from app.ports import Claim, Clock, Failure

from .lease import SweepLease
from .stream import Window

CHANGES_TOGETHER = 2_000
"""How many changes are gathered before they are written."""
HELD_TOGETHER = 500
"""Deals written under one lease: enough to fill the batch calls, few enough that a live mark on
one of them waits for two seconds at most."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A judgement that has something to write, and when its deal was read."""

    item: Judgement
    observed_at: datetime


class Writer:
    """Concludes what a sweep judged; `left_over` hears of deals that need another look."""

    def __init__(
        self,
        *,
        run_id: str,
        lease: SweepLease,
        ledger: SqlLedger,
        reconciler: Reconciler,
        clock: Clock,
        hear: Callable[[Iterable[Reconciled]], None],
        left_over: Callable[[Iterable[DealId]], None],
    ) -> None:
        self._run_id = run_id
        self._lease = lease
        self._holder = lease.holder
        self._ledger = ledger
        self._reconciler = reconciler
        self._clock = clock
        self._hear = hear
        self._left_over = left_over
        self._waiting: list[_Waiting] = []

    def take(self, window: Window) -> None:
        """Record what differs in nothing, and gather or write the rest. Raises Failure."""
        judged = window.judged
        same = tuple(item for item in judged.made if not item.changes)
        at_once = Judgements(same, judged.gone, judged.failed)
        for part in _parts(at_once):
            self._conclude(part, window.observed_at)
        changed = (item for item in judged.made if item.changes)
        self._waiting += (_Waiting(item, window.observed_at) for item in changed)
        if sum(len(each.item.changes) for each in self._waiting) >= CHANGES_TOGETHER:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered. Raises Failure."""
        while self._waiting:
            group = self._waiting[:HELD_TOGETHER]
            made = tuple(each.item for each in group)
            oldest = min(each.observed_at for each in group)
            self._conclude(Judgements(made, frozenset(), {}), oldest)
            del self._waiting[: len(group)]

    def drop(self) -> None:
        """Forget what was gathered: it will be judged afresh."""
        self._waiting.clear()

    @property
    def is_waiting(self) -> bool:
        """Whether something is gathered and not written yet."""
        return bool(self._waiting)

    def _conclude(self, judged: Judgements, observed_at: datetime) -> None:
        self._lease.check()
        deal_ids = [*(item.deal_id for item in judged.made), *judged.gone, *judged.failed]
        now = self._clock.now()
        claims = self._ledger.hold(self._holder, deal_ids, observed_at, now)
        held = {DealId(claim.key.id) for claim in claims}
        try:
            with self._lease.keeping(claims):
                results = self._reconciler.conclude(
                    self._holder, claims, _only(judged, held), self._run_id
                )
        except Failure:
            self._give_back(claims)
            raise
        self._hear(results)
        self._left_over([deal_id for deal_id in deal_ids if deal_id not in held])
        self._left_over(_deferred(results))

    def _give_back(self, claims: Sequence[Claim]) -> None:
        now = self._clock.now()
        self._ledger.release(self._holder, claims, now, now)


def _only(judged: Judgements, deal_ids: set[DealId]) -> Judgements:
    return Judgements(
        tuple(item for item in judged.made if item.deal_id in deal_ids),
        judged.gone & deal_ids,
        {deal_id: error for deal_id, error in judged.failed.items() if deal_id in deal_ids},
    )


def _parts(judged: Judgements) -> Iterator[Judgements]:
    """What is recorded without a write, in parts that are held for a moment only."""
    for start in range(0, len(judged.made), HELD_TOGETHER):
        yield Judgements(judged.made[start : start + HELD_TOGETHER], frozenset(), {})
    if judged.gone or judged.failed:
        yield Judgements((), judged.gone, judged.failed)


def _deferred(results: Iterable[Reconciled]) -> list[DealId]:
    """The deals that will be tried again."""
    return [
        DealId(result.key.id)
        for result in results
        if result.outcome is Outcome.DEFERRED and not result.is_dead
    ]
