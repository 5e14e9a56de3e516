"""Dead letters: keys that were given up, why, and how they come back.

A letter is one row for each key, the latest reason winning. It goes away when the key is replayed
or when a later mark of it succeeds, so that the list shows what is wrong now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, select

from app.domain.deal import ObjectKey
from app.ledger.tables import among, dead_letters, key_of
from app.ports import DeadLetter, Priority


def listed(connection: Connection, limit: int) -> Sequence[DeadLetter]:
    """The latest dead letters first."""
    rows = connection.execute(
        select(dead_letters).order_by(dead_letters.c.died_at.desc()).limit(limit)
    )
    return tuple(
        DeadLetter(
            key=key_of(row),
            priority=Priority(row.priority),
            attempts=row.attempts,
            reason=row.reason,
            first_marked_at=row.first_marked_at,
            died_at=row.died_at,
        )
        for row in rows
    )


def take_out(connection: Connection, keys: Iterable[ObjectKey] | None) -> Sequence[ObjectKey]:
    """Remove the letters of these keys (None: all of them) and return whose they were."""
    query = (
        select(dead_letters)
        .order_by(dead_letters.c.kind, dead_letters.c.object_id)
        .with_for_update()
    )
    if keys is not None:
        query = query.where(among(dead_letters, keys))
    found = tuple(key_of(row) for row in connection.execute(query))
    connection.execute(delete(dead_letters).where(among(dead_letters, found)))
    return found
