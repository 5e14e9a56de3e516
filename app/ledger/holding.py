"""Taking single deals under a lease for as long as it takes to write what was found of them.

A sweep reads for minutes and writes in moments. It reads without any lease, so that nobody waits
for it, and holds a deal only while it writes. A deal is passed by when somebody else holds it,
when somebody else marked it, or when it was judged after the sweep read it: then a fresher look
than the sweep's has been taken or is about to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from app.domain.deal import DealId, ObjectKey, ObjectKind, deal_key
from app.ledger.portions import portions
from app.ledger.tables import dead_letters, marks, verdicts
from app.ports import Priority


@dataclass(frozen=True, slots=True)
class Waiting:
    """Of some deals, those that are marked and those that were given up."""

    marked: frozenset[DealId]
    given_up: frozenset[DealId]


def free_to_write(
    connection: Connection, deal_ids: Sequence[DealId], observed_at: datetime, now: datetime
) -> list[ObjectKey]:
    """Those of the deals that were read at `observed_at` of which that is the freshest look."""
    taken: set[str] = set()
    for group in portions(deal_ids):
        fresher = select(verdicts.c.deal_id).where(
            verdicts.c.deal_id.in_(group), verdicts.c.judged_at > observed_at
        )
        busy = select(marks.c.object_id).where(
            marks.c.kind == ObjectKind.DEAL,
            marks.c.object_id.in_(group),
            or_(marks.c.claimed_until > now, marks.c.priority < int(Priority.SWEEP)),
        )
        taken.update(connection.execute(fresher).scalars())
        taken.update(connection.execute(busy).scalars())
    return [deal_key(deal_id) for deal_id in deal_ids if deal_id not in taken]


def waiting(connection: Connection, deal_ids: Iterable[DealId]) -> Waiting:
    """Which of the deals are marked, and which were given up."""
    found: dict[str, set[DealId]] = {}
    for group in portions(deal_ids):
        for table in (marks, dead_letters):
            mine = table.c.object_id.in_(group) & (table.c.kind == ObjectKind.DEAL)
            ids = connection.execute(select(table.c.object_id).where(mine)).scalars()
            found.setdefault(table.name, set()).update(map(DealId, ids))
    marked = frozenset(found.get(marks.name, ()))
    return Waiting(marked, frozenset(found.get(dead_letters.name, ())) - marked)
