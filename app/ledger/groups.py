"""Messages that many deals share, in their tables: the message, and the latest card of each deal.

A card is kept here without what people wrote, since one line for a deal does not show it and a
purge then finds nothing. A group takes deals for as long as they keep coming; its message goes on
following the deals in it afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from app.ledger.codec import card_from_text, card_to_text
from app.ledger.database import Database
from app.ledger.tables import alert_group_cards as members
from app.ledger.tables import alert_groups as groups
from app.ports import Alert, Card, Group, MessageRef, Recipient


def find_open(
    connection: Connection, recipient: Recipient, since: datetime, limit: int
) -> str | None:
    """The youngest group of a recipient that took a deal since then and has room."""
    size = select(func.count()).where(members.c.group_id == groups.c.id).scalar_subquery()
    return connection.execute(
        select(groups.c.id)
        .where(groups.c.recipient == recipient, groups.c.joined_at > since, size < limit)
        .order_by(groups.c.joined_at.desc(), groups.c.id)
        .limit(1)
    ).scalar_one_or_none()


def join(
    database: Database, connection: Connection, group: str, alerts: Sequence[Alert], now: datetime
) -> Group:
    """Put cards into a group, or bring those in it up to date."""
    fresh = {"recipient": alerts[0].recipient, "version": 1, "opened_at": now, "joined_at": now}
    connection.execute(
        database.insert(groups)
        .values(id=group, **fresh)
        .on_conflict_do_update(
            index_elements=[groups.c.id],
            set_={"version": groups.c.version + 1, "joined_at": now},
        )
    )
    for alert in alerts:
        card = card_to_text(_outline(alert.card))
        connection.execute(
            database.insert(members)
            .values(group_id=group, deal_id=alert.deal_id, card=card)
            .on_conflict_do_update(
                index_elements=[members.c.group_id, members.c.deal_id], set_={"card": card}
            )
        )
    return load(connection, group)


def load(connection: Connection, group: str) -> Group:
    """A group with the cards of its deals, in the order of their episodes."""
    row = connection.execute(select(groups).where(groups.c.id == group)).one()
    cards = connection.execute(select(members).where(members.c.group_id == group))
    read = (card_from_text(member.card, member.deal_id) for member in cards)
    return Group(
        id=group,
        recipient=Recipient(row.recipient),
        cards=tuple(sorted(read, key=lambda card: (card.opened_at, card.subject.deal_id))),
        version=row.version,
        opened_at=row.opened_at,
        shown=None if row.ts is None else MessageRef(row.channel, row.ts),
        unsure_since=row.attempt_at,
    )


def begin(connection: Connection, group: str, now: datetime) -> None:
    """Note that somebody is about to show the group; an earlier attempt keeps its time."""
    first = func.coalesce(groups.c.attempt_at, bindparam("begun", now, groups.c.attempt_at.type))
    connection.execute(update(groups).where(groups.c.id == group).values(attempt_at=first))


def shown(connection: Connection, group: str, ref: MessageRef) -> None:
    """Note where the group's message stands."""
    connection.execute(
        update(groups)
        .where(groups.c.id == group)
        .values(channel=ref.channel, ts=ref.ts, attempt_at=None)
    )


def _outline(card: Card) -> Card:
    """The card without quotes and sentences."""
    findings = tuple(replace(f, message="", fix="", evidence=()) for f in card.findings)
    return replace(card, findings=findings, resolved=())
