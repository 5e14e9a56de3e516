"""Makes the marks of several deliveries durable with one commit.

A commit waits for the disk, and HubSpot sends ten deliveries at a time: while commits are on their
way the next deliveries gather, and go together in the one after them. Nobody waits for company; a
lone delivery is committed at once. Lives on one event loop, with the ledger in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.deal import IdsByKind, ObjectKey, ObjectKind
from app.ports import Clock, Priority, Wake

COMMITS_AT_ONCE = 2
"""While one is with the database, the deliveries of the other are answered and read."""
SMALL_GROUP = 5
"""Fewer deliveries than this are not worth two commits."""


class Marker(Protocol):
    """The part of the ledger that this door may use."""

    def mark_ids(self, ids: IdsByKind, priority: Priority, now: datetime) -> bool:
        """Make all of these dirty, durably, or none of them.

        False when each of them was waiting for a look already.
        """
        ...

    def purge(self, contacts: Iterable[ObjectKey], now: datetime) -> int:
        """See `app.ports.Ledger.purge`."""
        ...


@dataclass(frozen=True, slots=True)
class _Waiting:
    ids: IdsByKind
    purge: frozenset[ObjectKey]
    stored: asyncio.Future[None]


class GroupCommit:
    """Stores keys for many waiting deliveries at a time and wakes the workers."""

    def __init__(self, ledger: Marker, clock: Clock, wake: Wake) -> None:
        self._ledger = ledger
        self._clock = clock
        self._wake = wake
        self._waiting: list[_Waiting] = []
        self._committing: set[asyncio.Task[None]] = set()

    async def store(self, ids: IdsByKind, purge: frozenset[ObjectKey]) -> None:
        """Return when the marks are durable. Raises what the ledger raised when they are not.

        A caller that stops waiting does not stop the commit, which harms nobody.
        """
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(ids, purge, stored))
        if len(self._committing) < COMMITS_AT_ONCE:
            committing = asyncio.create_task(self._commit_all())
            self._committing.add(committing)
            committing.add_done_callback(self._committing.discard)
        await stored

    async def _commit_all(self) -> None:
        while self._waiting:
            size = max(SMALL_GROUP, -(-len(self._waiting) // COMMITS_AT_ONCE))
            group, self._waiting = self._waiting[:size], self._waiting[size:]
            await self._commit(group)

    async def _commit(self, group: list[_Waiting]) -> None:
        try:
            has_news = await asyncio.to_thread(self._write, group)
        except Exception as error:  # noqa: BLE001 - whatever it was, each delivery has to hear it
            for delivery in group:
                if not delivery.stored.done():
                    delivery.stored.set_exception(error)
            return
        for delivery in group:
            if not delivery.stored.done():
                delivery.stored.set_result(None)
        if has_news:
            self._wake()

    def _write(self, group: list[_Waiting]) -> bool:
        now = self._clock.now()
        ids: dict[ObjectKind, set[str]] = {}
        for delivery in group:
            for kind, named in delivery.ids.items():
                ids.setdefault(kind, set()).update(named)
        has_news = self._ledger.mark_ids(ids, Priority.LIVE, now)
        if purge := frozenset().union(*(delivery.purge for delivery in group)):
            self._ledger.purge(purge, now)
        return has_news
