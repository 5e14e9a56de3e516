"""Which HubSpot owner a Slack user is: the one with the same e-mail address, or nobody.

Whoever is not found may look and not write. Answers are kept for a few minutes, because Slack
gives three seconds to open a modal.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from app.domain.deal import Owner, Unread
from app.ports import Clock, Refused, Retryable

from .places import Places

KEPT = timedelta(minutes=10)

OwnerAt = Callable[[str], Owner | Unread | None]
"""The owner with an e-mail address, None when nobody has it."""


class People:
    """Maps Slack users to owners."""

    def __init__(self, places: Places, owner_at: OwnerAt, clock: Clock) -> None:
        self._places = places
        self._owner_at = owner_at
        self._clock = clock
        self._kept: dict[str, tuple[Owner, datetime]] = {}

    def owner(self, user: str) -> Owner:
        """The owner that a Slack user is. Raises Refused when there is none, or Failure."""
        now = self._clock.now()
        kept = self._kept.get(user)
        if kept is not None and now < kept[1]:
            return kept[0]
        owner = self._looked_up(user)
        self._kept[user] = owner, now + KEPT
        return owner

    def _looked_up(self, user: str) -> Owner:
        email = self._places.email(user)
        owner = self._owner_at(email) if email else None
        if isinstance(owner, Unread):
            message = f"who you are in HubSpot could not be read: {owner.reason}"
            raise Retryable(message)
        if owner is None or not owner.active:
            message = (
                "You may look, but not write: HubSpot has no active owner with your e-mail address "
                f"({email or 'Slack shows none'}). An administrator can add it to the policy's "
                "mentions."
            )
            raise Refused(message)
        return owner
