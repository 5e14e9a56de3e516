"""The dirty set: which keys want looking at, and who holds them.

A mark is a row, not a message: marking a key twice leaves one row with a higher `generation`.
Nothing is stored of what happened, so lost order and doubled deliveries cannot matter.

- **Due.** See `marking`. Marking a key that waits already writes nothing.
- **Claim.** Takes due keys that nobody holds (or whose lease ran out) in the order priority,
  due_at, first_marked_at. It raises `generation`, and the raised value is the claim's token:
  a worker whose lease ran out while another claimed the key can neither finish, fail nor renew it.
- **Done.** Deletes the row if `generation` is still the token; if it was marked meanwhile, frees
  it, due at once: one more look, however many marks came.
- **Fail.** Frees it for `retry_at`, or moves it to the dead letters. A new mark on a waiting key
  makes it due again, because somebody changed something.

Methods take an open connection and never commit; `SqlLedger` owns the transactions. Rows are
always locked in key order, so that two writers cannot wait for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson
from sqlalchemy import (
    Connection,
    Row,
    delete,
    func,
    or_,
    select,
    update,
)

from app.domain.deal import IdsByKind, ObjectKey
from app.ledger.database import Database
from app.ledger.marking import Pace, mark_statement, remember_looks
from app.ledger.tables import among, by_kind, dead_letters, key_of, marks
from app.ports import Claim, Priority

_IN_KEY_ORDER = (marks.c.kind, marks.c.object_id)
_FREE = {"claimed_by": None, "claimed_generation": None, "claimed_until": None}


class Marks:
    """The marks table at a given pace."""

    def __init__(self, database: Database, pace: Pace) -> None:
        self._database = database
        self._pace = pace
        self._mark = mark_statement(database, pace)

    def mark(
        self, connection: Connection, ids: IdsByKind, priority: Priority, now: datetime
    ) -> bool:
        """Insert or raise a row for each id, with one statement for each kind, in their order.

        Ids are distinct within their kind. The answer is whether any row was written.
        """
        written = 0
        for kind in sorted(ids):
            listed = orjson.dumps(list(ids[kind])).decode()
            values = {"ids": listed, "kind": kind, "priority": int(priority), "now": now}
            written += connection.execute(self._mark, values).rowcount
        return written > 0

    def claim(
        self, connection: Connection, worker: str, now: datetime, limit: int
    ) -> Sequence[Claim]:
        """Lease up to `limit` due keys to `worker`; rows that another is claiming are passed by.

        A key that was marked in the future is due: the clock was set back since.
        """
        unleased = or_(marks.c.claimed_until.is_(None), marks.c.claimed_until <= now)
        taken = connection.execute(
            select(marks)
            .where(or_(marks.c.due_at <= now, marks.c.first_marked_at > now), unleased)
            .order_by(marks.c.priority, marks.c.due_at, marks.c.first_marked_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        return self._lease(connection, worker, taken, now)

    def take(
        self,
        connection: Connection,
        worker: str,
        keys: Sequence[ObjectKey],
        priority: Priority,
        now: datetime,
    ) -> Sequence[Claim]:
        """Mark keys and lease them at once, due or not; those that another holds are passed by."""
        self.mark(connection, by_kind(keys), priority, now)
        unleased = or_(marks.c.claimed_until.is_(None), marks.c.claimed_until <= now)
        free = connection.execute(
            select(marks)
            .where(among(marks, keys), unleased)
            .order_by(*_IN_KEY_ORDER)
            .with_for_update(skip_locked=True)
        ).all()
        return self._lease(connection, worker, free, now)

    def _lease(
        self,
        connection: Connection,
        worker: str,
        taken: Sequence[Row[tuple[object, ...]]],
        now: datetime,
    ) -> Sequence[Claim]:
        if not taken:
            return ()
        connection.execute(
            update(marks)
            .where(among(marks, [key_of(row) for row in taken]))
            .values(
                generation=marks.c.generation + 1,
                claimed_by=worker,
                claimed_generation=marks.c.generation + 1,
                claimed_until=now + self._pace.lease,
            )
        )
        return tuple(
            Claim(
                key=key_of(row),
                priority=Priority(row.priority),
                generation=row.generation + 1,
                attempts=row.attempts,
                first_marked_at=row.first_marked_at,
            )
            for row in taken
        )

    def renew(
        self, connection: Connection, worker: str, claims: Sequence[Claim], now: datetime
    ) -> Sequence[Claim]:
        """Extend what the worker still holds, and tell which claims these are."""
        held = {key_of(row) for row in _held(connection, worker, claims)}
        connection.execute(
            update(marks).where(among(marks, held)).values(claimed_until=now + self._pace.lease)
        )
        return tuple(claim for claim in claims if claim.key in held)

    def done(
        self,
        connection: Connection,
        worker: str,
        claims: Sequence[Claim],
        now: datetime,
    ) -> None:
        """Forget what was looked at; free what was marked meanwhile for one more look."""
        held = _held(connection, worker, claims)
        if not held:
            return
        looked_at = [key_of(row) for row in held]
        finished = [key_of(row) for row in held if row.generation == row.claimed_generation]
        again = [key_of(row) for row in held if row.generation != row.claimed_generation]
        if finished:
            connection.execute(delete(marks).where(among(marks, finished)))
        if again:
            _free_for_another_look(connection, again, now)
        connection.execute(delete(dead_letters).where(among(dead_letters, looked_at)))
        remember_looks(self._database, connection, looked_at, self._pace, now)

    def fail(
        self,
        connection: Connection,
        worker: str,
        claim: Claim,
        error: str,
        *,
        retry_at: datetime,
        now: datetime,
    ) -> None:
        """Free a key until `retry_at`, counting the attempt."""
        for row in _held(connection, worker, [claim]):
            connection.execute(
                update(marks)
                .where(among(marks, [key_of(row)]))
                .values(
                    due_at=retry_at,
                    first_marked_at=min(row.first_marked_at, now),
                    attempts=row.attempts + 1,
                    last_error=error,
                    **_FREE,
                )
            )

    def release(
        self, connection: Connection, worker: str, claims: Sequence[Claim], due_at: datetime
    ) -> None:
        """Free keys until `due_at` as they were: this was no attempt of theirs."""
        held = [key_of(row) for row in _held(connection, worker, claims)]
        connection.execute(update(marks).where(among(marks, held)).values(due_at=due_at, **_FREE))

    def bury(
        self,
        connection: Connection,
        worker: str,
        claim: Claim,
        reason: str,
        now: datetime,
    ) -> None:
        """Move a key to the dead letters; one that was marked meanwhile is tried once more."""
        for row in _held(connection, worker, [claim]):
            letter = {
                "priority": row.priority,
                "attempts": row.attempts + 1,
                "reason": reason,
                "first_marked_at": row.first_marked_at,
                "died_at": now,
            }
            connection.execute(
                self._database.insert(dead_letters)
                .values(kind=row.kind, object_id=row.object_id, **letter)
                .on_conflict_do_update(
                    index_elements=[dead_letters.c.kind, dead_letters.c.object_id], set_=letter
                )
            )
            if row.generation == row.claimed_generation:
                connection.execute(delete(marks).where(among(marks, [key_of(row)])))
            else:
                _free_for_another_look(connection, [key_of(row)], now)

    def next_due(self, connection: Connection) -> datetime | None:
        """When the next mark falls due or the next lease runs out."""
        free = select(func.min(marks.c.due_at)).where(marks.c.claimed_until.is_(None))
        leased = select(func.min(marks.c.claimed_until))
        times = (connection.execute(query).scalar() for query in (free, leased))
        return min((time for time in times if time is not None), default=None)


def _free_for_another_look(
    connection: Connection, keys: Sequence[ObjectKey], now: datetime
) -> None:
    """Release keys that were marked while they were held; their wait begins with that mark."""
    connection.execute(
        update(marks)
        .where(among(marks, keys))
        .values(
            due_at=now,
            first_marked_at=marks.c.last_marked_at,
            attempts=0,
            last_error=None,
            **_FREE,
        )
    )


def _held(
    connection: Connection, worker: str, claims: Sequence[Claim]
) -> Sequence[Row[tuple[object, ...]]]:
    """The rows that the worker really still holds under these claims, locked in key order."""
    tokens = {claim.key: claim.generation for claim in claims}
    rows = connection.execute(
        select(marks)
        .where(among(marks, tokens), marks.c.claimed_by == worker)
        .order_by(*_IN_KEY_ORDER)
        .with_for_update()
    )
    return [row for row in rows if row.claimed_generation == tokens[key_of(row)]]
