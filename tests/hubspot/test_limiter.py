"""The outbound valve: no faster than HubSpot allows, and a refusal pauses everyone."""

import threading
import time

import pytest

from app.hubspot.limiter import Lane, OutboundLimiter
from app.ports import Retryable


class Stopwatch:
    """A monotonic clock that moves when somebody sleeps."""

    def __init__(self):
        self.now = 100.0
        self.slept = []

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def limiter(watch=None, **options):
    """A limiter on a stopwatch, or on the real clock."""
    times = {} if watch is None else {"monotonic": watch.monotonic, "sleep": watch.sleep}
    return OutboundLimiter(**({"max_wait_seconds": 5.0} | times | options))


def test_a_full_bucket_makes_the_next_one_wait():
    """Searches beyond the allowance leave when the second is over, not before."""
    valve = limiter(searches_per_second=3)
    started = time.monotonic()
    for _ in range(4):
        valve.admit(Lane.SEARCH)
    assert 1.0 <= time.monotonic() - started < 2.0


def test_lanes_have_allowances_of_their_own():
    """Neither searches nor association batches use up the general allowance."""
    valve = limiter(
        requests_per_10_seconds=1,
        associations_per_10_seconds=3,
        searches_per_second=1,
        max_wait_seconds=0.05,
    )
    for lane in (Lane.GENERAL, Lane.SEARCH, *[Lane.ASSOCIATIONS] * 3):
        valve.admit(lane)
    for lane in Lane:
        with pytest.raises(Retryable):
            valve.admit(lane)


def test_a_pause_holds_everyone():
    """One thread's 429 makes each other thread wait for the same instant."""
    watch = Stopwatch()
    valve = limiter(watch)
    valve.pause(None, 2.0)
    for lane in Lane:
        valve.admit(lane)
    assert watch.slept == [2.0]
    assert watch.now == 102.0


def test_a_pause_of_one_lane_leaves_the_others():
    """The search limit is no reason to stop reading deals."""
    watch = Stopwatch()
    valve = limiter(watch)
    valve.pause(Lane.SEARCH, 2.0)
    valve.admit(Lane.GENERAL)
    assert watch.slept == []


def test_a_shorter_pause_does_not_end_a_longer_one():
    """Pauses are instants, and the last one counts."""
    watch = Stopwatch()
    valve = limiter(watch)
    valve.pause(None, 3.0)
    valve.pause(None, 1.0)
    valve.admit(Lane.GENERAL)
    assert watch.now == 103.0


def test_a_long_pause_is_raised_and_not_slept_through():
    """A worker is told when to come back, so that a quota does not hold it up until midnight."""
    watch = Stopwatch()
    valve = limiter(watch)
    valve.pause(None, 600.0)
    with pytest.raises(Retryable) as caught:
        valve.admit(Lane.ASSOCIATIONS)
    assert caught.value.after_seconds == 600.0
    assert watch.slept == []


def test_no_pause_outlasts_a_quarter_of_an_hour():
    """HubSpot may ask for a day; whoever raises the quota need not restart the service."""
    watch = Stopwatch()
    valve = limiter(watch)
    valve.pause(None, 86_400.0)
    watch.now += 901.0
    valve.admit(Lane.GENERAL)


def test_threads_share_one_allowance():
    """However many threads ask at once, the sum stays within the limit."""
    valve = limiter(requests_per_10_seconds=20, max_wait_seconds=0.05)
    admitted = []

    def ask():
        for _ in range(10):
            try:
                valve.admit(Lane.GENERAL)
            except Retryable:
                return
            admitted.append(1)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(admitted) == 20
