"""Hears on PostgreSQL that another process marked something, so that nobody has to poll for it.

A mark notifies with its commit; a listener holds one connection and one thread. What is said while
it is deaf (before it listens, or while the server is away) is made up for by waking once as soon as
it hears again. Losing a notification costs a moment and never a mark: workers look by themselves
now and then all the same.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any, cast

import psycopg
import structlog
from sqlalchemy import Engine, exc, text

from app.ports import Wake

CHANNEL = "dealgate_marks"
CHECK_SECONDS = 5.0
"""How often a silent connection is asked whether it is still there."""
RECONNECT_SECONDS = 1.0
STOP_SECONDS = 2 * CHECK_SECONDS

NOTIFY = text(f"SELECT pg_notify('{CHANNEL}', '')")

log = structlog.get_logger(__name__)


class Listener:
    """A thread that calls `wake` after each mark of any process."""

    def __init__(self, engine: Engine, wake: Wake) -> None:
        self._engine = engine
        self._wake = wake
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ledger-listener", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a notification of our own ends its waiting."""
        self._stopping.set()
        with suppress(exc.SQLAlchemyError), self._engine.begin() as connection:
            connection.execute(NOTIFY)
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except (psycopg.Error, exc.SQLAlchemyError) as error:
                log.info("listener_deaf", error=type(error).__name__)
                self._stopping.wait(RECONNECT_SECONDS)

    def _listen(self) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"LISTEN {CHANNEL}")
            driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
            self._wake()
            while not self._stopping.is_set():
                for _ in driver.notifies(timeout=CHECK_SECONDS, stop_after=1):
                    self._wake()
                connection.exec_driver_sql("SELECT 1")
            connection.exec_driver_sql(f"UNLISTEN {CHANNEL}")
