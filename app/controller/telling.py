"""How one card, or one group of cards, gets to its recipient exactly once.

    sure that nothing is there      begin (durable) ─▶ post
    unsure, an attempt got lost     look for it by its own metadata ─▶ edit it, else post anew
    a message stands there          begin ─▶ edit; gone: post anew ─▶ note the change beneath it

The attempt is durable before anybody is told, so that a process which dies between a post and its
recording leaves behind a message that the next one finds. Refuses to decide when and what.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import structlog

from app.ports import (
    Alert,
    AlertBook,
    AlertKind,
    Card,
    Clock,
    Group,
    MessageGone,
    MessageRef,
    Notifier,
    Terminal,
)

CLOCK_SKEW = timedelta(minutes=5)
"""How far the channel's clock may be behind ours when a lost message is looked for."""

log = structlog.get_logger(__name__)


class Outcome(StrEnum):
    """What became of an alert."""

    POSTED = "posted"
    EDITED = "edited"
    DROPPED = "dropped"
    GROUPED = "grouped"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Told:
    """The alert as it was begun, what is shown of it now, and how that came."""

    alert: Alert
    shown: MessageRef | None
    outcome: Outcome


class Teller:
    """Tells alerts and groups. Raises what the notifier raises, and the book's Failure."""

    def __init__(self, book: AlertBook, notifier: Notifier, clock: Clock) -> None:
        self._book = book
        self._notifier = notifier
        self._clock = clock

    def tell(self, alert: Alert) -> Told:
        """Post, edit, or say nothing; LOST when another sender has the alert by now."""
        begun = self._book.begin(alert, self._clock.now())
        if begun is None:
            return Told(alert, None, Outcome.LOST)
        there = alert.shown or self._found(alert)
        if there is not None:
            try:
                self._notifier.edit(there, alert.card)
            except MessageGone:
                # Somebody deleted it. A gap still has to be said; that it closed does not.
                log.info("message_gone", deal=alert.deal_id)
            else:
                self._follow_up(alert, there)
                return Told(begun, there, Outcome.EDITED)
        if alert.card.kind is AlertKind.CLEARED:
            return Told(begun, None, Outcome.DROPPED)
        posted = self._notifier.post(alert.recipient, alert.card)
        return Told(begun, posted, Outcome.POSTED)

    def tell_group(self, group: Group) -> MessageRef | None:
        """Show a group as it is, and as it became meanwhile; None when there is nothing to show."""
        ref: MessageRef | None = None
        waiting: Group | None = group
        while waiting is not None:
            ref = self._show_group(waiting)
            waiting = self._book.group_shown(waiting, ref) if ref is not None else None
        return ref

    def _show_group(self, group: Group) -> MessageRef | None:
        self._book.begin_group(group, self._clock.now())
        there = group.shown or self._found_group(group)
        if there is not None:
            try:
                self._notifier.edit_group(there, group)
            except MessageGone:
                log.info("message_gone", group=group.id)
            else:
                return there
        if not _is_open(group.cards):
            return None
        return self._notifier.post_group(group)

    def _found(self, alert: Alert) -> MessageRef | None:
        """What a lost attempt left behind, if one may have."""
        since = alert.unsure_since
        if since is None:
            return None
        return self._looked(
            lambda: self._notifier.find(alert.recipient, alert.card, since - CLOCK_SKEW)
        )

    def _found_group(self, group: Group) -> MessageRef | None:
        since = group.unsure_since
        if since is None:
            return None
        return self._looked(lambda: self._notifier.find_group(group, since - CLOCK_SKEW))

    @staticmethod
    def _looked(look: Callable[[], MessageRef | None]) -> MessageRef | None:
        try:
            return look()
        except Terminal as refused:
            # Whoever may not look would be silent for ever; saying it twice is the lesser harm.
            log.warning("cannot_look", error=str(refused))
            return None

    def _follow_up(self, alert: Alert, there: MessageRef) -> None:
        """The history beneath a message; where it is refused the message has to do."""
        if alert.said is None:
            return
        is_repeat = alert.unsure_since is not None
        try:
            self._notifier.follow_up(there, alert.said, alert.card, is_repeat=is_repeat)
        except Terminal as refused:
            log.warning("history_refused", deal=alert.deal_id, error=str(refused))


def _is_open(cards: tuple[Card, ...]) -> bool:
    return any(card.kind is AlertKind.BLOCKED for card in cards)
