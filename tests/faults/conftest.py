from __future__ import annotations

import pytest

from .theatre import Theatre


@pytest.fixture
def on_sqlite(tmp_path, sqlite_url):
    """A portal of which everything is known, and a service on SQLite that is not started yet."""
    theatre = Theatre(tmp_path, sqlite_url)
    yield theatre
    theatre.close()


@pytest.fixture
def on_postgres(tmp_path, postgres_url):
    """The same on PostgreSQL."""
    theatre = Theatre(tmp_path, postgres_url)
    yield theatre
    theatre.close()
