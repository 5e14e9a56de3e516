"""Which processes are at work on this database, and that a SQLite file has but one machine.

Each process says every few seconds that it lives. On a file system that machines share SQLite's
locks cannot be relied on, so a process that finds another machine at work on the same file is
refused, with the way out. It decides nothing else: leases are what keeps workers apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from app.ledger.database import Database
from app.ledger.tables import processes
from app.ports import Terminal

SILENT_SECONDS = 60.0
"""Who was not heard for so long is taken for dead."""
KEPT = timedelta(days=1)
"""How long the row of a dead process is kept for whoever looks into what happened."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process that works on the ledger; `name` is unique among all machines."""

    name: str
    host: str
    heard_at: datetime


class Presence:
    """The table of processes. Its methods raise Retryable or Terminal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, name: str, host: str, now: datetime) -> None:
        """Say that this process lives. Raises Terminal on a SQLite file in use elsewhere."""
        with self._database.writing() as connection:
            connection.execute(delete(processes).where(processes.c.heard_at < now - KEPT))
            if not self._database.is_shared:
                self._refuse_other_machines(connection, host, now)
            values = {"host": host, "heard_at": now}
            connection.execute(
                self._database.insert(processes)
                .values(name=name, **values)
                .on_conflict_do_update(index_elements=[processes.c.name], set_=values)
            )

    def leave(self, name: str) -> None:
        """Say that this process ends, so that nobody waits for it."""
        with self._database.writing() as connection:
            connection.execute(delete(processes).where(processes.c.name == name))

    def alive(self, now: datetime) -> Sequence[Process]:
        """Who was heard within SILENT_SECONDS, by name."""
        with self._database.reading() as connection:
            return tuple(each for each in _all(connection) if _is_alive(each, now))

    def _refuse_other_machines(self, connection: Connection, host: str, now: datetime) -> None:
        for each in _all(connection):
            if each.host != host and _is_alive(each, now):
                message = (
                    f"{self._database.place}: {each.host} works on this file (process {each.name});"
                    " SQLite is for one machine: stop that one, or point DATABASE_URL of both at"
                    " PostgreSQL"
                )
                raise Terminal(message)


def _all(connection: Connection) -> Sequence[Process]:
    rows = connection.execute(select(processes).order_by(processes.c.name))
    return [Process(row.name, row.host, row.heard_at) for row in rows]


def _is_alive(process: Process, now: datetime) -> bool:
    return abs((now - process.heard_at).total_seconds()) < SILENT_SECONDS
