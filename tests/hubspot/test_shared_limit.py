"""Several processes keep to one limit: two valves over one PostgreSQL, as two processes have."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.hubspot.limiter import Lane, OutboundLimiter
from app.ledger import open_ledger
from app.ports import Retryable, Terminal


@pytest.fixture
def ledgers(postgres_url):
    """What two processes open."""
    both = [open_ledger(postgres_url) for _ in range(2)]
    yield both
    for ledger in both:
        ledger.close()


def valve(ledger, **limits):
    """The valve of one process."""
    return OutboundLimiter(shared=ledger.shared_calls(), **limits)


def call(one, lane=Lane.GENERAL):
    """A call that takes no time; when it left."""
    with one.turn(lane):
        return time.monotonic()


def test_the_allowance_is_one_for_all(ledgers):
    """Twelve calls of two processes at four a second never leave more than four in a second."""
    valves = [valve(ledger, searches_per_second=4) for ledger in ledgers]
    with ThreadPoolExecutor(6) as pool:
        left = sorted(pool.map(lambda number: call(valves[number % 2], Lane.SEARCH), range(12)))
    assert all(later - earlier >= 0.99 for earlier, later in zip(left, left[4:], strict=False))


def test_what_one_used_the_other_has_not(ledgers):
    """A full window turns the other process away with the time that is left."""
    here, there = (
        valve(ledger, requests_per_10_seconds=3, max_wait_seconds=0.2) for ledger in ledgers
    )
    for _ in range(3):
        call(here)
    with pytest.raises(Retryable, match="leaves no room") as caught:
        call(there)
    assert 9 < caught.value.after_seconds <= 10


def test_a_refusal_pauses_every_process(ledgers):
    """A 429 that one process met slows down the others too, in its lane."""
    here, there = (valve(ledger, max_wait_seconds=0.2) for ledger in ledgers)
    here.pause(Lane.GENERAL, 30)
    with pytest.raises(Retryable):
        call(there)
    call(there, Lane.SEARCH)


def test_a_call_of_a_dead_process_is_forgotten(ledgers):
    """A place that nobody gave back is free when the longest call would be over."""
    shared = ledgers[0].shared_calls()
    shared.enter("general", 1, 10.0)
    assert shared.enter("general", 1, 10.0)[0] is None
    with ledgers[0]._database.writing() as connection:
        connection.exec_driver_sql("UPDATE calls SET left_at = left_at - 60000000")
    assert shared.enter("general", 1, 10.0)[0] is not None


@pytest.mark.parametrize("failure", [Retryable("away"), Terminal("broken")])
def test_without_the_database_each_keeps_to_its_own(failure):
    """A ledger that is away holds up no call; the limit of the process still holds."""

    class Away:
        def enter(self, *_):
            raise failure

        def pause(self, *_):
            raise failure

    lonely = OutboundLimiter(requests_per_10_seconds=1, max_wait_seconds=0.1, shared=Away())
    call(lonely)
    with pytest.raises(Retryable):
        call(lonely)
    lonely.pause(None, 1)


def test_what_hubspot_grants_counts():
    """A limit that is lower than the configured one is kept to; a higher one changes nothing."""
    learning = OutboundLimiter(requests_per_10_seconds=3, max_wait_seconds=0.1)
    learning.learn(190)
    call(learning)
    call(learning)
    learning.learn(2)
    with pytest.raises(Retryable):
        call(learning)


def test_sqlite_has_but_one_process(sqlite_url):
    """There nothing is shared, and nothing costs a round trip."""
    ledger = open_ledger(sqlite_url)
    assert ledger.shared_calls() is None
    ledger.close()
