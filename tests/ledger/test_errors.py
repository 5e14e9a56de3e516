"""Databases that are busy, away or broken: one of the two words, and what to do."""

from __future__ import annotations

import sqlite3
import stat
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, exc

from app.ledger import SqlLedger, open_ledger
from app.ledger.database import Database
from app.ledger.errors import translate
from app.ledger.marking import Pace
from app.ports import Priority, Retryable, Terminal

from .samples import NOW, deal

LIVE = Priority.LIVE


def file_of(url):
    """The path in a SQLite URL."""
    return Path(url.removeprefix("sqlite:///"))


def impatient(url):
    """A ledger that waits for a lock for a moment only."""
    open_ledger(url).close()
    pace = Pace(merge=timedelta(), max_wait=timedelta(), lease=timedelta(seconds=30))
    return SqlLedger(Database(url, lock_timeout_seconds=0.05), pace)


class TestAddresses:
    @pytest.mark.parametrize(
        ("url", "word"),
        [
            ("", "not a URL"),
            ("ledger.sqlite", "not a URL"),
            ("mysql://root:secret@db/ledger", "allowed are sqlite and postgresql"),
            ("sqlite://", "names no plain file"),
            ("sqlite:///:memory:", "names no plain file"),
            ("sqlite:///file:ledger.sqlite?mode=memory&uri=true", "names no plain file"),
        ],
    )
    def test_an_address_that_cannot_hold_a_ledger(self, url, word):
        """A wrong DATABASE_URL is one clear line that gives nothing away."""
        with pytest.raises(Terminal, match=word) as caught:
            open_ledger(url)
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
    def test_every_spelling_of_postgresql(self, scheme):
        """What hosting companies print works as it is, with the password masked in messages."""
        database = Database(f"{scheme}://user:secret@db.example.com/ledger")
        assert database.place == "postgresql+psycopg://user:***@db.example.com/ledger"
        database.close()


class TestSqlite:
    def test_the_file_is_the_owners_alone(self, tmp_path):
        """The ledger quotes notes: nobody else on the machine reads it. Folders are made."""
        path = tmp_path / "var" / "ledger.sqlite"
        open_ledger(f"sqlite:///{path}").close()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_it_survives_a_power_cut(self, sqlite_url):
        """Every connection writes ahead and waits for the disk."""
        ledger = open_ledger(sqlite_url)
        with ledger._database.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        ledger.close()

    def test_another_program_holds_it(self, sqlite_url):
        """A locked file is worth another try, and the mark is stored once the lock is gone."""
        ledger = impatient(sqlite_url)
        with closing(sqlite3.connect(file_of(sqlite_url))) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Retryable, match="another process holds"):
                ledger.mark([deal(1)], LIVE, NOW)
            assert ledger.backlog().marks == 0
        ledger.mark([deal(1)], LIVE, NOW)
        assert ledger.backlog().marks == 1
        ledger.close()

    def test_writers_of_one_process_queue(self, sqlite_url):
        """A writer that waits too long for its own process is told to try again."""
        ledger = impatient(sqlite_url)
        answers = []

        def write():
            try:
                ledger.mark([deal(1)], LIVE, NOW)
            except Retryable as error:
                answers.append(str(error))

        with ledger._database.writing():
            thread = threading.Thread(target=write)
            thread.start()
            thread.join(10)
        assert len(answers) == 1
        ledger.close()

    def test_not_a_database(self, sqlite_url):
        """A file of something else is named and left as it is."""
        file_of(sqlite_url).write_text("Dear diary, " * 100)
        with pytest.raises(Terminal, match=r"ledger\.sqlite: the file is not a SQLite database"):
            open_ledger(sqlite_url)
        assert file_of(sqlite_url).read_text().startswith("Dear diary")

    def test_a_damaged_file(self, sqlite_url):
        """Damage is found, named, and comes with a way out."""
        ledger = open_ledger(sqlite_url)
        ledger.mark(map(deal, range(2000)), LIVE, NOW)
        ledger.close()
        path = file_of(sqlite_url)
        content = path.read_bytes()
        path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
        with pytest.raises(Terminal, match=r"damaged; .*restore a backup"):
            open_ledger(sqlite_url).claim("w", NOW, 10)

    def test_a_full_disk(self, sqlite_url):
        """What does not fit is not half stored, and says so; with room again it goes on."""
        ledger = open_ledger(sqlite_url)
        engine = ledger._database._engine
        engine.dispose()

        def shrink(connection, _):
            connection.execute("PRAGMA max_page_count = 150")

        event.listen(engine, "connect", shrink)
        with pytest.raises(Terminal, match="the disk is full"):
            ledger.mark(map(deal, range(5000)), LIVE, NOW)
        stored = ledger.backlog().marks
        assert stored % 500 == 0 < stored < 5000
        event.remove(engine, "connect", shrink)
        engine.dispose()
        ledger.mark(map(deal, range(5000)), LIVE, NOW)
        assert ledger.backlog().marks == 5000
        ledger.close()

    def test_a_read_only_file(self, sqlite_url):
        """A ledger that may not write says so, and what to give it."""
        ledger = open_ledger(sqlite_url)
        with ledger._database.reading() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(Terminal, match="read-only; give this user write permission"):
            ledger.mark([deal(1)], LIVE, NOW)
        ledger.close()

    def test_a_folder_that_cannot_be(self, tmp_path):
        """A file in the place of the folder is one clear line."""
        (tmp_path / "var").write_text("")
        with pytest.raises(Terminal, match="choose a writable folder"):
            open_ledger(f"sqlite:///{tmp_path}/var/ledger.sqlite")


