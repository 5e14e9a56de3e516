from __future__ import annotations

import pytest

from app.ports import Priority, Retryable, Terminal
from tests.loop.rig import MAX_ATTEMPTS, SETTLE_SECONDS

BOTH = ("why_change", "why_now")


def blocked(rig, number=1):
    """A deal that was moved without answers, and reconciled."""
    deal = rig.crm.add(number)
    rig.look(deal)
    return deal


def answer(rig, deal):
    """The AE writes both answers down, and the deal is reconciled."""
    rig.crm.deals[deal].notes += ["change: costs", "now: audit"]
    rig.look(deal)


def test_message_waits_until_it_has_settled(rig):
    """Nobody is told off in the seconds between moving a deal and writing the note."""
    blocked(rig)
    rig.clock.advance(SETTLE_SECONDS - 1)
    rig.sender.turn()
    assert rig.channel.messages == {}
    rig.clock.advance(1)
    rig.sender.turn()
    assert rig.channel.now_showing == [("1", "blocked", BOTH)]


def test_cleared_before_posted_says_nothing(rig):
    """A gap that is closed within the settling time was never one for the channel."""
    deal = blocked(rig)
    answer(rig, deal)
    rig.speak()
    assert rig.channel.messages == {}


def test_message_is_edited_as_the_deal_changes(rig):
    """One message per episode: it follows the gaps and ends by saying that all is clear."""
    deal = blocked(rig)
    rig.speak()
    rig.crm.deals[deal].notes.append("change: costs")
    rig.look(deal)
    rig.speak()
    assert rig.channel.now_showing == [("1", "blocked", ("why_now",))]
    rig.crm.deals[deal].notes.append("now: audit")
    rig.look(deal)
    rig.speak()
    [versions] = rig.channel.messages.values()
    assert [card.kind for card in versions] == ["blocked", "blocked", "cleared"]
    assert versions[-1].cleared_at > versions[-1].opened_at == versions[0].opened_at


def test_new_episode_is_a_new_message(rig):
    """A deal that is blocked again after it was called clear speaks up anew."""
    deal = blocked(rig)
    rig.speak()
    answer(rig, deal)
    rig.speak()
    rig.crm.deals[deal].notes.clear()
    rig.look(deal)
    rig.speak()
    assert [kind for _, kind, _ in rig.channel.now_showing] == ["blocked", "cleared"]


def test_unchanged_verdict_says_nothing_more(rig):
    """Looking at a blocked deal again and again is one message without edits."""
    deal = blocked(rig)
    rig.speak()
    for _ in range(3):
        rig.look(deal)
        rig.speak()
    [versions] = rig.channel.messages.values()
    assert len(versions) == 1


def test_open_card_follows_the_deal(rig):
    """While an episode is open its message shows the deal's present name and amount."""
    deal = blocked(rig)
    rig.speak()
    rig.crm.deals[deal].properties["amount"] = "2500"
    rig.look(deal)
    rig.speak()
    [versions] = rig.channel.messages.values()
    assert versions[-1].subject.amount == "2500"


def test_busy_typing_does_not_hold_the_message_back_for_ever(rig):
    """A card that changes all the time goes out after a few settling times all the same."""
    deal = blocked(rig)
    for amount in range(8):
        rig.crm.deals[deal].properties["amount"] = str(amount)
        rig.clock.advance(SETTLE_SECONDS / 2)
        rig.look(deal)
        rig.sender.turn()
    assert len(rig.channel.messages) == 1


def test_deleted_message_is_posted_afresh(rig):
    """A gap whose message somebody deleted is still a gap; that it closed needs no message."""
    deal = blocked(rig)
    rig.speak()
    rig.channel.delete_all()
    rig.crm.deals[deal].notes.append("change: costs")
    rig.look(deal)
    rig.speak()
    assert rig.channel.now_showing == [("1", "blocked", ("why_now",))]
    rig.channel.delete_all()
    rig.crm.deals[deal].notes.append("now: audit")
    rig.look(deal)
    rig.speak()
    assert rig.channel.messages == {}
    assert rig.ledger.backlog().alerts == 0


