"""Copies of HubSpot's records, so that what did not change need not be read again.

A copy is text that its writer understands (`app.hubspot.copying`): the properties that were asked
for, and of a note what was read in it, never its body. `shape` names what was asked for and how it
was read; a copy of another shape is of no use any more. Refuses nothing and judges nothing: whether
a copy is still true is for the reader to know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select, true

from app.copy_store import Copy
from app.domain.deal import ObjectKey, ObjectKind
from app.ledger.database import Database
from app.ledger.portions import portions
from app.ledger.tables import copies

ACTIVITIES = (ObjectKind.EMAIL, ObjectKind.MEETING, ObjectKind.CALL)


def forget_people(connection: Connection, records: Iterable[ObjectKey]) -> None:
    """Forget the copies of records that hold what a person said or is.

    Which activities were theirs is not kept, so that the copies of all activities go; the next
    sweep reads them again.
    """
    by_kind: dict[str, list[str]] = {}
    for key in records:
        by_kind.setdefault(key.kind, []).append(key.id)
    for kind, ids in by_kind.items():
        for group in portions(ids):
            mine = (copies.c.place == kind) & copies.c.object_id.in_(group)
            connection.execute(delete(copies).where(mine))
    connection.execute(delete(copies).where(copies.c.place.in_(ACTIVITIES)))


class Copies:
    """`app.copy_store.CopyStore` in the ledger's database; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(
        self, place: str, ids: Iterable[str], shape: str, since: datetime | None
    ) -> Mapping[str, Copy]:
        """The copies of this shape that there are, kept at `since` or later."""
        fresh = true() if since is None else copies.c.kept_at >= since
        found: dict[str, Copy] = {}
        with self._database.reading() as connection:
            for group in portions(ids):
                rows = connection.execute(
                    select(copies.c.object_id, copies.c.modified, copies.c.content).where(
                        copies.c.place == place,
                        copies.c.object_id.in_(group),
                        copies.c.shape == shape,
                        fresh,
                    )
                )
                found.update({row.object_id: Copy(row.modified, row.content) for row in rows})
        return found

    def store(self, place: str, shape: str, records: Mapping[str, Copy], now: datetime) -> None:
        """Keep copies, in place of older ones."""
        if not records:
            return
        insert = self._database.insert(copies)
        columns = ("shape", "modified", "content", "kept_at")
        rows = [
            {
                "place": place,
                "object_id": object_id,
                "shape": shape,
                "modified": copy.modified,
                "content": copy.content,
                "kept_at": now,
            }
            for object_id, copy in sorted(records.items())
        ]
        with self._database.writing() as connection:
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=[copies.c.place, copies.c.object_id],
                    set_={column: insert.excluded[column] for column in columns},
                ),
                rows,
            )

    def drop(self, place: str, ids: Collection[str]) -> None:
        """Forget copies."""
        with self._database.writing() as connection:
            for group in portions(ids):
                mine = (copies.c.place == place) & copies.c.object_id.in_(group)
                connection.execute(delete(copies).where(mine))

    def drop_older(self, moment: datetime) -> int:
        """Forget the copies that were last kept before a moment; returns how many."""
        with self._database.writing() as connection:
            return connection.execute(delete(copies).where(copies.c.kept_at < moment)).rowcount
