"""What people asked for is done once, however often it takes, and never lost."""

from __future__ import annotations

import pytest

from app.controller.backoff import Backoff
from app.controller.errands import MAX_ATTEMPTS, ErrandRunner
from app.domain.deal import DealId
from app.ledger import open_ledger
from app.ports import Retryable, Terminal
from tests.loop.fakes import ManualClock


class Doer:
    """Does what it is told, and fails first as often as it should."""

    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.done: list[tuple[str, str]] = []
        self.given_up: list[str] = []

    def work(self, key: str, body: str) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.done.append((key, body))

    def give_up(self, body: str, why: str) -> None:
        self.given_up.append(f"{body}: {why}")


class Office:
    """A book, a doer, a runner, and a switch that pauses it."""

    def __init__(self, url: str) -> None:
        self.ledger, self.clock, self.doer = open_ledger(url), ManualClock(), Doer()
        self.is_paused = False
        self.runner = ErrandRunner(
            book=self.ledger.errands,
            doer=self.doer,
            clock=self.clock,
            backoff=Backoff(base_seconds=1, cap_seconds=60, chance=lambda: 1.0),
            paused=lambda: self.is_paused,
        )

    def ask(self, key: str = "k", body: str = "words") -> bool:
        return self.ledger.errands.take(key, body, self.clock.now())


@pytest.fixture
def office(database_url):
    """On SQLite and on PostgreSQL alike."""
    made = Office(database_url)
    yield made
    made.ledger.close()


def test_a_request_is_taken_and_done_once(office):
    """The same key again is known, before and after it was done."""
    assert office.ask()
    assert not office.ask()
    assert office.runner.turn() == 1
    assert not office.ask()
    assert office.runner.turn() == 0
    assert office.doer.done == [("k", "words")]


def test_what_was_said_is_forgotten_when_it_is_done(office):
    """The key stays, the person's words go."""
    office.ask()
    office.runner.turn()
    with office.ledger.errands._database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT key, body FROM errands").all()
    assert rows == [("k", "")]


def test_passing_trouble_is_tried_again(office):
    """HubSpot being away delays a note and does not lose it."""
    office.ask()
    office.doer.failures = [Retryable("away"), Retryable("away", after_seconds=30)]
    for _ in range(3):
        office.runner.turn()
        office.clock.advance(30)
    assert office.doer.done == [("k", "words")]


@pytest.mark.parametrize("error", [Terminal("no such deal"), ZeroDivisionError()])
def test_what_cannot_be_done_is_said_and_holds_up_no_other(office, error):
    """The person hears of it, and the next request is done."""
    office.ask("first")
    office.doer.failures = [error]
    office.runner.turn()
    office.ask("second")
    office.runner.turn()
    assert len(office.doer.given_up) == 1
    assert [key for key, _ in office.doer.done] == ["second"]


def test_trouble_that_does_not_pass_is_given_up(office):
    """After an hour or so somebody has to be told."""
    office.ask()
    office.doer.failures = [Retryable("away")] * MAX_ATTEMPTS
    for _ in range(MAX_ATTEMPTS):
        office.runner.turn()
        office.clock.advance(120)
    assert office.doer.given_up == ["words: away"]
    assert office.ledger.errands.next_due() is None


def test_a_request_of_a_dead_process_comes_back(office):
    """Who took it and died holds it for a minute and no longer."""
    office.ask()
    assert len(office.ledger.errands.due(office.clock.now(), 10)) == 1
    assert office.runner.turn() == 0
    office.clock.advance(61)
    assert office.runner.turn() == 1


def test_nothing_is_done_while_writes_are_paused(office):
    """A request waits for the operator."""
    office.ask()
    office.is_paused = True
    assert office.runner.turn() == 0
    office.is_paused = False
    assert office.runner.turn() == 1


def test_snoozing_is_for_one_person_one_deal_and_a_while(office):
    """Nobody else is spared, and nothing for ever."""
    errands, now = office.ledger.errands, office.clock.now()
    office.clock.advance(60)
    errands.snooze(DealId("1"), "U1", office.clock.now())
    assert errands.snoozed(DealId("1"), "U1", now)
    assert not errands.snoozed(DealId("2"), "U1", now)
    assert not errands.snoozed(DealId("1"), "U2", now)
    assert not errands.snoozed(DealId("1"), "U1", office.clock.now())
