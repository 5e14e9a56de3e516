"""A copy of the SQLite database while it is in use, complete and checked.

SQLite's own online backup takes a consistent copy beside running writers; copying the file would
not. PostgreSQL has tools of its own for this, so that for it there is only a word of advice. An
existing file is never written over.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from app.ports import Terminal

PAGES_AT_ONCE: Final = 512
"""Between portions of this many pages writers get their turn."""
PAUSE_SECONDS: Final = 0.01


def back_up(database_url: str, to: Path) -> int:
    """Copy the database to a new file for its owner alone; answers its size in bytes.

    Raises Terminal when it cannot be copied, and then leaves no file behind.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        message = "this is a PostgreSQL database: back it up with pg_dump, restore with pg_restore"
        raise Terminal(message)
    source = Path(url.database or "")
    if not source.is_file():
        message = f"there is no database at {source}: check DATABASE_URL"
        raise Terminal(message)
    try:
        os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        message = f"cannot make {to}: {error.strerror}; name a new file in a writable folder"
        raise Terminal(message) from error
    try:
        _copy(source, to)
    except sqlite3.Error as error:
        to.unlink()
        message = f"{source} could not be copied ({error}); is the disk full?"
        raise Terminal(message) from error
    return to.stat().st_size


def _copy(source: Path, to: Path) -> None:
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(to)) as written:
        read.backup(written, pages=PAGES_AT_ONCE, sleep=PAUSE_SECONDS)
        (verdict,) = written.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        # One plain file: a restored copy must not miss a journal beside it.
        written.execute("PRAGMA journal_mode = DELETE")
