"""Every refusal of the database, as one of the two words of `app.ports`.

Retryable: somebody else holds the lock, the connection was lost, the server is starting or full of
clients. Terminal: the file or the server needs a person: corrupt, read-only, full disk, no
permission, wrong password, wrong schema. The message names the database with its password masked
and never repeats a statement or its values, because those hold quotes from notes.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy import exc

from app.ports import Failure, Retryable, Terminal

_SQLITE_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL", "SQLITE_INTERRUPT")
_SQLITE_REMEDIES = {
    "SQLITE_FULL": "the disk is full; free some space, nothing else is needed",
    "SQLITE_READONLY": "the file or its folder is read-only; give this user write permission",
    "SQLITE_PERM": "this user may not open the file; give it read and write permission",
    "SQLITE_AUTH": "this user may not open the file; give it read and write permission",
    "SQLITE_CANTOPEN": "the file cannot be opened; check that its folder exists and is writable",
    "SQLITE_CORRUPT": "the file is damaged; stop the service and restore a backup, or move the"
    " file away to start afresh and run `dealgate sync --full`",
    "SQLITE_NOTADB": "the file is not a SQLite database; point DATABASE_URL at another file",
    "SQLITE_IOERR": "the disk refused to read or write; check the disk and its file system",
}
"""By error name; an extended name such as SQLITE_READONLY_DBMOVED begins with its family's."""

_POSTGRES_REMEDIES = {
    "53100": "the server's disk is full; free some space there",
    "25006": "the server is read-only (a standby?); point DATABASE_URL at the primary",
    "28": "the server refused the user or the password in DATABASE_URL",
    "3D000": "that database does not exist; create it or correct DATABASE_URL",
    "42501": "the user may not do that; grant it CREATE and USAGE on the schema",
    "42": "the schema is not what this version expects; restart the service to migrate it",
    "XX": "the server reports damage; see its log and restore a backup",
}
_POSTGRES_PASSING = ("08", "40", "53", "55", "57", "58")
"""SQLSTATE classes that pass by themselves: connection, rollback, resources, locks, operator."""

_CONNECT_REMEDIES = {
    "password authentication failed": _POSTGRES_REMEDIES["28"],
    "no pg_hba.conf entry": _POSTGRES_REMEDIES["28"],
    'role "': _POSTGRES_REMEDIES["28"],
    'database "': _POSTGRES_REMEDIES["3D000"],
}
"""A refusal while connecting carries no SQLSTATE in psycopg, only the server's sentence.

Not among them: `the database system is starting up`, `too many clients already`. Those pass.
"""


def translate(error: exc.SQLAlchemyError, place: str) -> Failure:
    """The Failure that `error` means; `place` names the database without its password."""
    if isinstance(error, exc.TimeoutError):
        return Retryable(f"{place}: all database connections are in use; trying again")
    original = error.orig if isinstance(error, exc.StatementError) else None
    if isinstance(original, ValueError):
        return Terminal(f"{place}: a value cannot be stored: {original}")
    if isinstance(original, sqlite3.Error):
        return _from_sqlite(original, place)
    if original is not None and type(original).__module__.startswith("psycopg"):
        return _from_postgres(original, place)
    return Terminal(f"{place}: unexpected database error {type(error).__name__}; see the log")


def _from_sqlite(error: sqlite3.Error, place: str) -> Failure:
    name = getattr(error, "sqlite_errorname", None) or "SQLITE_ERROR"
    if name.startswith(_SQLITE_BUSY):
        return Retryable(f"{place}: another process holds the database ({name}); trying again")
    for family, remedy in _SQLITE_REMEDIES.items():
        if name.startswith(family):
            return Terminal(f"{place}: {remedy} ({name})")
    return Terminal(f"{place}: SQLite refused ({name}: {_first_line(error)}); is the file ours?")


def _from_postgres(error: BaseException, place: str) -> Failure:
    sentence = _first_line(error)
    state: str | None = getattr(error, "sqlstate", None)
    if state is None:
        for token, remedy in _CONNECT_REMEDIES.items():
            if "FATAL" in sentence and token in sentence:
                return Terminal(f"{place}: {remedy} ({sentence})")
        return Retryable(f"{place}: no connection to the database ({sentence}); trying again")
    for prefix, remedy in _POSTGRES_REMEDIES.items():
        if state.startswith(prefix):
            return Terminal(f"{place}: {remedy} (SQLSTATE {state})")
    if state.startswith(_POSTGRES_PASSING):
        return Retryable(f"{place}: the database is busy or away (SQLSTATE {state}); trying again")
    return Terminal(f"{place}: PostgreSQL refused (SQLSTATE {state}); see the server's log")


def _first_line(error: BaseException) -> str:
    """What the driver says, without the DETAIL lines that may quote a row."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
