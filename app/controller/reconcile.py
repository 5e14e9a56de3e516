"""Make HubSpot and the channel say what the evidence says, for the deals that somebody marked.

    claims ─▶ contacts, companies, notes ─▶ marks on their deals (durable) ─▶ done
           └▶ deals ─▶ judge ─▶ apply ─▶ record (verdict, links, alert wish) ─▶ done

Only deals are reconciled, each under its own lease, so no two reconciles of one deal overlap. A
mark says that a deal wants looking at and never why, so losing, doubling or reordering marks
cannot make the result wrong. Refuses to record what it could not write: a deal whose write failed
is retried whole, and a write that happened but was not recorded is an empty difference next time.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain, count

import structlog

from app.domain.deal import DealId, ObjectKey, ObjectKind, deal_key
from app.domain.desired import Change
from app.domain.sighting import Seen, sighting_of
from app.domain.standing import alerting
from app.domain.transition import means_the_same
from app.domain.verdict import Verdict
from app.ports import (
    Claim,
    Clock,
    Crm,
    Failure,
    Ledger,
    Priority,
    Record,
    Retryable,
    Terminal,
    Wish,
)

from . import metrics
from .backoff import Backoff
from .episode import News, RecipientOf, due_at, says_the_same, unusual_end, wished
from .judgement import Judge, Judgement, Judgements, judged_on

BASELINE_FACT = "baseline_at"
"""The fact that says when the first full sweep was done; until then a sweep is silent."""
GONE_NOTE = "The deal was deleted."

log = structlog.get_logger(__name__)


class Outcome(StrEnum):
    """What became of one deal in one reconcile."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    GONE = "gone"
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One key after one reconcile; `verdict` is None when it is gone or could not be judged.

    `error` says why it was deferred, `is_dead` that it will not be tried again by itself.
    """

    key: ObjectKey
    outcome: Outcome
    verdict: Verdict | None = None
    before: Verdict | None = None
    error: str | None = None
    is_dead: bool = False


Step = Callable[[str, Sequence[Claim], str], tuple[Reconciled, ...]]
"""One step of a reconcile: worker, its claims, the number of the reconcile."""


class Reconciler:
    """Turns a worker's claims into a portal and a channel that tell the truth.

    `recipient_of` says who is told of a finding, `settle_seconds` how long a verdict has to stand
    before anybody hears of it. A deal that fails once for good goes to the dead letters, and so
    does one that failed `max_attempts` times if it has waited for `patience_seconds`: half a
    HubSpot that is away for an hour is no reason to give up.
    Without `writes` the portal is left as it is; verdicts are recorded and told all the same.
    """

    def __init__(
        self,
        *,
        crm: Crm,
        ledger: Ledger,
        judge: Judge,
        clock: Clock,
        backoff: Backoff,
        recipient_of: RecipientOf,
        settle_seconds: float,
        max_attempts: int,
        patience_seconds: float,
        writes: bool = True,
    ) -> None:
        self._recipient_of = recipient_of
        self._crm = crm
        self._ledger = ledger
        self._judge = judge
        self._clock = clock
        self._backoff = backoff
        self._settle_seconds = settle_seconds
        self._max_attempts = max_attempts
        self._patience = timedelta(seconds=patience_seconds)
        self._writes = writes
        self._numbers = count(1)
        self._baseline_taken = False

    def reconcile(self, worker: str, claims: Sequence[Claim]) -> tuple[Reconciled, ...]:
        """Look at everything claimed; each claim is done or given back when this returns.

        Raises Failure when the portal or the ledger is away as a whole: the claims that are not
        settled by then still belong to the worker, which releases them.
        """
        deals = [claim for claim in claims if claim.key.kind is ObjectKind.DEAL]
        others = [claim for claim in claims if claim.key.kind is not ObjectKind.DEAL]
        resolved = self._isolated(self._resolve, worker, others)
        return resolved + self._isolated(self._settle, worker, deals)

    def _isolated(self, step: Step, worker: str, claims: Sequence[Claim]) -> tuple[Reconciled, ...]:
        """Take a step for a batch; if something breaks that nobody foresaw, key by key.

        So one record with data that breaks us defers itself alone and not its neighbours.
        """
        if not claims:
            return ()
        number = f"{worker}-{next(self._numbers)}"
        try:
            return step(worker, claims, number)
        except Failure:
            raise
        except Exception as error:
            if len(claims) > 1:
                parts = (self._isolated(step, worker, [claim]) for claim in claims)
                return tuple(chain.from_iterable(parts))
            log.exception("reconcile_broke", key=str(claims[0].key), reconcile_id=number)
            return (self._defer(worker, claims[0], error, number),)

    # ----------------------------------------------------------------- what a mark points to

    def _resolve(self, worker: str, claims: Sequence[Claim], number: str) -> tuple[Reconciled, ...]:
        """Turn marks on contacts, companies and notes into marks on the deals they touch.

        Both today's associations and those of the last verdicts count: a note that was just
        taken off a deal has changed that deal too.
        """
        keys = [claim.key for claim in claims]
        linked = self._crm.deals_of(keys)
        remembered = self._ledger.deals_linked_to(keys)
        now = self._clock.now()
        for priority in Priority:
            touched: set[DealId] = set()
            for claim in claims:
                if claim.priority is priority:
                    touched |= linked.get(claim.key, frozenset())
                    touched |= remembered.get(claim.key, frozenset())
            if touched:
                self._ledger.mark(map(deal_key, sorted(touched)), priority, now)
        self._ledger.done(worker, claims, now)
        log.debug("marks_resolved", marks=len(claims), reconcile_id=number)
        return ()

    # ----------------------------------------------------------------- deals

    def _settle(self, worker: str, claims: Sequence[Claim], number: str) -> tuple[Reconciled, ...]:
        """Judge deals, write what differs, and remember what was written."""
        deal_ids = [DealId(claim.key.id) for claim in claims]
        judged = self._judge.judge(deal_ids, self._clock.now())
        return self._conclude(worker, claims, judged, number)

    def conclude(
        self, worker: str, claims: Sequence[Claim], judged: Judgements, run_id: str
    ) -> tuple[Reconciled, ...]:
        """Write and remember what a sweep judged of the deals that it claimed.

        Each claim is done or given back when this returns. Raises Failure as `reconcile` does.
        """
        return self._conclude(worker, claims, judged, f"{run_id}-{next(self._numbers)}", run_id)

    def _conclude(
        self,
        worker: str,
        claims: Sequence[Claim],
        judged: Judgements,
        number: str,
        run_id: str | None = None,
    ) -> tuple[Reconciled, ...]:
        held = self._ledger.renew(worker, claims, self._clock.now())
        by_deal = {DealId(claim.key.id): claim for claim in held}
        judged = _of_deals(judged, by_deal)
        changes = _distinct(judged.made) if self._writes else []
        refused = self._crm.apply(changes) if changes else {}
        now = self._clock.now()

        errors: dict[DealId, Failure] = dict(judged.failed)
        errors |= {item.deal_id: error for item in judged.made if (error := _first(item, refused))}
        kept = [item for item in judged.made if item.deal_id not in errors]
        gone = sorted(judged.gone)

        silent = self._silent()
        records = [
            self._record(item, now, run_id, is_silent=by_deal[item.deal_id].priority in silent)
            for item in kept
        ]
        self._ledger.record(records, now)
        for item in kept:
            _tell_waivers(item, number)
        if gone:
            self._ledger.forget(gone, GONE_NOTE, now)
        settled = [by_deal[deal] for deal in (*(item.deal_id for item in kept), *gone)]
        self._ledger.done(worker, settled, now)

        results = [
            *(_result(item, has_written=self._writes) for item in kept),
            *(Reconciled(deal_key(deal), Outcome.GONE) for deal in gone),
        ]
        for result in results:
            _tell(result, by_deal[DealId(result.key.id)], number, now)
        deferred = (
            self._defer(worker, by_deal[deal], error, number) for deal, error in errors.items()
        )
        return (*results, *deferred)

    # ----------------------------------------------------------------- what is remembered

    def _record(
        self, item: Judgement, now: datetime, run_id: str | None, *, is_silent: bool
    ) -> Record:
        recorded = item.recorded
        is_same = recorded is not None and means_the_same(recorded.verdict, item.verdict)
        return Record(
            deal_id=item.deal_id,
            verdict=item.verdict,
            changed_at=recorded.changed_at if recorded and is_same else now,
            links=judged_on(item.snapshot),
            wishes=tuple(self._wishes(item, now, is_silent=is_silent)),
            waivers=item.waivers,
            seen=Seen(run_id, sighting_of(item.snapshot, item.verdict)) if run_id else None,
        )

    def _wishes(self, item: Judgement, now: datetime, *, is_silent: bool) -> Iterator[Wish]:
        before, after = item.before, item.verdict
        if before is None:
            if is_silent or not alerting(after.findings):
                return
        elif says_the_same(before, after):
            return
        news = News(before, after, now, unusual_end(item.snapshot, after))
        shown = self._ledger.alerts.open_cards(item.deal_id)
        for recipient, card in wished(news, shown, self._recipient_of).items():
            yield Wish(recipient, card, due_at(card, now, self._settle_seconds))

    def _silent(self) -> frozenset[Priority]:
        """The priorities at which a deal that is seen for the first time is told to nobody."""
        # Once taken it stays so, hence only the answer "no" is worth asking again.
        self._baseline_taken = (
            self._baseline_taken or self._ledger.get_fact(BASELINE_FACT) is not None
        )
        return frozenset() if self._baseline_taken else frozenset({Priority.SWEEP})

    # ----------------------------------------------------------------- what did not work

    def _defer(self, worker: str, claim: Claim, error: Exception, number: str) -> Reconciled:
        """Give one failing deal back for later, or for good."""
        now = self._clock.now()
        said = f"{type(error).__name__}: {error}" if not isinstance(error, Failure) else str(error)
        given_up = self._gives_up(claim, error, now)
        after = error.after_seconds if isinstance(error, Retryable) else None
        wait = timedelta(seconds=self._backoff.seconds(claim.attempts, after))
        self._ledger.fail(worker, claim, said, None if given_up else now + wait, now)
        result = Reconciled(claim.key, Outcome.DEFERRED, error=said, is_dead=given_up)
        if given_up:
            metrics.DEAD_LETTERS.inc()
        _tell(result, claim, number, now)
        return result

    def _gives_up(self, claim: Claim, error: Exception, now: datetime) -> bool:
        if isinstance(error, Terminal):
            return True
        is_ours = not isinstance(error, Retryable)
        has_waited = is_ours or now - claim.first_marked_at >= self._patience
        return claim.attempts + 1 >= self._max_attempts and has_waited


def _of_deals(judged: Judgements, deals: Container[DealId]) -> Judgements:
    """What was judged of deals that are still in our hands.

    A worker that was held up for longer than its lease has seen yesterday's deal: whoever took it
    over has written since, and nothing would mend what is written over that.
    """
    return replace(
        judged,
        made=tuple(item for item in judged.made if item.deal_id in deals),
        gone=frozenset(deal for deal in judged.gone if deal in deals),
        failed={deal: error for deal, error in judged.failed.items() if deal in deals},
    )


def _distinct(made: Iterable[Judgement]) -> list[Change]:
    """One change per record: deals that share a company ask the same of it, so the first serves."""
    changes: dict[ObjectKey, Change] = {}
    for item in made:
        for change in item.changes:
            changes.setdefault(change.key, change)
    return list(changes.values())


def _first(item: Judgement, refused: Mapping[ObjectKey, Failure]) -> Failure | None:
    """Why a deal's writes did not all happen, None when they did."""
    return next((refused[change.key] for change in item.changes if change.key in refused), None)


