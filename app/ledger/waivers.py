"""Documented deviations in their table; one that ended stays, so that it can be listed.

What makes a waiver itself is its key (`Waiver.key`), so granting it again, or reading it in its
note once more, rewords one row and never makes a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, delete, or_, select, update

from app.domain.deal import DealId, NoteId
from app.domain.verdict import CriterionId, Waiver, WaiverEnd
from app.ledger.database import Database
from app.ledger.portions import portions
from app.ledger.tables import waivers
from app.ports import RecordedWaiver

KEY = (waivers.c.deal_id, waivers.c.criterion, waivers.c.until, waivers.c.source)
WORDING = ("reason", "granted_by")


def grant(
    database: Database, connection: Connection, deal_id: DealId, waiver: Waiver, now: datetime
) -> None:
    """Store a waiver as in force, whatever became of it before."""
    new = database.insert(waivers).values(_row(deal_id, waiver, now))
    replaced = (*WORDING, "policy_version", "granted_at", "ended", "ended_at")
    connection.execute(
        new.on_conflict_do_update(
            index_elements=KEY, set_={name: new.excluded[name] for name in replaced}
        )
    )


def learn(
    database: Database,
    connection: Connection,
    deal_id: DealId,
    told: Iterable[Waiver],
    now: datetime,
) -> None:
    """Store what a verdict says of waivers: new ones, other words for one, and ends.

    A waiver that ended for good meanwhile stays ended: the verdict was made without knowing.
    """
    for waiver in told:
        new = database.insert(waivers).values(_row(deal_id, waiver, now))
        is_open = waivers.c.ended.is_(None)
        may_change = is_open if waiver.ended else or_(is_open, _was(WaiverEnd.WITHDRAWN))
        replaced = (*(() if waiver.ended else WORDING), "ended", "ended_at")
        connection.execute(
            new.on_conflict_do_update(
                index_elements=KEY,
                set_={name: new.excluded[name] for name in replaced},
                where=may_change,
            )
        )


def load(connection: Connection, deal_ids: Iterable[DealId]) -> Mapping[DealId, tuple[Waiver, ...]]:
    """The waivers of these deals in the order they were granted; deals without any are missing."""
    found: dict[DealId, list[Waiver]] = {}
    for group in portions(deal_ids):
        rows = connection.execute(
            select(waivers)
            .where(waivers.c.deal_id.in_(group))
            .order_by(waivers.c.granted_at, *KEY[1:])
        )
        for row in rows:
            found.setdefault(DealId(row.deal_id), []).append(_waiver(row))
    return {deal_id: tuple(several) for deal_id, several in found.items()}


def listed(
    connection: Connection, lapsing_before: datetime | None, *, with_ended: bool
) -> Sequence[RecordedWaiver]:
    """Waivers of all deals by the time they lapse."""
    wanted: list[ColumnElement[bool]] = []
    if not with_ended:
        wanted.append(waivers.c.ended.is_(None))
    if lapsing_before is not None:
        wanted.append(waivers.c.until < lapsing_before)
    rows = connection.execute(select(waivers).where(*wanted).order_by(waivers.c.until, *KEY))
    return tuple(RecordedWaiver(DealId(row.deal_id), _waiver(row), row.ended_at) for row in rows)


def reword(connection: Connection, deal_ids: Sequence[DealId], reason: str) -> None:
    """Give every waiver of these deals this reason instead of its own."""
    connection.execute(update(waivers).where(waivers.c.deal_id.in_(deal_ids)).values(reason=reason))


def forget(connection: Connection, deal_ids: Sequence[DealId]) -> None:
    """Drop the waivers of deals that are gone."""
    for group in portions(deal_ids):
        connection.execute(delete(waivers).where(waivers.c.deal_id.in_(group)))


def _was(end: WaiverEnd) -> ColumnElement[bool]:
    return waivers.c.ended == end.value


def _row(deal_id: DealId, waiver: Waiver, now: datetime) -> Mapping[str, object]:
    criterion, until, source = waiver.key
    return {
        "deal_id": deal_id,
        "criterion": criterion,
        "until": until,
        "source": source,
        "reason": waiver.reason,
        "granted_by": waiver.granted_by,
        "policy_version": waiver.policy_version,
        "note_id": waiver.note_id,
        "granted_at": waiver.granted_at or now,
        "ended": waiver.ended,
        "ended_at": now if waiver.ended else None,
    }


def _waiver(row: Row[tuple[object, ...]]) -> Waiver:
    return Waiver(
        criterion=CriterionId(row.criterion),
        reason=row.reason,
        granted_by=row.granted_by,
        until=row.until,
        policy_version=row.policy_version,
        note_id=None if row.note_id is None else NoteId(row.note_id),
        granted_at=row.granted_at,
        ended=None if row.ended is None else WaiverEnd(row.ended),
    )
