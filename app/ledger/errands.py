"""What people asked for in Slack, kept until it is done: each request once, however often it came.

The key of a request stays after it was done, so that a repetition is recognised; what the request
said goes, because it holds people's words. It also remembers whom not to mention, and by which
name a deal is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from app.channel import Errand
from app.domain.deal import DealId
from app.ledger.database import Database
from app.ledger.tables import deal_names, errands, snoozes

LEASE = timedelta(seconds=60)
KEPT = timedelta(days=2)
"""How long the key of a request is remembered; Slack repeats within minutes."""


class Errands:
    """Requests on SQLite or PostgreSQL; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, key: str, body: str | None, now: datetime) -> bool:
        """Note a request, to be done later if it has a body; False when it came before."""
        row = {"key": key, "body": body or "", "taken_at": now, "attempts": 0}
        row["due_at"] = None if body is None else now
        with self._database.writing() as connection:
            connection.execute(delete(errands).where(errands.c.taken_at < now - KEPT))
            taken = connection.execute(
                self._database.insert(errands)
                .values(row)
                .on_conflict_do_nothing()
                .returning(errands.c.key)
            )
            return taken.first() is not None

    def due(self, now: datetime, limit: int) -> Sequence[Errand]:
        """Requests to do now, oldest first; each is leased to the caller for a minute."""
        with self._database.writing() as connection:
            rows = connection.execute(
                select(errands)
                .where(errands.c.due_at <= now)
                .order_by(errands.c.due_at, errands.c.key)
                .limit(limit)
                .with_for_update(skip_locked=True)
            ).all()
            keys = [row.key for row in rows]
            connection.execute(
                update(errands).where(errands.c.key.in_(keys)).values(due_at=now + LEASE)
            )
        return tuple(Errand(row.key, row.body, row.attempts) for row in rows)

    def next_due(self) -> datetime | None:
        """When the next one is to be done; None when none waits."""
        with self._database.reading() as connection:
            return connection.execute(select(func.min(errands.c.due_at))).scalar()

    def done(self, errand: Errand) -> None:
        """Forget what a request said."""
        self._set(errand, {"due_at": None, "body": ""})

    def retry(self, errand: Errand, at: datetime) -> None:
        """Try again then, with one attempt more."""
        self._set(errand, {"due_at": at, "attempts": errand.attempts + 1})

    def snooze(self, deal_id: DealId, person: str, until: datetime) -> None:
        """Do not mention a person in messages about a deal until then."""
        with self._database.writing() as connection:
            connection.execute(
                self._database.insert(snoozes)
                .values(deal_id=deal_id, person=person, until=until)
                .on_conflict_do_update(
                    index_elements=[snoozes.c.deal_id, snoozes.c.person], set_={"until": until}
                )
            )

    def snoozed(self, deal_id: DealId, person: str, now: datetime) -> bool:
        """Whether a person is not to be mentioned in messages about a deal now."""
        wanted = (snoozes.c.deal_id == deal_id, snoozes.c.person == person, snoozes.c.until > now)
        with self._database.reading() as connection:
            return connection.execute(select(snoozes.c.until).where(*wanted)).first() is not None

    def deals_named(self, text: str, limit: int) -> Sequence[DealId]:
        """Judged deals whose name holds the text, whatever its case, by name."""
        pattern = f"%{_escaped(text.casefold())}%"
        with self._database.reading() as connection:
            found = connection.execute(
                select(deal_names.c.deal_id)
                .where(deal_names.c.name.like(pattern, escape="!"))
                .order_by(deal_names.c.name, deal_names.c.deal_id)
                .limit(limit)
            )
            return tuple(DealId(row.deal_id) for row in found)

    def _set(self, errand: Errand, values: dict[str, object]) -> None:
        with self._database.writing() as connection:
            connection.execute(update(errands).where(errands.c.key == errand.key).values(values))


def _escaped(text: str) -> str:
    for char in "!%_":
        text = text.replace(char, f"!{char}")
    return text