def _result(item: Judgement, *, has_written: bool) -> Reconciled:
    outcome = Outcome.CHANGED if item.changes and has_written else Outcome.UNCHANGED
    return Reconciled(deal_key(item.deal_id), outcome, item.verdict, item.before)


def _tell_waivers(item: Judgement, number: str) -> None:
    """One line for each deviation that a verdict found or ended; never a word of its reason."""
    bound = log.bind(reconcile_id=number, deal=item.deal_id)
    for waiver in item.waivers:
        said = "waiver_ended" if waiver.ended else "waiver_found"
        until = waiver.until.date().isoformat()
        bound.info(said, criterion=waiver.criterion, until=until, why=waiver.ended)


def _tell(result: Reconciled, claim: Claim, number: str, now: datetime) -> None:
    """The one canonical line per reconcile, and the numbers; never a word of a note."""
    metrics.RECONCILES.labels(result.outcome).inc()
    bound = log.bind(reconcile_id=number, attempts=claim.attempts + 1)
    bound = bound.bind(**{result.key.kind.value: result.key.id})
    if result.outcome is Outcome.CHANGED:
        waited = (now - claim.first_marked_at).total_seconds()
        metrics.MARK_TO_WRITE_SECONDS.observe(waited)
        bound = bound.bind(seconds=round(waited, 3))
    if result.verdict:
        metrics.judged(result.verdict)
        bound = bound.bind(
            policy=result.verdict.policy_version,
            standing=result.verdict.standing,
            blockers=[finding.criterion for finding in result.verdict.blockers],
        )
    if result.error:
        bound.warning("reconciled", outcome=result.outcome, error=result.error, dead=result.is_dead)
    else:
        bound.info("reconciled", outcome=result.outcome)
