"""When a mark falls due: the one statement that marks, and the looks that it weighs.

An idle key is due at once. One that was looked at within the last `merge` waits for the rest of
it, so that the second half of a burst is one more look and not ten; never later than `max_wait`
after its first mark, whatever the clocks do.

A mark that changes nothing is not written: whoever takes a waiting key will look after this mark,
and one that was marked under its claim already gets its one more look. So a key costs at most two
writes for each look, however many events name it. That holds without a lock: a row that is seen
waiting was claimed, if at all, after it was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    ScalarSelect,
    and_,
    bindparam,
    case,
    delete,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
)

from app.domain.deal import ObjectKey
from app.ledger.database import Database, Insert
from app.ledger.tables import MICROSECOND, UtcTime, marks, recent_looks


@dataclass(frozen=True, slots=True)
class Pace:
    """How long marks wait and claims last."""

    merge: timedelta
    max_wait: timedelta
    lease: timedelta


def mark_statement(database: Database, pace: Pace) -> Insert:
    """Insert or raise a row for each id of one kind: the whole of marking, done by the database.

    The due time weighs the key's last look in the same statement, so that neither rows nor times
    travel back and forth: a delivery of a hundred events is one round trip.
    """
    now = bindparam("now", type_=UtcTime)
    ids = database.list_rows("ids")
    look = type_coerce(recent_looks.c.looked_at, BigInteger)
    soonest = type_coerce(now, BigInteger)
    waited_for = look + pace.merge // MICROSECOND
    due_at = case(
        (or_(look.is_(None), waited_for <= soonest), soonest),
        else_=database.least(waited_for, soonest + pace.max_wait // MICROSECOND),
    )
    kind = bindparam("kind", type_=marks.c.kind.type)
    priority = bindparam("priority", type_=Integer)
    columns = {
        "kind": kind,
        "object_id": ids.c.value,
        "priority": priority,
        "generation": literal(1),
        "first_marked_at": now,
        "last_marked_at": now,
        "due_at": due_at,
        "attempts": literal(0),
    }
    same = and_(recent_looks.c.kind == kind, recent_looks.c.object_id == ids.c.value)
    rows = (
        select(*columns.values())
        .select_from(ids.outerjoin(recent_looks, same))
        .where(_waits_as_well(kind, ids.c.value, priority, due_at).is_(None))
        .order_by(ids.c.value)
    )
    insert = database.insert(marks)
    latest = type_coerce(marks.c.first_marked_at, BigInteger) + pace.max_wait // MICROSECOND
    upsert = insert.from_select(list(columns), rows).on_conflict_do_update(
        index_elements=[marks.c.kind, marks.c.object_id],
        set_={
            "generation": marks.c.generation + 1,
            "last_marked_at": insert.excluded.last_marked_at,
            "priority": database.least(marks.c.priority, insert.excluded.priority),
            "due_at": database.least(marks.c.due_at, insert.excluded.due_at, latest),
        },
    )
    return upsert.execution_options(preserve_rowcount=True)


def _waits_as_well(
    kind: ColumnElement[str],
    object_id: ColumnElement[str],
    priority: ColumnElement[int],
    due_at: ColumnElement[int],
) -> ScalarSelect[int]:
    """1 for a key that this mark would tell nothing new of, else NULL.

    A scalar subquery, because PostgreSQL would answer a join by reading the whole table as long
    as it has no statistics of it.
    """
    there = marks.alias("there")
    return (
        select(literal(1))
        .where(
            there.c.kind == kind,
            there.c.object_id == object_id,
            or_(
                there.c.claimed_generation.is_(None),
                there.c.generation != there.c.claimed_generation,
            ),
            there.c.priority <= priority,
            type_coerce(there.c.due_at, BigInteger) <= due_at,
        )
        .scalar_subquery()
    )


def remember_looks(
    database: Database,
    connection: Connection,
    keys: Sequence[ObjectKey],
    pace: Pace,
    now: datetime,
) -> None:
    """Note when keys were looked at, and drop the notes that can delay nothing any more."""
    stale = (
        select(recent_looks.c.kind, recent_looks.c.object_id)
        .where(recent_looks.c.looked_at <= now - pace.merge)
        .with_for_update(skip_locked=True)
    )
    this = tuple_(recent_looks.c.kind, recent_looks.c.object_id)
    connection.execute(delete(recent_looks).where(this.in_(stale)))
    insert = database.insert(recent_looks)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=[recent_looks.c.kind, recent_looks.c.object_id],
            set_={"looked_at": insert.excluded.looked_at},
        ),
        [{"kind": key.kind, "object_id": key.id, "looked_at": now} for key in keys],
    )
