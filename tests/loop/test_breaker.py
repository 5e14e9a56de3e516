from __future__ import annotations

import pytest

from app.controller.backoff import Backoff
from app.controller.breaker import Breaker
from tests.loop.fakes import START, ManualClock

MOST = 100


@pytest.fixture
def clock():
    """Time that stands still until it is moved."""
    return ManualClock(START)


@pytest.fixture
def breaker():
    """Pauses of 1, 2, 4 … 60 seconds."""
    return Breaker(Backoff(1, 60, lambda: 1.0))


def test_closed_lets_everything_in(breaker, clock):
    """A service that works is not held back."""
    assert breaker.room(clock.now(), MOST) == breaker.room(clock.now(), MOST) == MOST
    breaker.succeeded(clock.now())
    assert breaker.room(clock.now(), MOST) == MOST


def test_threads_that_fail_together_lengthen_the_pause_once(breaker, clock):
    """The wait grows with failures in a row, not with the number of threads."""
    for _ in range(10):
        breaker.trip(clock.now())
    assert breaker.wait_seconds(clock.now()) == 1
    clock.advance(1)
    breaker.trip(clock.now())
    assert breaker.wait_seconds(clock.now()) == 2


def test_open_lets_nothing_in(breaker, clock):
    """During the pause nobody asks."""
    until = breaker.trip(clock.now(), after_seconds=30)
    clock.advance(29)
    assert breaker.room(clock.now(), MOST) == 0
    clock.advance(1)
    assert (clock.now(), breaker.room(clock.now(), MOST)) == (until, 1)


def test_half_open_lets_one_in_at_a_time(breaker, clock):
    """One caller tries one item; the others wait for how it goes, or for their turn."""
    breaker.trip(clock.now())
    clock.advance(1)
    assert [breaker.room(clock.now(), MOST) for _ in range(3)] == [1, 0, 0]
    breaker.unused()
    assert breaker.room(clock.now(), MOST) == 1


def test_recovery_is_gradual(breaker, clock):
    """Each success lets in four times as much, until everything is let in."""
    breaker.trip(clock.now())
    clock.advance(1)
    rooms = []
    for _ in range(5):
        rooms.append(breaker.room(clock.now(), MOST))
        breaker.succeeded(clock.now())
    assert rooms == [1, 4, 16, 64, MOST]


def test_a_failure_on_the_way_back_starts_over(breaker, clock):
    """Who falls over again while coming back gets a longer pause, and one item again."""
    breaker.trip(clock.now())
    clock.advance(1)
    breaker.room(clock.now(), MOST)
    breaker.succeeded(clock.now())
    breaker.trip(clock.now())
    assert breaker.wait_seconds(clock.now()) == 2
    clock.advance(2)
    assert breaker.room(clock.now(), MOST) == 1


def test_an_answer_to_an_older_question_closes_nothing(breaker, clock):
    """A slow success that began before the failure does not end the pause."""
    breaker.trip(clock.now())
    breaker.succeeded(clock.now())
    clock.advance(1)
    assert breaker.room(clock.now(), MOST) == 1


def test_a_longer_wait_that_is_asked_for_counts(breaker, clock):
    """Of two failures in one pause the one that asks for more wins."""
    breaker.trip(clock.now(), after_seconds=5)
    breaker.trip(clock.now(), after_seconds=20)
    breaker.trip(clock.now(), after_seconds=10)
    assert breaker.wait_seconds(clock.now()) == 20


@pytest.mark.parametrize("jump_seconds", [-3600, 3600])
def test_a_clock_that_jumps_lengthens_no_pause(breaker, clock, jump_seconds):
    """Set back or forward by an hour, the pause is at most what it was."""
    breaker.trip(clock.now(), after_seconds=10)
    clock.advance(jump_seconds)
    assert breaker.wait_seconds(clock.now()) <= 10
    clock.advance(10)
    assert breaker.room(clock.now(), MOST) == 1
