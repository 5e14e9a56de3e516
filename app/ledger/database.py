"""The two databases behind one face: everything that SQLite and PostgreSQL do differently.

SQLite runs in WAL mode with `synchronous=FULL`, so that a committed mark survives a power cut.
Its writers begin with BEGIN IMMEDIATE (a deferred transaction that turns writer half way can only
fail), and the writers of one process queue on a lock first, because SQLite's own waiting is
polling and unfair. PostgreSQL does with row locks what SQLite does with its one writer; the
`FOR UPDATE` clauses in the queries mean nothing to SQLite and are left out for it by SQLAlchemy.

Nothing else in the ledger asks which database it is on.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    column,
    create_engine,
    event,
    exc,
    func,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

from app.ledger.errors import translate
from app.ledger.listener import NOTIFY, Listener
from app.ports import Retryable, Terminal, Wake

LOCK_TIMEOUT_SECONDS = 3.0
"""How long a writer waits for another; under the 5 s that HubSpot gives a delivery."""
STATEMENT_TIMEOUT_SECONDS = 30.0
CONNECT_TIMEOUT_SECONDS = 4
MAX_CONNECTIONS = 20
MIGRATION_LOCK = 7_316_402
"""The advisory lock under which one process at a time migrates a PostgreSQL database."""

_WRITES = "dealgate_writes"

Insert = sqlite.Insert | postgresql.Insert


class Database:
    """An engine with its two kinds of transaction: `reading()` and `writing()`."""

    def __init__(self, url: str, *, lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS) -> None:
        """Open nothing yet. Raises Terminal for an address that cannot hold a ledger."""
        self._lock_timeout_seconds = lock_timeout_seconds
        self._url = _readable(url)
        self.place = self._url.render_as_string(hide_password=True)
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        self._queue: threading.Lock | None = threading.Lock() if self._is_sqlite else None
        if self._is_sqlite:
            _prepare_file(self._url, self.place)
        self._engine = create_engine(
            self._url,
            connect_args={} if self._is_sqlite else self._postgres_arguments(),
            pool_size=MAX_CONNECTIONS,
            max_overflow=0,
            pool_timeout=lock_timeout_seconds,
            pool_pre_ping=not self._is_sqlite,
            hide_parameters=True,
        )
        self._writer = self._engine.execution_options(**{_WRITES: True})
        if self._is_sqlite:
            event.listen(self._engine, "connect", self._configure_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)

    @property
    def is_shared(self) -> bool:
        """Whether several processes and machines may work on it."""
        return not self._is_sqlite

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent look at the data. Raises Retryable or Terminal."""
        with self._translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: committed and durable when left normally, undone otherwise.

        Raises Retryable or Terminal.
        """
        with self._turn(), self._translated(), self._writer.begin() as connection:
            yield connection

    def insert(self, table: Table) -> Insert:
        """An INSERT that knows ON CONFLICT, which both databases spell alike."""
        return sqlite.insert(table) if self._is_sqlite else postgresql.insert(table)

    def least(self, *values: ColumnElement[Any]) -> ColumnElement[Any]:
        """The smallest of several values in one row."""
        return func.min(*values) if self._is_sqlite else func.least(*values)

    def list_rows(self, name: str) -> TableValuedAlias:
        """The strings of the parameter `name`, as rows of a table with one column `value`.

        The parameter is a JSON array on both databases: PostgreSQL's own arrays cost the driver
        three times as much as everything else about marking.
        """
        if self._is_sqlite:
            return func.json_each(bindparam(name, type_=Text)).table_valued("value")
        listed = func.json_array_elements_text(cast(bindparam(name, type_=Text), postgresql.JSON))
        return listed.table_valued(column("value", Text)).render_derived()

    def announce_marks(self, connection: Connection) -> None:
        """Let the listeners of other processes hear of a mark when it is committed."""
        if not self._is_sqlite:
            connection.execute(NOTIFY)

    def listen(self, wake: Wake) -> Listener | None:
        """Call `wake` after each mark; None on SQLite, which has nothing to hear by."""
        return None if self._is_sqlite else Listener(self._engine, wake)

    def lock_schema(self, connection: Connection) -> None:
        """Let one process migrate at a time; a SQLite writer is alone already."""
        if not self._is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": MIGRATION_LOCK})

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    def _turn(self) -> AbstractContextManager[object]:
        return nullcontext() if self._queue is None else self._wait_in(self._queue)

    @contextmanager
    def _wait_in(self, queue: threading.Lock) -> Iterator[None]:
        if not queue.acquire(timeout=self._lock_timeout_seconds):
            message = f"{self.place}: other writers are ahead; trying again"
            raise Retryable(message)
        try:
            yield
        finally:
            queue.release()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except exc.SQLAlchemyError as error:
            raise translate(error, self.place) from error

    def _postgres_arguments(self) -> dict[str, object]:
        """What every connection gets; `options` of the URL are kept and win."""
        theirs = self._url.query.get("options", "")
        lock = int(self._lock_timeout_seconds * 1000)
        statement = int(STATEMENT_TIMEOUT_SECONDS * 1000)
        return {
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "application_name": "dealgate",
            "options": f"-c lock_timeout={lock} -c statement_timeout={statement} {theirs}",
        }

    def _configure_sqlite(self, connection: Any, record: object) -> None:
        """Set up a new connection; the driver must not open transactions of its own."""
        del record
        connection.isolation_level = None
        cursor = connection.cursor()
        try:
            cursor.execute(f"PRAGMA busy_timeout = {int(self._lock_timeout_seconds * 1000)}")
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = FULL")
        finally:
            cursor.close()


def _readable(text_url: str) -> URL:
    """The URL with its driver; `postgres://` and `postgresql://` both mean psycopg 3."""
    try:
        url = make_url(text_url)
    except exc.ArgumentError:
        message = "DATABASE_URL is not a URL; use sqlite:///FILE or postgresql://USER:PW@HOST/NAME"
        raise Terminal(message) from None
    backend = url.get_backend_name()
    if backend in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        message = f"DATABASE_URL names {backend!r}; allowed are sqlite and postgresql"
        raise Terminal(message)
    if not url.database or url.database.startswith((":memory:", "file:")):
        message = "DATABASE_URL names no plain file to outlive the process; use sqlite:///FILE"
        raise Terminal(message)
    return url.set(drivername="sqlite+pysqlite")


def _prepare_file(url: URL, place: str) -> None:
    """Make the file for its owner alone: it holds quotes from notes."""
    path = Path(url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        message = f"{place}: cannot make the file ({error.strerror}); choose a writable folder"
        raise Terminal(message) from error


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
