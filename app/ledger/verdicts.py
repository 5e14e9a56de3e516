"""The last verdict on each deal, the records it was judged on, and when time itself may change it.

`is_open` is the verdict's `judged`: a closed deal is not judged and not looked for by the sweep.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from app.domain.deal import DealId, ObjectKey
from app.domain.verdict import Verdict
from app.ledger.codec import verdict_from_text, verdict_to_text
from app.ledger.database import Database
from app.ledger.portions import portions
from app.ledger.tables import among, deal_names, key_of, links, verdicts
from app.ports import Record, RecordedVerdict


def store(
    database: Database, connection: Connection, records: Sequence[Record], now: datetime
) -> None:
    """Insert or replace verdicts, and bring their links up to date."""
    new = database.insert(verdicts)
    columns = ("verdict", "policy_version", "is_open", "changed_at", "judged_at", "recheck_at")
    connection.execute(
        new.on_conflict_do_update(
            index_elements=[verdicts.c.deal_id],
            set_={column: new.excluded[column] for column in columns}
            | {"swept_in": func.coalesce(new.excluded.swept_in, verdicts.c.swept_in)},
        ),
        [
            {
                "deal_id": record.deal_id,
                "verdict": verdict_to_text(record.verdict),
                "policy_version": record.verdict.policy_version,
                "is_open": record.verdict.judged,
                "changed_at": record.changed_at,
                "judged_at": now,
                "recheck_at": record.verdict.recheck_at,
                "swept_in": record.seen.run_id if record.seen else None,
            }
            for record in records
        ],
    )
    _rename(database, connection, records)
    _relink(connection, records)


def _rename(database: Database, connection: Connection, records: Sequence[Record]) -> None:
    """Keep the names by which people look for deals."""
    new = database.insert(deal_names)
    connection.execute(
        new.on_conflict_do_update(
            index_elements=[deal_names.c.deal_id],
            set_={"name": new.excluded.name},
            where=deal_names.c.name != new.excluded.name,
        ),
        [
            {"deal_id": record.deal_id, "name": record.verdict.subject.name.casefold()}
            for record in records
        ],
    )


def _relink(connection: Connection, records: Sequence[Record]) -> None:
    """Write only the difference: a deal's links rarely change between two verdicts."""
    deal_ids = [record.deal_id for record in records]
    stored = connection.execute(select(links).where(links.c.deal_id.in_(deal_ids)))
    had = {(row.deal_id, row.kind, row.object_id) for row in stored}
    wanted = {
        (str(record.deal_id), str(key.kind), key.id) for record in records for key in record.links
    }
    if lost := sorted(had - wanted):
        this = (column == bindparam(f"old_{column.name}") for column in links.c)
        names = [f"old_{column.name}" for column in links.c]
        gone = [dict(zip(names, link, strict=True)) for link in lost]
        connection.execute(delete(links).where(*this), gone)
    if new := sorted(wanted - had):
        added = [dict(zip(links.c.keys(), link, strict=True)) for link in new]
        connection.execute(insert(links), added)


def load(connection: Connection, deal_ids: Iterable[DealId]) -> Mapping[DealId, RecordedVerdict]:
    """The last verdicts of these deals."""
    found: dict[DealId, RecordedVerdict] = {}
    for group in portions(deal_ids):
        rows = connection.execute(select(verdicts).where(verdicts.c.deal_id.in_(group)))
        for row in rows:
            found[DealId(row.deal_id)] = RecordedVerdict(
                verdict=verdict_from_text(row.verdict, row.deal_id),
                changed_at=row.changed_at,
                judged_at=row.judged_at,
            )
    return found


def open_deals(connection: Connection, after: DealId | None, limit: int) -> Sequence[DealId]:
    """Deals that were open when judged; ascending as numbers, which HubSpot's ids are."""
    size = func.length(verdicts.c.deal_id)
    query = select(verdicts.c.deal_id).where(verdicts.c.is_open)
    if after is not None:
        longer = and_(size == len(after), verdicts.c.deal_id > after)
        query = query.where(or_(size > len(after), longer))
    query = query.order_by(size, verdicts.c.deal_id).limit(limit)
    return tuple(DealId(deal_id) for deal_id in connection.execute(query).scalars())


def swept_in(connection: Connection, run_id: str, deal_ids: Iterable[DealId]) -> frozenset[DealId]:
    """Those of the deals that this sweep has judged."""
    found: set[DealId] = set()
    for group in portions(deal_ids):
        mine = verdicts.c.deal_id.in_(group) & (verdicts.c.swept_in == run_id)
        found.update(
            map(DealId, connection.execute(select(verdicts.c.deal_id).where(mine)).scalars())
        )
    return frozenset(found)


def linked_to(
    connection: Connection, keys: Iterable[ObjectKey]
) -> Mapping[ObjectKey, frozenset[DealId]]:
    """For every key asked for, the deals whose last verdict was judged on it."""
    found: dict[ObjectKey, set[DealId]] = {key: set() for key in keys}
    for group in portions(found):
        for row in connection.execute(select(links).where(among(links, group))):
            found[key_of(row)].add(DealId(row.deal_id))
    return {key: frozenset(deals) for key, deals in found.items()}


def links_of(connection: Connection, deal_ids: Iterable[DealId]) -> Sequence[ObjectKey]:
    """The records that these deals were judged on."""
    rows = (
        row
        for group in portions(deal_ids)
        for row in connection.execute(select(links).where(links.c.deal_id.in_(group)))
    )
    return tuple({key_of(row): None for row in rows})


def unlink(connection: Connection, keys: Iterable[ObjectKey]) -> None:
    """Forget that any deal was judged on these records."""
    for group in portions(keys):
        connection.execute(delete(links).where(among(links, group)))


def rewrite(connection: Connection, deal_id: DealId, verdict: Verdict) -> None:
    """Replace a stored verdict's text and nothing else."""
    connection.execute(
        update(verdicts)
        .where(verdicts.c.deal_id == deal_id)
        .values(verdict=verdict_to_text(verdict))
    )


def take_due_rechecks(connection: Connection, now: datetime, limit: int) -> Sequence[DealId]:
    """Deals whose `recheck_at` has come, which is cleared: their next verdict sets it anew."""
    due = connection.execute(
        select(verdicts.c.deal_id)
        .where(verdicts.c.recheck_at <= now)
        .order_by(verdicts.c.recheck_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).scalars()
    deal_ids = tuple(DealId(deal_id) for deal_id in due)
    if deal_ids:
        connection.execute(
            update(verdicts).where(verdicts.c.deal_id.in_(deal_ids)).values(recheck_at=None)
        )
    return deal_ids


def next_recheck(connection: Connection) -> datetime | None:
    """When the next verdict may change by time alone."""
    return connection.execute(select(func.min(verdicts.c.recheck_at))).scalar()


def forget(connection: Connection, deal_ids: Sequence[DealId]) -> None:
    """Drop these deals' verdicts, links and names."""
    for group in portions(deal_ids):
        connection.execute(delete(verdicts).where(verdicts.c.deal_id.in_(group)))
        connection.execute(delete(links).where(links.c.deal_id.in_(group)))
