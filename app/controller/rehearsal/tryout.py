"""Try a draft beside the policy in force, over the deals of the portal or of a file.

Reads in portions as the sweep does and keeps only what a report needs, so that memory stays flat.
Knows the portal by two ways of reading it and no way of writing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Protocol

from app.controller.rehearsal.comparison import Comparison, compare
from app.controller.rehearsal.saved import Observed
from app.domain.deal import DealId, Snapshot
from app.domain.verdict import Verdict, Waiver
from app.ports import Failure, Observation

PORTION = 100
"""Deals read at a time: as many as one batch call of HubSpot reads."""

Judging = Callable[[Snapshot, datetime, Iterable[Waiver]], Verdict]
"""How one deal is judged under one policy, with the deviations that the ledger knows."""
Missed = Callable[[DealId, Failure], None]
"""Hears of a deal that could not be read."""
WaiversOf = Callable[[Iterable[DealId]], Mapping[DealId, tuple[Waiver, ...]]]


class Readable(Protocol):
    """What a rehearsal may do with a portal."""

    def observe(self, deal_ids: Sequence[DealId]) -> Observation:
        """See `app.ports.Crm.observe`."""
        ...


@dataclass(frozen=True, slots=True)
class Pair:
    """The policy in force and the draft, as ways to judge."""

    in_force: Judging
    draft: Judging

    def compare(self, observed: Observed) -> Comparison:
        """One deal under both, as of when it was seen."""
        snapshot, waivers = observed.snapshot, observed.waivers
        before, after = (
            judge(snapshot, snapshot.observed_at, waivers) for judge in (self.in_force, self.draft)
        )
        return compare(before, after)


def observed_deals(
    portal: Readable, deal_ids: Iterable[DealId], waivers_of: WaiversOf, missed: Missed
) -> Iterator[Observed]:
    """These deals as the portal has them now; those that are gone are left out.

    Raises Failure when the portal or the ledger cannot be read at all.
    """
    left = iter(deal_ids)
    while portion := tuple(islice(left, PORTION)):
        seen = portal.observe(portion)
        waivers = waivers_of(seen.snapshots)
        for deal_id, failure in seen.failed.items():
            missed(deal_id, failure)
        for deal_id, snapshot in seen.snapshots.items():
            yield Observed(snapshot, waivers.get(deal_id, ()))
