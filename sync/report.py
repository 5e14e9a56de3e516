"""What a sweep came to, counted while it runs.

Counts deals, never messages or calls. A deal that was looked at twice counts once, by its last
look, so that the figures add up to the deals of the portal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.controller.reconcile import Outcome, Reconciled
from app.domain.deal import DealId
from app.domain.standing import alerting
from app.domain.verdict import Standing, Verdict
from app.ledger.sweeps import SweepKind, SweepRun

NOBODY = "no owner"


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one sweep.

    `changed` deals were written to (or would be, in a dry run). `newly_blocked` and
    `newly_cleared` compare with the verdict on record. `unfinished` deals could not be judged in
    time: their marks wait in the ledger, apart from the `dead` ones, which wait for an operator.
    `alerting` deals hold something that people are told about when it opens, counted by criterion
    and by owner as well: what a first sweep finds and keeps from the channel. `calls` are those to
    HubSpot, `calls_saved` those that copies made needless. `stopped` says why it ended early.
    `corrected` contacts were given another lead status.
    """

    run_id: str
    kind: SweepKind
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
    calls: int
    calls_saved: int
    stopped: str | None = None
    corrected: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether every deal was looked at."""
        return self.unfinished == 0 and self.stopped is None


class Tally:
    """Counts results as they come, and keeps no list of deals but of those with an error."""

    def __init__(self) -> None:
        self._left = 0
        self._counts: Counter[str] = Counter()
        self._by_criterion: Counter[str] = Counter()
        self._by_owner: Counter[str] = Counter()
        self._errors: dict[DealId, str] = {}

    def hear(self, results: Iterable[Reconciled]) -> None:
        """Count what became of deals; a deferred one is counted when it is heard of again."""
        for result in results:
            self._count(DealId(result.key.id), result)

    def leave(self, left: Collection[DealId], given_up: Collection[DealId]) -> None:
        """Count the deals that nothing final will be heard of, and those that were given up."""
        self._left = len(left)
        self._counts["dead"] += len(given_up)
        self._counts["done"] += len(given_up)

    @property
    def done(self) -> int:
        """How many deals are through."""
        return self._counts["done"]

    def errors(self) -> dict[DealId, str]:
        """Why deals were deferred or given up, the last reason of each."""
        return dict(self._errors)

    def report(
        self,
        run: SweepRun,
        finished_at: datetime,
        *,
        is_dry_run: bool,
        is_baseline: bool,
        corrected: int = 0,
    ) -> Report:
        """The figures as they stand."""
        return Report(
            run_id=run.run_id,
            kind=run.kind,
            started_at=run.started_at,
            finished_at=finished_at,
            is_dry_run=is_dry_run,
            is_baseline=is_baseline,
            deals=self.done + self._left,
            unfinished=self._left,
            alerting_by_criterion=dict(sorted(self._by_criterion.items())),
            alerting_by_owner=dict(sorted(self._by_owner.items())),
            calls=run.calls,
            calls_saved=run.calls_saved,
            stopped=run.reason,
            corrected=corrected,
            **{name: self._counts[name] for name in _COUNTED},
        )

    def _count(self, deal_id: DealId, result: Reconciled) -> None:
        if result.error is not None:
            self._errors[deal_id] = result.error
        if result.outcome is Outcome.DEFERRED and not result.is_dead:
            return
        if not result.is_dead:
            self._errors.pop(deal_id, None)
        self._counts["done"] += 1
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
