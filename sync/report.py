"""What a sweep came to, counted while it runs.

Counts deals, never messages or calls. A deal that was looked at twice counts once, by its last
look, so that the figures add up to the deals of the portal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from app.controller.reconcile import Outcome, Reconciled
from app.domain.deal import DealId, ObjectKind
from app.domain.standing import alerting
from app.domain.verdict import Standing, Verdict

NOBODY = "no owner"


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one sweep.

    `changed` deals were written to (or would be, in a dry run). `newly_blocked` and
    `newly_cleared` compare with the verdict on record. `unfinished` deals could not be judged in
    time: their marks wait in the ledger, apart from the `dead` ones, which wait for an operator.
    `alerting` deals hold something that people are told about when it opens, counted by criterion
    and by owner as well: what a first sweep finds and keeps from the channel.
    """

    started_at: datetime
    finished_at: datetime
    is_dry_run: bool
    is_baseline: bool
    deals: int
    judged: int
    closed: int
    changed: int
    blocked: int
    waived: int
    unknown: int
    clear: int
    newly_blocked: int
    newly_cleared: int
    gone: int
    unfinished: int
    dead: int
    alerting: int
    alerting_by_criterion: Mapping[str, int]
    alerting_by_owner: Mapping[str, int]

    @property
    def is_complete(self) -> bool:
        """Whether every deal was looked at."""
        return self.unfinished == 0


class Tally:
    """Counts results for `deal_ids` as they come; safe to call from several threads."""

    def __init__(self, deal_ids: Sequence[DealId]) -> None:
        self.deal_ids = deal_ids
        self._lock = Lock()
        self._waiting = set(deal_ids)
        self._counts: Counter[str] = Counter()
        self._by_criterion: Counter[str] = Counter()
        self._by_owner: Counter[str] = Counter()
        self._errors: dict[DealId, str] = {}

    def hear(self, results: Iterable[Reconciled]) -> None:
        """Count what became of deals; those that were not asked for do not count."""
        with self._lock:
            for result in results:
                if result.key.kind is ObjectKind.DEAL:
                    self._count(DealId(result.key.id), result)

    def waiting(self) -> frozenset[DealId]:
        """The deals that nothing final was heard of."""
        with self._lock:
            return frozenset(self._waiting)

    @property
    def done(self) -> int:
        """How many deals are through."""
        with self._lock:
            return len(self.deal_ids) - len(self._waiting)

    def errors(self) -> dict[DealId, str]:
        """Why deals were deferred or given up, the last reason of each."""
        with self._lock:
            return dict(self._errors)

    def report(
        self, started_at: datetime, finished_at: datetime, *, is_dry_run: bool, is_baseline: bool
    ) -> Report:
        """The figures as they stand."""
        with self._lock:
            counts = self._counts
            return Report(
                started_at=started_at,
                finished_at=finished_at,
                is_dry_run=is_dry_run,
                is_baseline=is_baseline,
                deals=len(self.deal_ids),
                unfinished=len(self._waiting),
                alerting_by_criterion=dict(sorted(self._by_criterion.items())),
                alerting_by_owner=dict(sorted(self._by_owner.items())),
                **{name: counts[name] for name in _COUNTED},
            )

    def _count(self, deal_id: DealId, result: Reconciled) -> None:
        if deal_id not in self._waiting:
            return
        if result.error is not None:
            self._errors[deal_id] = result.error
        if result.outcome is Outcome.DEFERRED and not result.is_dead:
            return
        self._waiting.discard(deal_id)
        if not result.is_dead:
            self._errors.pop(deal_id, None)
        self._counts.update(_marks_of(result))
        if result.verdict is not None:
            self._count_alerting(result.verdict)

    def _count_alerting(self, verdict: Verdict) -> None:
        findings = alerting(verdict.findings)
        if findings:
            owner = verdict.subject.owner
            self._counts["alerting"] += 1
            self._by_criterion.update(finding.criterion for finding in findings)
            self._by_owner[owner.name if owner else NOBODY] += 1


_COUNTED = (
    "judged",
    "closed",
    "changed",
    "blocked",
    "waived",
    "unknown",
    "clear",
    "newly_blocked",
    "newly_cleared",
    "gone",
    "dead",
    "alerting",
)


def _marks_of(result: Reconciled) -> Iterable[str]:
    """The counts that one deal adds to."""
    if result.is_dead:
        yield "dead"
    if result.outcome is Outcome.GONE:
        yield "gone"
    if result.outcome is Outcome.CHANGED:
        yield "changed"
    verdict, before = result.verdict, result.before
    if verdict is None:
        return
    if not verdict.judged:
        yield "closed"
        return
    yield "judged"
    yield verdict.standing.value
    was_blocked = before is not None and before.standing is Standing.BLOCKED
    is_blocked = verdict.standing is Standing.BLOCKED
    if is_blocked and not was_blocked:
        yield "newly_blocked"
    if was_blocked and not is_blocked:
        yield "newly_cleared"
