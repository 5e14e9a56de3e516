"""Who is at work on a database, and that a SQLite file serves one machine."""

from __future__ import annotations

import pytest

from app.ports import Terminal

from .samples import NOW, later


def names(ledger, at):
    """Who lives."""
    return [each.name for each in ledger.presence.alive(at)]


def test_who_was_heard_is_alive(ledger):
    """A process lives for a minute after each beat, and no longer when it says that it leaves."""
    ledger.presence.beat("here-1", "here", NOW)
    ledger.presence.beat("here-2", "here", later(50))
    assert names(ledger, later(55)) == ["here-1", "here-2"]
    assert names(ledger, later(65)) == ["here-2"]
    ledger.presence.leave("here-2")
    assert names(ledger, later(65)) == []


def test_rows_of_the_dead_go_away(ledger):
    """After a day nobody remembers a process that was killed."""
    ledger.presence.beat("here-1", "here", NOW)
    ledger.presence.beat("here-2", "here", later(86_401))
    assert names(ledger, NOW) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_second_machine_is_refused_a_sqlite_file(ledger):
    """It is told who works on the file and what to do; when that one is gone it may."""
    ledger.presence.beat("one-1", "one", NOW)
    with pytest.raises(Terminal, match=r"one works on this file .* PostgreSQL"):
        ledger.presence.beat("two-1", "two", later(30))
    ledger.presence.beat("one-2", "one", later(30))
    ledger.presence.beat("two-1", "two", later(120))


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_machines_share_postgresql(ledger):
    """There any number may work."""
    ledger.presence.beat("one-1", "one", NOW)
    ledger.presence.beat("two-1", "two", NOW)
    assert names(ledger, NOW) == ["one-1", "two-1"]