class TestPostgres:
    def test_the_server_went_away_and_came_back(self, postgres_server, postgres_url):
        """A restart costs nothing that was stored, and the ledger goes on by itself."""
        ledger = open_ledger(postgres_url)
        ledger.mark([deal(1)], LIVE, NOW)
        postgres_server.stop()
        try:
            with pytest.raises(Retryable, match="no connection"):
                ledger.mark([deal(2)], LIVE, NOW)
        finally:
            postgres_server.start()
        ledger.mark([deal(3)], LIVE, NOW)
        assert {claim.key for claim in ledger.claim("w", NOW, 10)} == {deal(1), deal(3)}
        ledger.close()

    def test_a_connection_lost_in_mid_transaction(self, postgres_server, postgres_url):
        """What was not committed is not there, the caller hears of it, and the next try works."""
        ledger = open_ledger(postgres_url)

        def lose_it():
            with ledger._database.writing() as connection:
                connection.exec_driver_sql("INSERT INTO facts VALUES ('a', 'b')")
                postgres_server.disconnect_all()
                connection.exec_driver_sql("INSERT INTO facts VALUES ('c', 'd')")

        with pytest.raises(Retryable):
            lose_it()
        assert ledger.get_fact("a") is None
        ledger.set_fact("a", "again")
        assert ledger.get_fact("a") == "again"
        ledger.close()

    def test_another_holds_the_row(self, postgres_url):
        """A row that stays locked is worth another try."""
        ledger = impatient(postgres_url)
        ledger.mark([deal(1)], Priority.SWEEP, NOW)
        with ledger._database.writing() as connection:
            connection.exec_driver_sql("SELECT * FROM marks FOR UPDATE")
            with pytest.raises(Retryable, match="55P03"):
                ledger.mark([deal(1)], LIVE, NOW)
        ledger.close()

    def test_no_such_database(self, postgres_server):
        """A database that does not exist is said to be missing, not busy."""
        with pytest.raises(Terminal, match="does not exist; create it"):
            open_ledger(postgres_server.url("nowhere"))

    def test_no_such_user(self, postgres_server):
        """An unknown user is for a person to mend."""
        url = postgres_server.url("postgres").replace("dealgate@", "stranger:secret@")
        with pytest.raises(Terminal, match="refused the user or the password") as caught:
            open_ledger(url)
        assert "secret" not in str(caught.value)

    def test_read_only(self, postgres_url):
        """A standby is named as such."""
        ledger = open_ledger(postgres_url + "&options=-c%20default_transaction_read_only%3Don")
        with pytest.raises(Terminal, match="read-only"):
            ledger.mark([deal(1)], LIVE, NOW)
        ledger.close()

    def test_the_tables_are_missing(self, postgres_url):
        """A schema that was changed behind our back is not taken for bad weather."""
        ledger = open_ledger(postgres_url)
        with ledger._database.writing() as connection:
            connection.exec_driver_sql("DROP TABLE marks")
        with pytest.raises(Terminal, match="42P01"):
            ledger.mark([deal(1)], LIVE, NOW)
        ledger.close()

    @pytest.mark.parametrize(
        "sentence",
        [
            "the database system is starting up",
            "the database system is shutting down",
            "sorry, too many clients already",
            "remaining connection slots are reserved for roles with the SUPERUSER attribute",
        ],
    )
    def test_a_server_that_needs_a_moment(self, sentence):
        """What a server says while it starts, stops or is full is not taken for a wrong setting."""
        refusal = psycopg.OperationalError(f"connection failed: FATAL:  {sentence}")
        error = exc.OperationalError(None, None, refusal)
        assert isinstance(translate(error, "postgresql://db"), Retryable)

    def test_nobody_listens(self, tmp_path):
        """A server that is not up yet is worth waiting for."""
        with pytest.raises(Retryable, match="no connection"):
            open_ledger(f"postgresql://dealgate@/ledger?host={tmp_path}")


def _every_error():
    found, waiting = [], [exc.SQLAlchemyError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return sorted(set(found), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", _every_error(), ids=lambda kind: kind.__name__)
def test_the_translation_is_total(kind):
    """Whatever SQLAlchemy raises becomes one of the two words and names the database."""
    failure = translate(kind.__new__(kind), "sqlite:///ledger")
    assert isinstance(failure, Retryable | Terminal)
    assert "sqlite:///ledger" in str(failure)