def test_rate_limit_pauses_the_channel_and_loses_nothing(rig):
    """When Slack asks for time, every message waits that long, and then each is said once."""
    for number in (1, 2, 3):
        blocked(rig, number)
    rig.clock.advance(SETTLE_SECONDS)
    rig.channel.refusals.append(Retryable("ratelimited", after_seconds=30))
    rig.sender.turn()
    rig.clock.advance(29)
    rig.sender.turn()
    assert rig.channel.messages == {}
    rig.clock.advance(1)
    rig.sender.turn()
    assert len(rig.channel.messages) == 3


def test_slack_away_for_an_hour_is_caught_up(rig):
    """However often Slack is away, an alert is never given up for that."""
    blocked(rig)
    for _ in range(60):
        rig.channel.refusals = [Retryable("connection refused")]
        rig.clock.advance(60)
        rig.sender.turn()
    rig.channel.refusals.clear()
    rig.clock.advance(60)
    rig.sender.turn()
    assert len(rig.channel.messages) == 1


@pytest.mark.parametrize("error", [Terminal("invalid_blocks"), ZeroDivisionError()])
def test_a_message_that_cannot_be_said_holds_up_no_other(rig, error):
    """A card that Slack refuses or that breaks us is given up alone; its next change is tried."""
    first = blocked(rig, 1)
    rig.clock.advance(SETTLE_SECONDS)
    for _ in range(MAX_ATTEMPTS):
        rig.channel.refusals = [error]
        rig.sender.turn()
        rig.clock.advance(100)
    assert rig.ledger.backlog().alerts == 0
    blocked(rig, 2)
    rig.speak()
    assert rig.channel.now_showing == [("2", "blocked", BOTH)]
    rig.crm.deals[first].notes.append("change: costs")
    rig.look(first)
    rig.speak()
    assert rig.channel.now_showing == [("1", "blocked", ("why_now",)), ("2", "blocked", BOTH)]


def test_busy_ledger_repeats_no_message(rig):
    """What was said but could not be written down at once is written down later, not said again."""
    blocked(rig)
    rig.clock.advance(SETTLE_SECONDS)
    sent = rig.ledger.alerts.sent
    failures = [Retryable("the database is busy")] * 2

    def busy(*args):
        if failures:
            raise failures.pop()
        sent(*args)

    rig.ledger.alerts.sent = busy
    for _ in range(5):
        rig.sender.turn()
        rig.clock.advance(120)
    assert failures == []
    assert len(rig.channel.messages) == 1


def test_first_sweep_is_silent(fresh_rig):
    """The first look at a portal records its gaps and alerts nobody."""
    deal = fresh_rig.crm.add(1)
    fresh_rig.look(deal, priority=Priority.SWEEP)
    fresh_rig.speak()
    assert fresh_rig.channel.messages == {}
    assert fresh_rig.crm.shown(deal, "standing") == "blocked", "the record says so all the same"


def test_person_at_work_is_answered_before_the_baseline(fresh_rig):
    """What a person did alerts even when the first sweep has not been done."""
    deal = fresh_rig.crm.add(1)
    fresh_rig.look(deal)
    fresh_rig.speak()
    assert fresh_rig.channel.now_showing == [("1", "blocked", BOTH)]


def test_deal_recorded_in_silence_stays_silent_while_it_gets_better(fresh_rig):
    """Closing one of two old gaps is no reason for a message; opening a new one is."""
    deal = fresh_rig.crm.add(1)
    fresh_rig.look(deal, priority=Priority.SWEEP)
    fresh_rig.crm.deals[deal].notes.append("change: costs")
    fresh_rig.look(deal)
    fresh_rig.speak()
    assert fresh_rig.channel.messages == {}
    fresh_rig.crm.deals[deal].notes.clear()
    fresh_rig.look(deal)
    fresh_rig.speak()
    assert fresh_rig.channel.now_showing == [("1", "blocked", BOTH)]


def test_missed_creation_alerts_after_the_baseline(rig):
    """A deal that the sweep finds first, because its delivery was lost, alerts as any other."""
    deal = rig.crm.add(1)
    rig.look(deal, priority=Priority.SWEEP)
    rig.speak()
    assert rig.channel.now_showing == [("1", "blocked", BOTH)]
