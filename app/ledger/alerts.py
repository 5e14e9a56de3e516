"""Alert episodes in their table, one row for a deal and recipient, and their hand-out to senders.

`episode` has the rules; this module loads, stores and leases. A due alert is handed to one sender
at a time: until it reports, or until its lease runs out, nobody else gets that alert, not even a
newer wish of it. That keeps the messages of one deal in order across processes. The end of the
lease is the sender's token: who begins an attempt with an older one has lost the alert.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, update

from app.domain.deal import DealId
from app.ledger.codec import card_from_text, card_to_text
from app.ledger.database import Database
from app.ledger.episode import Attempt, Episode, Shown
from app.ledger.tables import alerts
from app.ports import Alert, MessageRef, Recipient

Key = tuple[DealId, Recipient]
Step = Callable[[Episode], Episode]


def advance(database: Database, connection: Connection, key: Key, step: Step) -> Episode:
    """Take an episode one step further; a step that changes nothing writes nothing."""
    before = load(connection, key, for_update=True)
    after = step(before)
    if after != before:
        _store(database, connection, key, after)
    return after


def release(connection: Connection, keys: Iterable[Key]) -> None:
    """End a sender's lease: it has reported, or gives up its turn."""
    for key in keys:
        connection.execute(update(alerts).where(_is(key)).values(claimed_until=None))


def renew(connection: Connection, alert: Alert, until: datetime) -> bool:
    """Extend a sender's lease; whether it still held it."""
    held = and_(_is((alert.deal_id, alert.recipient)), alerts.c.claimed_until == alert.leased_until)
    done = connection.execute(update(alerts).where(held).values(claimed_until=until))
    return done.rowcount == 1


def hand_out(
    connection: Connection, lease: timedelta, now: datetime, limit: int
) -> Sequence[Alert]:
    """Lease due alerts that no sender holds, oldest first."""
    unleased = or_(alerts.c.claimed_until.is_(None), alerts.c.claimed_until <= now)
    rows = connection.execute(
        select(alerts)
        .where(alerts.c.due_at <= now, unleased)
        .order_by(alerts.c.due_at, alerts.c.deal_id, alerts.c.recipient)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    until = now + lease
    for row in rows:
        connection.execute(update(alerts).where(_is(_key(row))).values(claimed_until=until))
    return tuple(_alert(row, until) for row in rows if row.wish is not None)


def load(connection: Connection, key: Key, *, for_update: bool = False) -> Episode:
    """An episode; an empty one when there never was any."""
    query = select(alerts).where(_is(key))
    row = connection.execute(query.with_for_update() if for_update else query).one_or_none()
    return Episode() if row is None else _episode(row)


def of_deal(connection: Connection, deal_id: DealId) -> Mapping[Recipient, Episode]:
    """The episodes of a deal."""
    rows = connection.execute(
        select(alerts).where(alerts.c.deal_id == deal_id).order_by(alerts.c.recipient)
    )
    return {Recipient(row.recipient): _episode(row) for row in rows}


def next_due(connection: Connection) -> datetime | None:
    """When the next alert can be handed out."""
    free = select(func.min(alerts.c.due_at)).where(alerts.c.claimed_until.is_(None))
    leased = select(func.min(alerts.c.claimed_until)).where(alerts.c.due_at.is_not(None))
    times = (connection.execute(query).scalar() for query in (free, leased))
    return min((time for time in times if time is not None), default=None)


def posted_since(connection: Connection, recipient: Recipient, since: datetime) -> int:
    """How many new messages about single deals went to a recipient since then."""
    fits = (alerts.c.recipient == recipient, alerts.c.posted_at > since)
    query = select(func.count()).where(*fits, alerts.c.group_id.is_(None))
    return connection.execute(query).scalar() or 0


def _is(key: Key) -> ColumnElement[bool]:
    deal_id, recipient = key
    return and_(alerts.c.deal_id == deal_id, alerts.c.recipient == recipient)


def _key(row: Row[tuple[object, ...]]) -> Key:
    return DealId(row.deal_id), Recipient(row.recipient)


def _alert(row: Row[tuple[object, ...]], leased_until: datetime) -> Alert:
    episode = _episode(row)
    shown = episode.shown
    return Alert(
        deal_id=DealId(row.deal_id),
        recipient=Recipient(row.recipient),
        card=card_from_text(row.wish, row.deal_id),
        shown=shown.ref if shown else None,
        said=shown.card if shown else None,
        version=episode.version,
        attempts=episode.attempts,
        leased_until=leased_until,
        unsure_since=episode.attempt.at if episode.attempt else None,
        posted_at=episode.posted_at,
        group=episode.group,
    )


def _episode(row: Row[tuple[object, ...]]) -> Episode:
    shown = attempt = None
    if row.shown_card is not None:
        shown = Shown(
            ref=MessageRef(row.channel, row.ts),
            card=card_from_text(row.shown_card, row.deal_id),
            version=row.shown_version,
        )
    if row.attempt_card is not None:
        attempt = Attempt(card_from_text(row.attempt_card, row.deal_id), row.attempt_at)
    return Episode(
        wish=None if row.wish is None else card_from_text(row.wish, row.deal_id),
        version=row.version,
        due_at=row.due_at,
        shown=shown,
        attempt=attempt,
        posted_at=row.posted_at,
        group=row.group_id,
        attempts=row.attempts,
        last_error=row.last_error,
    )


def _store(database: Database, connection: Connection, key: Key, episode: Episode) -> None:
    shown, attempt = episode.shown, episode.attempt
    values = {
        "wish": None if episode.wish is None else card_to_text(episode.wish),
        "version": episode.version,
        "due_at": episode.due_at,
        "shown_card": None if shown is None else card_to_text(shown.card),
        "shown_version": None if shown is None else shown.version,
        "channel": None if shown is None else shown.ref.channel,
        "ts": None if shown is None else shown.ref.ts,
        "attempt_card": None if attempt is None else card_to_text(attempt.card),
        "attempt_at": None if attempt is None else attempt.at,
        "posted_at": episode.posted_at,
        "group_id": episode.group,
        "attempts": episode.attempts,
        "last_error": episode.last_error,
    }
    deal_id, recipient = key
    connection.execute(
        database.insert(alerts)
        .values(deal_id=deal_id, recipient=recipient, **values)
        .on_conflict_do_update(index_elements=[alerts.c.deal_id, alerts.c.recipient], set_=values)
    )
