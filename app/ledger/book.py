"""`app.ports.AlertBook` on the ledger's database: each method is one transaction.

Decides nothing: `episode` has the rules, `alerts` and `groups` the tables. It reads no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from app.domain.deal import DealId
from app.domain.usefulness import Rate
from app.ledger import alerts, groups, outcomes
from app.ledger.database import Database
from app.ledger.episode import Episode
from app.ports import Alert, Card, Group, MessageRef, Recipient, Wake

LEASE_SECONDS = 60.0
"""How long a sender may take from one sign of life on an alert to the next."""
_LEASE = timedelta(seconds=LEASE_SECONDS)


class SqlAlertBook:
    """Alerts and groups on SQLite or PostgreSQL; safe to use from many threads at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wakes: list[Wake] = []

    def open_cards(self, deal_id: DealId) -> Mapping[Recipient, Card]:
        """The cards of a deal's open episodes."""
        with self._database.reading() as connection:
            episodes = alerts.of_deal(connection, deal_id)
        cards = ((recipient, episode.open_card()) for recipient, episode in episodes.items())
        return {recipient: card for recipient, card in cards if card is not None}

    def due(self, now: datetime, limit: int) -> Sequence[Alert]:
        """Hand out due alerts, each to one caller until it reports or LEASE_SECONDS pass."""
        with self._database.writing() as connection:
            return alerts.hand_out(connection, _LEASE, now, limit)

    def next_due(self) -> datetime | None:
        """When the next alert can be handed out."""
        with self._database.reading() as connection:
            return alerts.next_due(connection)

    def listen(self, wake: Wake) -> None:
        """Call `wake` after each wish of this process."""
        self._wakes.append(wake)

    def announce(self) -> None:
        """Wishes were recorded: let whoever listens look."""
        for wake in self._wakes:
            wake()

    def begin(self, alert: Alert, now: datetime) -> Alert | None:
        """Note an attempt and renew the lease, unless it was lost."""
        # A clock that stands still must not give the same token twice.
        until = max(now + _LEASE, alert.leased_until + timedelta(microseconds=1))
        with self._database.writing() as connection:
            if not alerts.renew(connection, alert, until):
                return None
            self._advance(connection, alert, partial(Episode.begun, card=alert.card, now=now))
        return replace(alert, leased_until=until)

    def sent(self, alert: Alert, shown: MessageRef | None, now: datetime) -> None:
        """The recipient is shown this version now; a newer wish stays due."""
        step = partial(Episode.sent, version=alert.version, card=alert.card, ref=shown, now=now)
        with self._database.writing() as connection:
            self._advance(connection, alert, step)
            alerts.release(connection, [(alert.deal_id, alert.recipient)])
            if shown is not None:
                outcomes.said(self._database, connection, alert.said, alert.card, now)

    def usefulness(self, now: datetime, days: int) -> Sequence[Rate]:
        """For each criterion, how many of its alerts were put right within `days`."""
        with self._database.reading() as connection:
            return outcomes.rates(connection, now, days)

    def failed(
        self,
        alert: Alert,
        error: str,
        retry_at: datetime | None,
        now: datetime,
        *,
        is_certain: bool = True,
    ) -> None:
        """It was not said, or nobody knows; again at `retry_at`, or never for this version."""
        del now
        step = partial(
            Episode.failed,
            version=alert.version,
            error=error,
            retry_at=retry_at,
            # What an earlier attempt left behind is not undone by the refusal of a later one.
            is_certain=is_certain and alert.unsure_since is None,
        )
        self._report(alert, step)

    def put_off(self, alert: Alert, until: datetime, now: datetime) -> None:
        """Due again at `until`, untried."""
        del now
        self._report(alert, partial(Episode.put_off, version=alert.version, until=until))

    def give_back(self, those: Sequence[Alert], now: datetime) -> None:
        """Give back what was handed out and not tried."""
        del now
        with self._database.writing() as connection:
            alerts.release(connection, [(each.deal_id, each.recipient) for each in those])

    def posted_since(self, recipient: Recipient, since: datetime) -> int:
        """How many new messages about single deals went there since then."""
        with self._database.reading() as connection:
            return alerts.posted_since(connection, recipient, since)

    def open_group(self, recipient: Recipient, since: datetime, limit: int) -> str | None:
        """A group that still takes deals."""
        with self._database.reading() as connection:
            return groups.find_open(connection, recipient, since, limit)

    def join(self, group: str, those: Sequence[Alert], now: datetime) -> Group:
        """Put alerts into a group and remember it with each of them."""
        with self._database.writing() as connection:
            joined = groups.join(self._database, connection, group, those, now)
            for alert in those:
                step = partial(Episode.grouped, group=group, card=alert.card, now=now)
                self._advance(connection, alert, step)
            return joined

    def begin_group(self, group: Group, now: datetime) -> None:
        """Note an attempt to show a group."""
        with self._database.writing() as connection:
            groups.begin(connection, group.id, now)

    def group_shown(self, group: Group, shown: MessageRef) -> Group | None:
        """Remember where it stands; the group anew when more was put into it meanwhile."""
        with self._database.writing() as connection:
            groups.shown(connection, group.id, shown)
            now = groups.load(connection, group.id)
            return None if now.version == group.version else now

    def _report(self, alert: Alert, step: alerts.Step) -> None:
        with self._database.writing() as connection:
            self._advance(connection, alert, step)
            alerts.release(connection, [(alert.deal_id, alert.recipient)])

    def _advance(self, connection: Connection, alert: Alert, step: alerts.Step) -> None:
        alerts.advance(self._database, connection, (alert.deal_id, alert.recipient), step)
