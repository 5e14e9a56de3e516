"""One deal's alert as a value: what the channel should show, what it shows, and what is next.

An episode opens with the first BLOCKED wish and ends when its message says CLEARED. The rules,
which hold for any order of wishes and answers, with posts and edits on their way meanwhile:

- A wish that the channel already meets is not said: CLEARED when nothing was posted, or exactly
  the card that is shown. Such a wish still replaces a pending one.
- A BLOCKED wish within an episode keeps that episode's `opened_at`, so that blocked, cleared and
  blocked again within the settling time compares equal to what is shown and says nothing.
- The same wish again changes nothing: its settling time runs on, and one that was given up stays
  given up.
- An answer to an older version says what the channel shows now, and never settles a newer wish.
- From the beginning of an attempt until its answer nobody knows what the channel shows: no wish
  counts as met then, so that a message which a dead sender left behind is found and goes on.

Pure: nothing here knows of a database or reads a clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from app.ports import AlertKind, Card, MessageRef


@dataclass(frozen=True, slots=True)
class Shown:
    """The message of an open episode, as far as the channel has confirmed it."""

    ref: MessageRef
    card: Card
    version: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """A card that somebody began to show at `at`, with no answer so far."""

    card: Card
    at: datetime


@dataclass(frozen=True, slots=True)
class Episode:
    """`due_at` is when the wish is to be said; None when there is nothing to say.

    `posted_at` is when the deal last got a new message, in this episode or an earlier one;
    `group` the message that it shares with other deals.
    """

    wish: Card | None = None
    version: int = 0
    due_at: datetime | None = None
    shown: Shown | None = None
    attempt: Attempt | None = None
    posted_at: datetime | None = None
    group: str | None = None
    attempts: int = 0
    last_error: str | None = None

    def wished(self, card: Card, due_at: datetime) -> Episode:
        """After somebody wished that the channel shows `card` from `due_at` on."""
        card = self._within_episode(card)
        if card == self.wish:
            return self
        return replace(
            self,
            wish=card,
            version=self.version + 1,
            due_at=None if self.is_met(card) else due_at,
            attempts=0,
            last_error=None,
        )

    def begun(self, card: Card, now: datetime) -> Episode:
        """Before the channel is told `card`; what an earlier attempt left dates from that one."""
        return replace(self, attempt=Attempt(card, self.attempt.at if self.attempt else now))

    def grouped(self, group: str, card: Card, now: datetime) -> Episode:
        """Before the channel is told `card` as a part of the message of a group."""
        return replace(self.begun(card, now), group=group)

    def put_off(self, version: int, until: datetime) -> Episode:
        """After it was found to be no time for that version."""
        return self if version != self.version else replace(self, due_at=until)

    def sent(self, version: int, card: Card, ref: MessageRef | None, now: datetime) -> Episode:
        """After the channel confirmed that it shows `card` at `ref`, or nothing (None)."""
        still_open = ref is not None and card.kind is AlertKind.BLOCKED
        is_new = ref is not None and (self.shown is None or self.shown.ref != ref)
        after = replace(
            self,
            shown=Shown(ref, card, version) if ref and still_open else None,
            attempt=None,
            posted_at=now if is_new else self.posted_at,
            group=self.group if still_open else None,
        )
        if version == self.version:
            return replace(after, due_at=None, attempts=0, last_error=None)
        if self.wish is None or after.is_met(self.wish):
            return replace(after, due_at=None)
        return replace(after, due_at=self.due_at or now)

    def failed(
        self, version: int, error: str, retry_at: datetime | None, *, is_certain: bool
    ) -> Episode:
        """After the channel could not be told; `retry_at` None gives up on that version.

        Without `is_certain` it may have been told all the same, so that the attempt stays open.
        """
        after = replace(self, attempt=None) if is_certain else self
        if version != self.version:
            met = self.wish is None or after.is_met(self.wish)
            return replace(after, due_at=None) if met else after
        return replace(after, due_at=retry_at, attempts=self.attempts + 1, last_error=error)

    def ended(self, note: str, now: datetime) -> Episode:
        """After the deal itself went away: an open message is to say so."""
        last = self._last_told() or self.wish
        if last is None:
            return self
        gone = replace(last, kind=AlertKind.CLEARED, cleared_at=now, note=note, resolved=())
        return self.wished(gone, due_at=now)

    def open_card(self) -> Card | None:
        """The card that the channel shows or will show; None when no episode is open.

        A clearing that was not said yet is still part of its episode.
        """
        is_silent = self._last_told() is None
        if is_silent and self.wish is not None and self.wish.kind is AlertKind.CLEARED:
            return None
        return self.wish

    def is_met(self, card: Card) -> bool:
        """Whether the channel says this already; silence says that all is clear."""
        if self.attempt is not None:
            return False
        if self.shown is None:
            return card.kind is AlertKind.CLEARED
        return self.shown.card == card

    def _within_episode(self, card: Card) -> Card:
        """The card with the times of the episode that it continues."""
        opened = self._last_told() or self.open_card()
        if opened is not None:
            card = replace(card, opened_at=opened.opened_at)
        is_cleared_again = (
            self.wish is not None
            and self.wish.kind is AlertKind.CLEARED
            and card.kind is AlertKind.CLEARED
        )
        if self.wish is not None and is_cleared_again:
            card = replace(card, cleared_at=self.wish.cleared_at)
        return card

    def _last_told(self) -> Card | None:
        """What the channel shows of this episode, as far as is known, or may show."""
        if self.shown is not None:
            return self.shown.card
        return self.attempt.card if self.attempt is not None else None
