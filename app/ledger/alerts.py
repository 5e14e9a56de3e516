"""Alert episodes in their table, one row for each deal, and their hand-out to senders.

`episode` has the rules; this module loads, stores and leases. A due alert is handed to one sender
at a time: until it reports, or until its lease runs out, nobody else gets that deal's alert, not
even a newer wish of it. That keeps the messages of one deal in order across processes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, func, or_, select, update

from app.domain.deal import DealId
from app.ledger.codec import card_from_text, card_to_text
from app.ledger.database import Database
from app.ledger.episode import Episode, Shown
from app.ledger.tables import alerts
from app.ports import Alert, MessageRef

Step = Callable[[Episode], Episode]


def advance(database: Database, connection: Connection, deal_id: DealId, step: Step) -> None:
    """Take a deal's episode one step further; a step that changes nothing writes nothing."""
    before = load(connection, deal_id, for_update=True)
    after = step(before)
    if after != before:
        _store(database, connection, deal_id, after)


def release(connection: Connection, deal_ids: Sequence[DealId]) -> None:
    """End a sender's lease: it has reported, or gives up its turn."""
    connection.execute(
        update(alerts).where(alerts.c.deal_id.in_(deal_ids)).values(claimed_until=None)
    )


def hand_out(
    connection: Connection, lease: timedelta, now: datetime, limit: int
) -> Sequence[Alert]:
    """Lease due alerts that no sender holds, oldest first."""
    unleased = or_(alerts.c.claimed_until.is_(None), alerts.c.claimed_until <= now)
    rows = connection.execute(
        select(alerts)
        .where(alerts.c.due_at <= now, unleased)
        .order_by(alerts.c.due_at, alerts.c.deal_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if rows:
        connection.execute(
            update(alerts)
            .where(alerts.c.deal_id.in_([row.deal_id for row in rows]))
            .values(claimed_until=now + lease)
        )
    episodes = ((DealId(row.deal_id), _episode(row)) for row in rows)
    return tuple(
        Alert(
            deal_id=deal_id,
            card=episode.wish,
            shown=episode.shown.ref if episode.shown else None,
            version=episode.version,
            attempts=episode.attempts,
        )
        for deal_id, episode in episodes
        if episode.wish is not None
    )


def load(connection: Connection, deal_id: DealId, *, for_update: bool = False) -> Episode:
    """A deal's episode; an empty one when it never had any."""
    query = select(alerts).where(alerts.c.deal_id == deal_id)
    row = connection.execute(query.with_for_update() if for_update else query).one_or_none()
    return Episode() if row is None else _episode(row)


def next_due(connection: Connection) -> datetime | None:
    """When the next alert can be handed out."""
    free = select(func.min(alerts.c.due_at)).where(alerts.c.claimed_until.is_(None))
    leased = select(func.min(alerts.c.claimed_until)).where(alerts.c.due_at.is_not(None))
    times = (connection.execute(query).scalar() for query in (free, leased))
    return min((time for time in times if time is not None), default=None)


def _episode(row: Row[tuple[object, ...]]) -> Episode:
    shown = None
    if row.shown_card is not None:
        shown = Shown(
            ref=MessageRef(row.channel, row.ts),
            card=card_from_text(row.shown_card, row.deal_id),
            version=row.shown_version,
        )
    return Episode(
        wish=None if row.wish is None else card_from_text(row.wish, row.deal_id),
        version=row.version,
        due_at=row.due_at,
        shown=shown,
        attempts=row.attempts,
        last_error=row.last_error,
    )


def _store(database: Database, connection: Connection, deal_id: DealId, episode: Episode) -> None:
    shown = episode.shown
    values = {
        "wish": None if episode.wish is None else card_to_text(episode.wish),
        "version": episode.version,
        "due_at": episode.due_at,
        "shown_card": None if shown is None else card_to_text(shown.card),
        "shown_version": None if shown is None else shown.version,
        "channel": None if shown is None else shown.ref.channel,
        "ts": None if shown is None else shown.ref.ts,
        "attempts": episode.attempts,
        "last_error": episode.last_error,
    }
    connection.execute(
        database.insert(alerts)
        .values(deal_id=deal_id, **values)
        .on_conflict_do_update(index_elements=[alerts.c.deal_id], set_=values)
    )
