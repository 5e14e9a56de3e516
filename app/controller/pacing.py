"""When something new may be said, and when many things at once become one message.

Holds the policy's rules against the book: quiet hours, the cooldown of a deal, and grouping. Only
new messages are paced; an edit disturbs nobody. Refuses to drop anything: what has to wait is put
off, what is too much is put together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from app.domain.routing import AlertRules
from app.ports import Alert, AlertBook, AlertKind, Recipient

AT_ONCE_SECONDS = 60.0
"""New messages within this time come at once; a group that took a deal within it takes more."""
MAX_GROUP_DEALS = 1_000


class Pacing:
    """The rules of one policy, applied to what is due."""

    def __init__(self, rules: AlertRules, book: AlertBook) -> None:
        self._rules = rules
        self._book = book

    def hold_until(self, alert: Alert, now: datetime) -> datetime | None:
        """Until when an alert has to wait; None when it may be said now."""
        if not is_new(alert):
            return None
        cooled = now
        if alert.posted_at is not None:
            cooled = alert.posted_at + timedelta(minutes=self._rules.cooldown_minutes)
        free = max(cooled, now)
        until = self._rules.quiet.until(free) or free
        return until if until > now else None

    def grouped(self, alerts: Sequence[Alert], now: datetime) -> Mapping[str, Sequence[Alert]]:
        """Those of these alerts that belong into groups, by group; the others stand alone."""
        groups: dict[str, list[Alert]] = {}
        fresh: dict[Recipient, list[Alert]] = {}
        for alert in alerts:
            if alert.group is not None:
                groups.setdefault(alert.group, []).append(alert)
            elif is_new(alert):
                fresh.setdefault(alert.recipient, []).append(alert)
        for recipient, several in fresh.items():
            group = self._group_of(recipient, several, now)
            if group is not None:
                groups.setdefault(group, []).extend(several)
        return groups

    def _group_of(self, recipient: Recipient, alerts: Sequence[Alert], now: datetime) -> str | None:
        """The group that new alerts go into: one that is open, or their own when they are many."""
        since = now - timedelta(seconds=AT_ONCE_SECONDS)
        group = self._book.open_group(recipient, since, MAX_GROUP_DEALS)
        if group is not None:
            return group
        if len(alerts) + self._book.posted_since(recipient, since) <= self._rules.group_above:
            return None
        first = alerts[0]
        return f"{first.deal_id}@{first.card.opened_at.timestamp():.6f}"


def is_new(alert: Alert) -> bool:
    """Whether saying it makes a new message, which notifies people."""
    return (
        alert.shown is None
        and alert.unsure_since is None
        and alert.group is None
        and alert.card.kind is AlertKind.BLOCKED
    )


def alone(alerts: Iterable[Alert], groups: Mapping[str, Sequence[Alert]]) -> Sequence[Alert]:
    """The alerts that are in none of the groups."""
    taken = {(each.deal_id, each.recipient) for several in groups.values() for each in several}
    return [each for each in alerts if (each.deal_id, each.recipient) not in taken]
