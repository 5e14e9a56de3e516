from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.ports import Retryable
from sync.schedule import Schedule, next_after

BERLIN = ZoneInfo("Europe/Berlin")
NIGHTLY = "0 2 * * *"


class Watch:
    """A clock that is set."""

    def __init__(self, now):
        self.time = now

    def now(self):
        return self.time


@pytest.fixture
def evening():
    """Six o'clock before the night."""
    return Watch(datetime(2026, 11, 20, 18, 0, tzinfo=UTC))


def schedule(clock, swept, last=lambda: None, zone=lambda: BERLIN):
    """A schedule whose sweeps are noted with their time."""
    return Schedule(
        cron=NIGHTLY,
        clock=clock,
        zone=zone,
        last=last,
        sweep=lambda _stopping: swept.append(clock.now()),
    )


def test_two_in_the_morning_is_the_portals():
    """The hour is that of the portal's time zone, also across the change to summer time."""
    winter = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert next_after(winter, NIGHTLY, BERLIN) == datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    summer = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert next_after(summer, NIGHTLY, BERLIN) == datetime(2026, 7, 2, 0, 0, tzinfo=UTC)


def test_it_sweeps_once_when_its_time_has_come(evening):
    """Not before, and not again before the next night."""
    swept = []
    nightly = schedule(evening, swept)
    assert not nightly.turn()
    evening.time += timedelta(hours=7)
    assert nightly.turn()
    evening.time += timedelta(hours=20)
    assert not nightly.turn()
    evening.time += timedelta(hours=5)
    assert nightly.turn()
    assert len(swept) == 2


@pytest.mark.parametrize("days", [1, 2, 400])
def test_what_was_missed_is_made_up_for_once(evening, days):
    """After downtime of any length one sweep is due at the start, and not one for each night."""
    swept = []
    last = evening.time - timedelta(days=days)
    nightly = schedule(evening, swept, last=lambda: last)
    assert nightly.turn()
    assert not nightly.turn()
    assert swept == [evening.time]


def test_a_sweep_that_stopped_waits_for_the_next_night(evening):
    """A used up quota is no reason to try again every few seconds."""
    last = evening.time - timedelta(days=2)
    nightly = schedule(evening, [], last=lambda: last)
    assert nightly.turn()
    assert nightly.due_at() == datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


def test_a_portal_that_is_away_at_the_start_is_asked_again(evening):
    """The time zone is the portal's, so nothing is due before it can be read."""

    def away():
        message = "no route to host"
        raise Retryable(message)

    zones = [away, lambda: BERLIN]
    swept = []

    def zone():
        return zones[0]()

    last = evening.time - timedelta(days=2)
    nightly = schedule(evening, swept, last=lambda: last, zone=zone)
    with pytest.raises(Retryable):
        nightly.turn()
    zones.pop(0)
    assert nightly.turn()
