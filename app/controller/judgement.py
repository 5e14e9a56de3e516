"""Observe, evaluate and diff: what a reconcile would do, without doing any of it.

The one evaluation path: the live worker and the sweep go on to apply what stands here, a dry run
prints it, and a check of one deal explains it. Reads the portal and the ledger, writes neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.deal import DealId, ObjectKey, ObjectKind, Snapshot, Unread, deal_key
from app.domain.desired import Change, OwnedNames, desired, diff, observed_of
from app.domain.verdict import Verdict, Waiver
from app.domain.waiver import news
from app.ports import Crm, Failure, Ledger, RecordedVerdict

Evaluate = Callable[[Snapshot, datetime, Sequence[Waiver]], Verdict]
"""The domain's `evaluate` bound to a policy; the waivers are all that the ledger knows."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One deal: what was seen, what follows, what to write, and what was known before.

    `waivers` are those that are new, reworded or over with this verdict.
    """

    deal_id: DealId
    snapshot: Snapshot
    verdict: Verdict
    changes: tuple[Change, ...]
    recorded: RecordedVerdict | None
    waivers: tuple[Waiver, ...] = ()

    @property
    def before(self) -> Verdict | None:
        """The verdict on record, None for a deal that is seen for the first time."""
        return self.recorded.verdict if self.recorded else None


@dataclass(frozen=True, slots=True)
class Judgements:
    """Each asked deal is in exactly one of the three."""

    made: tuple[Judgement, ...]
    gone: frozenset[DealId]
    failed: Mapping[DealId, Failure]


class Judge:
    """Says what a deal's records should say."""

    def __init__(self, *, crm: Crm, ledger: Ledger, evaluate: Evaluate, names: OwnedNames) -> None:
        self._crm = crm
        self._ledger = ledger
        self._evaluate = evaluate
        self._names = names

    def judge(self, deal_ids: Sequence[DealId], now: datetime) -> Judgements:
        """Judge deals in one batch. Raises Failure when nothing could be read at all."""
        seen = self._crm.observe(deal_ids)
        recorded = self._ledger.recorded(seen.snapshots)
        waivers = self._ledger.waivers_of(seen.snapshots)
        made = tuple(
            self._judged(snapshot, recorded.get(deal_id), waivers.get(deal_id, ()), now)
            for deal_id, snapshot in seen.snapshots.items()
        )
        return Judgements(made, seen.gone, seen.failed)

    def _judged(
        self,
        snapshot: Snapshot,
        recorded: RecordedVerdict | None,
        waivers: Sequence[Waiver],
        now: datetime,
    ) -> Judgement:
        verdict = self._evaluate(snapshot, now, waivers)
        wanted = dict(desired(verdict, self._names))
        if not verdict.judged and not self._has_our_words(snapshot):
            # Closed long ago, or none of the policy's business: it is left as it was found.
            del wanted[deal_key(snapshot.deal_id)]
        changes = diff(wanted, observed_of(snapshot), now, self._names)
        learned = news(waivers, verdict, now)
        return Judgement(snapshot.deal_id, snapshot, verdict, changes, recorded, learned)

    def _has_our_words(self, snapshot: Snapshot) -> bool:
        return any(snapshot.properties.get(name) for name in self._names.of(ObjectKind.DEAL))


def judged_on(snapshot: Snapshot) -> frozenset[ObjectKey]:
    """The contacts, companies and notes that the verdict rests on."""
    keys = set(observed_of(snapshot))
    keys.discard(deal_key(snapshot.deal_id))
    if not isinstance(snapshot.notes, Unread):
        keys.update(ObjectKey(ObjectKind.NOTE, note.id) for note in snapshot.notes)
    return frozenset(keys)
