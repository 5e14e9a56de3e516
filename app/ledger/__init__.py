"""Durable state: which keys are dirty, what was judged, and what the channel was told.

`open_ledger` is the door. The database is the engine: one table of marks with leases does the work
of a queue, so nothing has to be installed beside SQLite, and PostgreSQL serves many machines.
"""

from __future__ import annotations

from datetime import timedelta

from app.ledger.database import Database
from app.ledger.ledger import SqlLedger
from app.ledger.marking import Pace
from app.ledger.schema import migrate

DEFAULT_MERGE_SECONDS = 1.0
DEFAULT_MAX_WAIT_SECONDS = 10.0
DEFAULT_LEASE_SECONDS = 30.0

__all__ = ["SqlLedger", "open_ledger"]


def open_ledger(
    url: str,
    *,
    merge_seconds: float = DEFAULT_MERGE_SECONDS,
    max_wait_seconds: float = DEFAULT_MAX_WAIT_SECONDS,
    lease_seconds: float = DEFAULT_LEASE_SECONDS,
) -> SqlLedger:
    """The ledger at `url` (`sqlite:///FILE` or `postgresql://…`), its schema made or upgraded.

    A key looked at less than `merge_seconds` ago waits for the rest of that time, at most
    `max_wait_seconds` after its first mark; a claim that nobody renews lapses after
    `lease_seconds`. Raises Retryable when the database is busy or away, Terminal when it is
    unusable or newer than this program.
    """
    database = Database(url)
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    pace = Pace(
        merge=timedelta(seconds=merge_seconds),
        max_wait=timedelta(seconds=max_wait_seconds),
        lease=timedelta(seconds=lease_seconds),
    )
    return SqlLedger(database, pace)
