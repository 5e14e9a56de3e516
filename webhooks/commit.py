"""Makes the marks of several deliveries durable with one commit.

A commit waits for the disk, and HubSpot sends ten deliveries at a time: while one commit is on its
way the next deliveries gather, and go together in the one after it. Nobody waits for company; a
lone delivery is committed at once. Lives on one event loop, with the ledger in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.deal import ObjectKey
from app.ports import Clock, Priority, Wake


class Marker(Protocol):
    """The part of the ledger that this door may use."""

    def mark(self, keys: Iterable[ObjectKey], priority: Priority, now: datetime) -> None:
        """See `app.ports.Ledger.mark`."""
        ...

    def purge(self, contacts: Iterable[ObjectKey], now: datetime) -> int:
        """See `app.ports.Ledger.purge`."""
        ...


@dataclass(frozen=True, slots=True)
class _Waiting:
    keys: frozenset[ObjectKey]
    purge: frozenset[ObjectKey]
    stored: asyncio.Future[None]


class GroupCommit:
    """Stores keys for many waiting deliveries at a time and wakes the workers."""

    def __init__(self, ledger: Marker, clock: Clock, wake: Wake) -> None:
        self._ledger = ledger
        self._clock = clock
        self._wake = wake
        self._waiting: list[_Waiting] = []
        self._committing: asyncio.Task[None] | None = None

    async def store(self, keys: frozenset[ObjectKey], purge: frozenset[ObjectKey]) -> None:
        """Return when the marks are durable. Raises what the ledger raised when they are not.

        A caller that stops waiting does not stop the commit, which harms nobody.
        """
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(keys, purge, stored))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all())
        await stored

    async def _commit_all(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                await self._commit(group)
        finally:
            self._committing = None

    async def _commit(self, group: list[_Waiting]) -> None:
        keys = frozenset().union(*(delivery.keys for delivery in group))
        purge = frozenset().union(*(delivery.purge for delivery in group))
        try:
            await asyncio.to_thread(self._write, keys, purge)
        except Exception as error:  # noqa: BLE001 - whatever it was, each delivery has to hear it
            for delivery in group:
                if not delivery.stored.done():
                    delivery.stored.set_exception(error)
            return
        for delivery in group:
            if not delivery.stored.done():
                delivery.stored.set_result(None)
        self._wake()

    def _write(self, keys: frozenset[ObjectKey], purge: frozenset[ObjectKey]) -> None:
        now = self._clock.now()
        self._ledger.mark(keys, Priority.LIVE, now)
        if purge:
            self._ledger.purge(purge, now)
