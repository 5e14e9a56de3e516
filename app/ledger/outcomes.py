"""What alerts led to: for each criterion that was said, whether and when it was put right.

A row begins when a message first names the criterion and is closed by the verdict that finds it
met. A waiver, a move of the stage or a deleted deal closes none: nothing was put right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Connection, case, delete, func, or_, select, type_coerce, update

from app.domain.deal import DealId
from app.domain.usefulness import Rate
from app.domain.verdict import CriterionId, State
from app.ledger.database import Database
from app.ledger.tables import MICROSECOND
from app.ledger.tables import alert_outcomes as outcomes
from app.ports import AlertKind, Card, Record

KEPT = timedelta(days=365)


def said(
    database: Database, connection: Connection, before: Card | None, card: Card, now: datetime
) -> None:
    """Note the criteria that a message names for the first time in its episode."""
    if card.kind is not AlertKind.BLOCKED:
        return
    known = {finding.criterion for finding in before.findings} if before else set()
    rows = [
        {"deal_id": card.subject.deal_id, "criterion": f.criterion, "alerted_at": now}
        for f in card.findings
        if f.criterion not in known
    ]
    if rows:
        connection.execute(database.insert(outcomes).on_conflict_do_nothing(), rows)
        connection.execute(delete(outcomes).where(outcomes.c.alerted_at < now - KEPT))


def learn(connection: Connection, records: Sequence[Record], now: datetime) -> None:
    """Close what these verdicts find met."""
    waiting = _open(connection, [record.deal_id for record in records])
    for record in records:
        met = {f.criterion for f in record.verdict.findings if f.state is State.MET}
        fixed = sorted(met & waiting.get(record.deal_id, set()))
        if fixed:
            connection.execute(
                update(outcomes)
                .where(
                    outcomes.c.deal_id == record.deal_id,
                    outcomes.c.fixed_at.is_(None),
                    outcomes.c.criterion.in_(fixed),
                )
                .values(fixed_at=now)
            )


def rates(connection: Connection, now: datetime, days: int) -> Sequence[Rate]:
    """For each criterion the alerts that were put right within `days`, of those old enough.

    An alert counts as soon as it was put right, else when its days are over.
    """
    limit = timedelta(days=days)
    took = type_coerce(outcomes.c.fixed_at, BigInteger) - type_coerce(
        outcomes.c.alerted_at, BigInteger
    )
    in_time = took <= limit // MICROSECOND
    decided = or_(outcomes.c.alerted_at <= now - limit, in_time)
    rows = connection.execute(
        select(
            outcomes.c.criterion,
            func.count().label("alerts"),
            func.sum(case((in_time, 1), else_=0)).label("useful"),
        )
        .where(decided)
        .group_by(outcomes.c.criterion)
        .order_by(outcomes.c.criterion)
    )
    return tuple(Rate(CriterionId(row.criterion), row.alerts, int(row.useful)) for row in rows)


def _open(connection: Connection, deal_ids: Sequence[DealId]) -> Mapping[DealId, set[CriterionId]]:
    found: dict[DealId, set[CriterionId]] = {}
    rows = connection.execute(
        select(outcomes.c.deal_id, outcomes.c.criterion).where(
            outcomes.c.deal_id.in_(deal_ids), outcomes.c.fixed_at.is_(None)
        )
    )
    for row in rows:
        found.setdefault(DealId(row.deal_id), set()).add(CriterionId(row.criterion))
    return found
