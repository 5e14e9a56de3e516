"""What each night found of each deal, kept as long as it stayed so.

A row begins with the sweep that first found a deal so and ends with the one that found it
otherwise; an unchanged deal costs no row. So the state of any night can be told, and what changed
between two. Rows hold no note text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, or_, select, update

from app.domain.ageing import Sighted
from app.domain.deal import DealId
from app.domain.sighting import Sighting
from app.ledger.database import Database
from app.ledger.portions import portions
from app.ledger.tables import sightings

_SIGHTING: TypeAdapter[Sighting] = TypeAdapter(Sighting)
ROWS_AT_A_TIME = 1_000


def learn(
    connection: Connection, run_id: str, found: Mapping[DealId, Sighting | None], now: datetime
) -> None:
    """Keep what a sweep found of deals; None: the deal is gone."""
    wanted = {
        deal_id: None if sighting is None else _SIGHTING.dump_json(sighting).decode()
        for deal_id, sighting in found.items()
    }
    had: dict[DealId, str] = {}
    for group in portions(wanted):
        rows = connection.execute(
            select(sightings.c.deal_id, sightings.c.content).where(
                sightings.c.deal_id.in_(group), sightings.c.until.is_(None)
            )
        )
        had.update({DealId(row.deal_id): row.content for row in rows})
    changed = [deal_id for deal_id in wanted if wanted[deal_id] != had.get(deal_id)]
    for group in portions(changed):
        connection.execute(
            update(sightings)
            .where(sightings.c.deal_id.in_(group), sightings.c.until.is_(None))
            .values(until=now)
        )
    new = [
        {"deal_id": deal_id, "since": now, "until": None, "run_id": run_id, "content": content}
        for deal_id in changed
        if (content := wanted[deal_id]) is not None
    ]
    if new:
        connection.execute(insert(sightings), new)


class Sightings:
    """What reports ask of the nights; every method reads in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def after(self, moment: datetime) -> Iterator[Sighted]:
        """Every state that lasted beyond a moment, by deal and oldest first, a page at a time."""
        return self._rows(or_(sightings.c.until.is_(None), sightings.c.until > moment))

    def _rows(self, condition: ColumnElement[bool]) -> Iterator[Sighted]:
        last: tuple[str, datetime] | None = None
        while True:
            query = select(sightings).where(condition)
            if last is not None:
                deal_id, since = last
                here = (sightings.c.deal_id == deal_id) & (sightings.c.since > since)
                query = query.where(or_(sightings.c.deal_id > deal_id, here))
            query = query.order_by(sightings.c.deal_id, sightings.c.since)
            with self._database.reading() as connection:
                rows = connection.execute(query.limit(ROWS_AT_A_TIME)).all()
            yield from map(_sighted, rows)
            if len(rows) < ROWS_AT_A_TIME:
                return
            last = rows[-1].deal_id, rows[-1].since

    def forget_before(self, moment: datetime) -> int:
        """Drop states that ended before a moment; returns how many."""
        with self._database.writing() as connection:
            gone = delete(sightings).where(sightings.c.until < moment)
            return connection.execute(gone).rowcount


def _sighted(row: Row[tuple[object, ...]]) -> Sighted:
    sighting = _SIGHTING.validate_json(row.content)
    return Sighted(DealId(row.deal_id), row.since, row.until, sighting)
