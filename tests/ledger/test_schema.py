"""Migrations at start-up, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import threading

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from app.domain.deal import DealId
from app.ledger import open_ledger
from app.ledger.codec import card_to_text
from app.ledger.database import Database
from app.ledger.schema import _config
from app.ledger.tables import metadata
from app.ports import MAIN_CHANNEL, MessageRef, Priority, Terminal

from .samples import NOW, blocked, cleared, deal, record


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request, sqlite_url):
    """A database with nothing in it at all."""
    if request.param == "sqlite":
        yield sqlite_url
        return
    server = request.getfixturevalue("postgres_server")
    name = server.new_database()
    yield server.url(name)
    server.drop(name)


def test_the_schema_is_what_the_queries_expect(empty_url):
    """The migrations and the table descriptions agree in every column and index."""
    open_ledger(empty_url).close()
    database = Database(empty_url)
    with database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    database.close()
    assert differences == []


def test_opening_again_keeps_everything(empty_url):
    """A restart migrates nothing and forgets nothing."""
    first = open_ledger(empty_url)
    first.mark([deal(1)], Priority.LIVE, NOW)
    first.close()
    second = open_ledger(empty_url)
    assert second.backlog().marks == 1
    second.close()


def test_many_starts_at_once(empty_url):
    """Processes that start together on an empty database migrate it once."""
    failures = []

    def start():
        try:
            open_ledger(empty_url).close()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test names it
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def test_a_newer_schema_is_refused(empty_url):
    """An older program says which database is newer and what to do, and changes nothing."""
    open_ledger(empty_url).close()
    database = Database(empty_url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Terminal, match=r"newer Dealgate \(schema 9999\)"):
        open_ledger(empty_url)
    with database.reading() as connection:
        assert (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
        )
    database.close()


def test_messages_of_the_old_schema_go_on(empty_url):
    """A message that was posted before alerts had recipients is the main channel's afterwards."""
    database = Database(empty_url)
    with database.writing() as connection:
        command.upgrade(_config(connection), "0003")
        shown = card_to_text(blocked())
        connection.execute(
            text(
                "INSERT INTO alerts (deal_id, wish, version, due_at, shown_card, shown_version,"
                " channel, ts, attempts) VALUES ('1', :card, 1, NULL, :card, 1, 'C1', '1.1', 0)"
            ),
            {"card": shown},
        )
    database.close()
    ledger = open_ledger(empty_url)
    assert ledger.alerts.open_cards(DealId("1")) == {MAIN_CHANNEL: blocked()}
    ledger.record([record("1", alert=cleared(at=NOW))], NOW)
    (alert,) = ledger.alerts.due(NOW, 1)
    assert alert.shown == MessageRef("C1", "1.1")
    ledger.close()
