"""What sweeps corrected in HubSpot, with what stood there before, so that it can be taken back.

Noted before it is written: a process that dies in between leaves a note of something that did not
happen, which taking back finds out by looking. What a person took back is not corrected again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import select, update

from app.domain.correction import Correction
from app.ledger.database import Database
from app.ledger.portions import portions
from app.ledger.tables import corrections


class Corrections:
    """The table of corrections; every method is one transaction. Raises Retryable or Terminal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, run_id: str, made: Iterable[Correction], now: datetime) -> None:
        """Keep what a sweep is about to write; what it noted before stays as it was."""
        rows = [{**asdict(each), "run_id": run_id, "noted_at": now} for each in made]
        if not rows:
            return
        with self._database.writing() as connection:
            connection.execute(self._database.insert(corrections).on_conflict_do_nothing(), rows)

    def of_run(self, run_id: str) -> Sequence[Correction]:
        """What a sweep corrected and nobody took back yet, by contact."""
        names = [field.name for field in fields(Correction)]
        columns = [corrections.c[name] for name in names]
        mine = (corrections.c.run_id == run_id) & corrections.c.undone_at.is_(None)
        with self._database.reading() as connection:
            rows = connection.execute(select(*columns).where(mine).order_by(corrections.c.contact))
            return tuple(Correction(**row._mapping) for row in rows)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping

    def take_back(self, run_id: str, contacts: Collection[str], now: datetime) -> None:
        """Remember that these were taken back."""
        with self._database.writing() as connection:
            for group in portions(contacts):
                mine = (corrections.c.run_id == run_id) & corrections.c.contact.in_(group)
                connection.execute(update(corrections).where(mine).values(undone_at=now))

    def unwanted(self, proposed: Iterable[Correction]) -> frozenset[Correction]:
        """Those of the corrections that somebody took back before."""
        waiting = tuple(proposed)
        taken_back: set[tuple[str, str, str]] = set()
        with self._database.reading() as connection:
            for group in portions(each.contact for each in waiting):
                rows = connection.execute(
                    select(corrections.c.contact, corrections.c.property, corrections.c.after)
                    .where(corrections.c.contact.in_(group))
                    .where(corrections.c.undone_at.is_not(None))
                )
                taken_back.update((row.contact, row.property, row.after) for row in rows)
        return frozenset(
            each for each in waiting if (each.contact, each.property, each.after) in taken_back
        )
