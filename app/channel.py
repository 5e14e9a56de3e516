"""What is said to people about deals, and what saying it asks of the world.

A card is what a message says before any vendor's markup; an episode lasts from the moment a deal
is blocked until it is cleared. `AlertBook` remembers what should be shown and what is,
`Notifier` shows it. No logic and no defaults live here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from app.domain.deal import DealId
from app.domain.usefulness import Rate
from app.domain.verdict import Finding, Subject


class AlertKind(StrEnum):
    """What the channel should show for a deal."""

    BLOCKED = "blocked"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Card:
    """What a message about one deal says, before any vendor's markup.

    `opened_at` is when this episode began, `cleared_at` when it ended. `note` is a sentence that
    explains an unusual end ("deal deleted", "closed lost: no longer judged"). `resolved` is what
    became of the findings by then: met with the evidence, waived, or no longer asked for.
    """

    kind: AlertKind
    subject: Subject
    findings: tuple[Finding, ...]
    claimed_stage: str | None
    earned_stage: str | None
    opened_at: datetime
    cleared_at: datetime | None = None
    note: str | None = None
    resolved: tuple[Finding, ...] = ()


Recipient = NewType("Recipient", str)
"""Whom a message is for: a channel by name or id, or `owner:` and the id of an owner."""
MAIN_CHANNEL = Recipient("")
"""The channel that the settings name."""
OWNER_PREFIX = "owner:"


@dataclass(frozen=True, slots=True)
class Wish:
    """The card that a recipient should be shown from `due_at` on."""

    recipient: Recipient
    card: Card
    due_at: datetime


@dataclass(frozen=True, slots=True)
class MessageRef:
    """Where a message stands, so that it can be edited later."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A difference between what a recipient is shown of a deal and what it should be shown.

    `shown` is the message of this episode and `said` the card in it, None while nothing was
    posted. `unsure_since` is when an attempt began of which nobody knows what became of it.
    `version` is what a report compares, so that a newer wish is never marked as said, and
    `leased_until` what tells a sender that still holds the alert from one that lost it.
    `posted_at` is when the deal last got a new message there, `group` the message that it shares
    with other deals.
    """

    deal_id: DealId
    recipient: Recipient
    card: Card
    shown: MessageRef | None
    version: int
    attempts: int
    leased_until: datetime
    said: Card | None = None
    unsure_since: datetime | None = None
    posted_at: datetime | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One message about many deals: where it stands, and the latest card of each.

    `version` grows with every card; `unsure_since` is as in `Alert`.
    """

    id: str
    recipient: Recipient
    cards: tuple[Card, ...]
    version: int
    opened_at: datetime
    shown: MessageRef | None = None
    unsure_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Errand:
    """What a person asked for and waits: its key, what it said, and how often it was tried."""

    key: str
    body: str
    attempts: int


class AlertBook(Protocol):
    """The ledger's part on alerts. Every method is one transaction.

    An alert is handed to one caller, until that one reports it sent or failed, puts it off, gives
    it back, or its lease ends. Raises as `Ledger` does.
    """

    def open_cards(self, deal_id: DealId) -> Mapping[Recipient, Card]:
        """The cards of a deal's open episodes, shown already or waiting."""
        ...

    def due(self, now: datetime, limit: int) -> Sequence[Alert]:
        """Wishes that have stood for their settling time and are not shown yet, oldest first."""
        ...

    def next_due(self) -> datetime | None:
        """When the next alert can be handed out; None when none waits."""
        ...

    def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` after each wish that this process records; what others wish is not heard."""
        ...

    def begin(self, alert: Alert, now: datetime) -> Alert | None:
        """Note, before telling anybody, that an attempt is made; durable when it returns.

        The answer has its lease renewed; None when the lease was lost: say nothing then.
        """
        ...

    def sent(self, alert: Alert, shown: MessageRef | None, now: datetime) -> None:
        """This version is shown now (`shown` None: nothing is, and nothing should be)."""
        ...

    def failed(
        self,
        alert: Alert,
        error: str,
        retry_at: datetime | None,
        now: datetime,
        *,
        is_certain: bool = True,
    ) -> None:
        """It could not be said; None gives up on this version with the error kept.

        Without `is_certain` it may have been said all the same.
        """
        ...

    def put_off(self, alert: Alert, until: datetime, now: datetime) -> None:
        """It is not the time for it: due again at `until`, and no attempt is counted."""
        ...

    def give_back(self, alerts: Sequence[Alert], now: datetime) -> None:
        """Give back what was handed out and not tried: due again at once, as it was."""
        ...

    def usefulness(self, now: datetime, days: int) -> Sequence[Rate]:
        """For each criterion, how many of its alerts were put right within `days`."""
        ...

    def posted_since(self, recipient: Recipient, since: datetime) -> int:
        """How many new messages about single deals went to a recipient since then."""
        ...

    def open_group(self, recipient: Recipient, since: datetime, limit: int) -> str | None:
        """The group of a recipient that took a deal since then and holds fewer than `limit`."""
        ...

    def join(self, group: str, alerts: Sequence[Alert], now: datetime) -> Group:
        """Put the cards of these alerts, all of one recipient, into a group, new or not."""
        ...

    def begin_group(self, group: Group, now: datetime) -> None:
        """As `begin`, for the message of a group."""
        ...

    def group_shown(self, group: Group, shown: MessageRef) -> Group | None:
        """Where a group's message stands; the group anew when it changed meanwhile."""
        ...


class Notifier(Protocol):
    """Where people are told. Raises Retryable, Uncertain, Terminal or MessageGone."""

    def post(self, recipient: Recipient, card: Card) -> MessageRef:
        """Say something new."""
        ...

    def edit(self, ref: MessageRef, card: Card) -> None:
        """Make an earlier message say this instead."""
        ...

    def find(self, recipient: Recipient, card: Card, since: datetime) -> MessageRef | None:
        """The message of this card's episode, posted since then, if it is there."""
        ...

    def follow_up(self, ref: MessageRef, before: Card, card: Card, *, is_repeat: bool) -> None:
        """Note beneath a message what changed; with `is_repeat` it may stand there already."""
        ...

    def post_group(self, group: Group) -> MessageRef:
        """Say something new about many deals."""
        ...

    def edit_group(self, ref: MessageRef, group: Group) -> None:
        """Make the message of a group say this instead."""
        ...

    def find_group(self, group: Group, since: datetime) -> MessageRef | None:
        """The message of a group, posted since then, if it is there."""
        ...

    def close(self) -> None:
        """Give connections back."""
        ...
