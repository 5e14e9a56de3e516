"""The people (and queues) to whom records belong, present and departed.

It refuses to delete anyone: a person who left is an archived owner without a user id, and their
deals keep pointing at them, which is exactly what a rehearsal must be able to show.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..clock import SandboxClock
    from .ids import Ids


@dataclass(frozen=True, slots=True)
class Owner:
    """One owner. `user_id` is what the person had while active; times are epoch milliseconds."""

    id: int
    first_name: str
    last_name: str
    email: str
    user_id: int
    active: bool
    created_ms: int
    updated_ms: int
    team: tuple[int, str] | None = None


class Owners:
    """All owners of the portal, in the order of their ids."""

    def __init__(self, clock: SandboxClock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._owners: dict[int, Owner] = {}

    def add(
        self,
        first: str,
        last: str,
        email: str,
        *,
        user_id: int,
        active: bool = True,
        team: tuple[int, str] | None = None,
    ) -> int:
        """Register an owner; returns the owner id, which is not the user id."""
        now = self._clock.epoch_ms()
        owner_id = self._ids.next("owners")
        self._owners[owner_id] = Owner(
            owner_id, first, last, email, user_id, active, now, now, team
        )
        return owner_id

    def deactivate(self, owner_id: int) -> None:
        """Let a person leave.

        Raises:
            KeyError: there is no such owner.
        """
        owner = self._owners[owner_id]
        self._owners[owner_id] = replace(owner, active=False, updated_ms=self._clock.epoch_ms())

    def get(self, owner_id: int) -> Owner | None:
        """The owner with that id, active or not."""
        return self._owners.get(owner_id)

    def of_user(self, user_id: int) -> Owner | None:
        """The owner that a user id belongs to, active or not."""
        return next((owner for owner in self._owners.values() if owner.user_id == user_id), None)

    def listing(self, *, active: bool, email: str | None = None) -> list[Owner]:
        """Owners by id; with an email, those whose address is exactly that one."""
        wanted = email.lower() if email else None
        return [
            owner
            for owner in self._owners.values()
            if owner.active is active and (wanted is None or owner.email.lower() == wanted)
        ]
