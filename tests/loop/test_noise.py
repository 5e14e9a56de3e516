"""What keeps the channel worth reading: grouping, quiet hours, cooldown."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.quiet import QuietHours, QuietWindow, Weekday
from app.ports import AlertKind, Retryable
from tests.loop.fakes import START
from tests.loop.rig import RULES, Rig

DEALS = 500


def lively(empty_database, folder, **rules):
    """A rig under other rules."""
    target = folder / "noise.sqlite3"
    target.write_bytes(empty_database.read_bytes())
    return Rig(target, rules=replace(RULES, **rules))


@pytest.fixture
def under(empty_database, tmp_path):
    """Makes a rig under other rules, and closes it."""
    made = []

    def make(**rules):
        made.append(lively(empty_database, tmp_path, **rules))
        return made[-1]

    yield make
    for rig in made:
        rig.close()


def test_storm_is_a_handful_of_messages(under):
    """500 deals blocked within a minute, and a channel that limits its rate: at most the grouped
    number of posts, and every deal as it stands at last.
    """
    rig = under()
    deals = [rig.crm.add(number) for number in range(DEALS)]
    for first in range(0, DEALS, 100):
        rig.mark(*deals[first : first + 100])
        rig.drain()
        for _ in range(12):
            rig.clock.advance(1)
            rig.channel.refusals = [Retryable("ratelimited", after_seconds=1)]
            rig.sender.turn()
            rig.channel.refusals.clear()
    rig.clock.advance(60)
    rig.speak()
    for deal in deals[:200]:
        rig.crm.deals[deal].notes += ["change: costs", "now: audit"]
    rig.mark(*deals[:200])
    rig.drain()
    rig.speak()
    assert len(rig.channel.messages) + len(rig.channel.groups) <= RULES.group_above + 1
    kinds = [kind for _, kind, _ in rig.channel.now_showing]
    assert (kinds.count("blocked"), kinds.count("cleared")) == (300, 200)
    assert rig.ledger.backlog().alerts == 0


def test_few_at_once_are_told_one_by_one(under):
    """As many as the rules allow are messages of their own; those after them share one."""
    rig = under(group_above=3)
    rig.look(*(rig.crm.add(number) for number in range(3)))
    rig.speak()
    assert (len(rig.channel.messages), len(rig.channel.groups)) == (3, 0)
    rig.look(rig.crm.add(4))
    rig.speak()
    assert (len(rig.channel.messages), len(rig.channel.groups)) == (3, 1)
    rig.clock.advance(120)
    rig.look(rig.crm.add(5))
    rig.speak()
    assert len(rig.channel.messages) == 4, "a minute later it is calm again"


def test_deleted_group_is_posted_afresh(under):
    """What is still blocked has to be said; a group that is clear needs no message."""
    rig = under(group_above=1)
    deals = [rig.crm.add(number) for number in range(3)]
    rig.look(*deals)
    rig.speak()
    rig.channel.delete_all()
    rig.crm.deals[deals[0]].notes += ["change: costs", "now: audit"]
    rig.look(deals[0])
    rig.speak()
    kinds = [kind for _, kind, _ in rig.channel.now_showing]
    assert sorted(kinds) == ["blocked", "blocked", "cleared"]
    rig.channel.delete_all()
    for deal in deals[1:]:
        rig.crm.deals[deal].notes += ["change: costs", "now: audit"]
    rig.look(*deals[1:])
    rig.speak()
    assert rig.channel.groups == {}
    assert rig.ledger.backlog().alerts == 0


def test_quiet_hours_hold_back_what_is_new_and_not_edits(under):
    """At night nobody is disturbed; what was said before goes on being true."""
    begins = (START + timedelta(minutes=30)).time()
    window = QuietWindow(begins, time(18, 0), tuple(Weekday))
    rig = under(quiet=QuietHours(ZoneInfo("UTC"), (window,)))
    early = rig.crm.add(1)
    rig.look(early)
    rig.speak()
    rig.clock.advance(3_600)
    late = rig.crm.add(2)
    rig.look(late)
    rig.crm.deals[early].notes.append("change: costs")
    rig.look(early)
    rig.speak()
    assert rig.channel.now_showing == [("1", "blocked", ("why_now",))]
    rig.clock.advance(9 * 3_600)
    rig.speak()
    assert [deal for deal, _, _ in rig.channel.now_showing] == ["1", "2"]


def test_what_is_put_right_in_the_quiet_is_never_said(under):
    """A gap of the night that is closed before the morning is nobody's business."""
    window = QuietWindow(time(0, 0), time(18, 0), tuple(Weekday))
    rig = under(quiet=QuietHours(ZoneInfo("UTC"), (window,)))
    deal = rig.crm.add(1)
    rig.look(deal)
    rig.speak()
    rig.crm.deals[deal].notes += ["change: costs", "now: audit"]
    rig.look(deal)
    rig.clock.advance(10 * 3_600)
    rig.speak()
    assert rig.channel.messages == {}
    assert rig.ledger.backlog().alerts == 0


def test_cooldown_spares_a_deal_that_flickers(under):
    """A deal that is blocked, clear and blocked again gets its second message later."""
    rig = under(cooldown_minutes=30)
    deal = rig.crm.add(1)
    rig.look(deal)
    rig.speak()
    for notes in (["change: costs", "now: audit"], []):
        rig.crm.deals[deal].notes[:] = notes
        rig.look(deal)
        rig.speak()
    assert len(rig.channel.messages) == 1
    rig.clock.advance(30 * 60)
    rig.speak()
    kinds = [versions[-1].kind for versions in rig.channel.messages.values()]
    assert kinds == [AlertKind.CLEARED, AlertKind.BLOCKED]
