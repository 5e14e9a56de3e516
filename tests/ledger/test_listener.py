"""Waking workers in other processes: PostgreSQL tells, SQLite cannot."""

from __future__ import annotations

import threading
import time

import pytest

from app.ledger import open_ledger
from app.ports import Priority

from .samples import NOW, deal

SOON_SECONDS = 10


class Bell:
    """Counts its rings and lets a test wait for the next one."""

    def __init__(self):
        self.rings, self.changed = 0, threading.Condition()

    def ring(self):
        """Be a wake."""
        with self.changed:
            self.rings += 1
            self.changed.notify_all()

    def await_more_than(self, rings):
        """Wait until it rang more often than that."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.rings > rings, SOON_SECONDS)


@pytest.fixture
def two(database_url):
    """Two processes' ledgers on one database."""
    ledgers = open_ledger(database_url), open_ledger(database_url)
    yield ledgers
    for ledger in ledgers:
        ledger.close()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_mark_elsewhere_wakes(two):
    """A mark by one process rings in the other, and finds it there; a claim rings nowhere."""
    here, there = two
    bell = Bell()
    there.listen(bell.ring)
    bell.await_more_than(0)
    for number in range(5):
        rings = bell.rings
        here.mark([deal(number)], Priority.LIVE, NOW)
        bell.await_more_than(rings)
        assert there.claim("w", NOW, 1)[0].key == deal(number)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_deaf_while_the_server_is_away(two, postgres_server):
    """After a restart of the server it rings once by itself, for what it may have missed."""
    here, there = two
    bell = Bell()
    there.listen(bell.ring)
    bell.await_more_than(0)
    postgres_server.stop()
    postgres_server.start()
    bell.await_more_than(1)
    rings = bell.rings
    here.mark([deal(1)], Priority.LIVE, NOW)
    bell.await_more_than(rings)


def test_closing_ends_it_at_once(two):
    """A ledger that listens closes without waiting for anything to be said."""
    _, there = two
    there.listen(lambda: None)
    before = time.monotonic()
    there.close()
    assert time.monotonic() - before < 2
    assert not [thread for thread in threading.enumerate() if thread.name == "ledger-listener"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_stays_silent(two):
    """On SQLite listening is allowed and rings for nobody."""
    here, there = two
    bell = Bell()
    there.listen(bell.ring)
    here.mark([deal(1)], Priority.LIVE, NOW)
    assert bell.rings == 0
