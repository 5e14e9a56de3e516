"""The outbound valve: no faster than HubSpot allows, and a refusal pauses everyone."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.hubspot.limiter import Lane, OutboundLimiter
from app.ports import Retryable


class Stopwatch:
    """A monotonic clock that moves when a test moves it."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def pass_through(valve, lane, *, yielding=False):
    """A request that takes no time."""
    with valve.turn(lane, yielding=yielding):
        pass


def refusal(valve, lane, *, yielding=False):
    """The Retryable with which a request is turned away."""
    with pytest.raises(Retryable) as caught:
        pass_through(valve, lane, yielding=yielding)
    return caught.value


def test_a_full_window_makes_the_next_one_wait():
    """Searches beyond the allowance leave when the second is over, not before."""
    valve = OutboundLimiter(searches_per_second=3)
    started = time.monotonic()
    for _ in range(4):
        pass_through(valve, Lane.SEARCH)
    assert 1.0 <= time.monotonic() - started < 2.0


def test_a_place_is_taken_until_a_window_after_the_answer():
    """HubSpot may have counted a slow request at its very end."""
    watch = Stopwatch()
    valve = OutboundLimiter(requests_per_10_seconds=1, max_wait_seconds=0.5, monotonic=watch)
    with valve.turn(Lane.GENERAL):
        watch.now += 8.0
        refusal(valve, Lane.GENERAL)
    watch.now += 9.0
    assert refusal(valve, Lane.GENERAL).after_seconds == pytest.approx(1.0)
    watch.now += 1.0
    pass_through(valve, Lane.GENERAL)


def test_a_request_that_fails_gives_its_place_back_in_time():
    """It may have been counted, so it counts; it does not block its place for ever."""
    watch = Stopwatch()
    valve = OutboundLimiter(requests_per_10_seconds=1, max_wait_seconds=0.5, monotonic=watch)
    with pytest.raises(ZeroDivisionError), valve.turn(Lane.GENERAL):
        raise ZeroDivisionError
    refusal(valve, Lane.GENERAL)
    watch.now += 10.0
    pass_through(valve, Lane.GENERAL)


def test_lanes_have_allowances_of_their_own():
    """Neither searches nor association batches use up the general allowance."""
    valve = OutboundLimiter(
        requests_per_10_seconds=1,
        associations_per_10_seconds=3,
        searches_per_second=1,
        max_wait_seconds=0.05,
    )
    for lane in (Lane.GENERAL, Lane.SEARCH, *[Lane.ASSOCIATIONS] * 3):
        pass_through(valve, lane)
    for lane in Lane:
        refusal(valve, lane)


def test_a_sweep_leaves_room_for_the_deal_that_was_just_moved():
    """Yielding requests fill nearly all of a window; the rest is for the others."""
    watch = Stopwatch()
    valve = OutboundLimiter(requests_per_10_seconds=100, max_wait_seconds=0.01, monotonic=watch)
    for _ in range(97):
        pass_through(valve, Lane.GENERAL, yielding=True)
        watch.now += 10 / 97
    watch.now -= 1.0
    refusal(valve, Lane.GENERAL, yielding=True)
    for _ in range(3):
        pass_through(valve, Lane.GENERAL)
    refusal(valve, Lane.GENERAL)


def test_yielding_requests_leave_evenly_spaced():
    """After a first burst they come one by one, so that a place falls free again and again."""
    watch = Stopwatch()
    valve = OutboundLimiter(requests_per_10_seconds=100, max_wait_seconds=0.01, monotonic=watch)
    for _ in range(25):
        pass_through(valve, Lane.GENERAL, yielding=True)
    spaced = 10 / 97
    assert refusal(valve, Lane.GENERAL, yielding=True).after_seconds == pytest.approx(spaced)
    pass_through(valve, Lane.GENERAL)
    watch.now += spaced
    pass_through(valve, Lane.GENERAL, yielding=True)


def test_a_pause_holds_everyone():
    """One thread's 429 makes every other thread wait for the same instant."""
    valve = OutboundLimiter()
    started = time.monotonic()
    valve.pause(None, 0.2)
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda lane: pass_through(valve, lane), Lane))
    assert 0.2 <= time.monotonic() - started < 0.6


def test_a_pause_holds_also_those_who_wait_for_a_place():
    """Whoever comes to the front of the queue meanwhile waits on."""
    valve = OutboundLimiter(searches_per_second=1)
    pass_through(valve, Lane.SEARCH)
    passed = []
    waiting = threading.Thread(
        target=lambda: (pass_through(valve, Lane.SEARCH), passed.append(time.monotonic()))
    )
    waiting.start()
    started = time.monotonic()
    valve.pause(None, 1.3)
    waiting.join()
    assert passed[0] - started >= 1.3


def test_a_pause_of_one_lane_leaves_the_others():
    """The search limit is no reason to stop reading deals."""
    valve = OutboundLimiter(max_wait_seconds=0.05)
    valve.pause(Lane.SEARCH, 2.0)
    pass_through(valve, Lane.GENERAL)
    refusal(valve, Lane.SEARCH)


def test_a_shorter_pause_does_not_end_a_longer_one():
    """Pauses are instants, and the last one counts."""
    watch = Stopwatch()
    valve = OutboundLimiter(max_wait_seconds=0.05, monotonic=watch)
    valve.pause(None, 3.0)
    valve.pause(None, 1.0)
    assert refusal(valve, Lane.GENERAL).after_seconds == 3.0


def test_a_long_pause_is_raised_and_not_sat_out():
    """A worker is told when to come back, so that a quota does not hold it up until midnight."""
    valve = OutboundLimiter()
    started = time.monotonic()
    valve.pause(None, 600.0)
    assert refusal(valve, Lane.ASSOCIATIONS).after_seconds == pytest.approx(600.0, abs=1)
    assert time.monotonic() - started < 1.0


def test_no_pause_outlasts_a_quarter_of_an_hour():
    """HubSpot may ask for a day; whoever raises the quota need not restart the service."""
    watch = Stopwatch()
    valve = OutboundLimiter(monotonic=watch)
    valve.pause(None, 86_400.0)
    watch.now += 901.0
    pass_through(valve, Lane.GENERAL)


def test_threads_share_one_allowance():
    """However many threads ask at once, the sum stays within the limit."""
    valve = OutboundLimiter(requests_per_10_seconds=20, max_wait_seconds=0.05)

    def ask(_):
        try:
            pass_through(valve, Lane.GENERAL)
        except Retryable:
            return 0
        return 1

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(ask, range(80))) == 20
