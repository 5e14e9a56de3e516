"""What the channel is told, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import threading
from dataclasses import replace

from app.domain.deal import DealId
from app.ports import MAIN_CHANNEL, AlertKind, MessageRef, Recipient

from .samples import MESSAGE, NOW, blocked, cleared, later, record

ONE = DealId("1")
GONE = "The deal was deleted."


def wish(ledger, card, at=NOW, due=None):
    """Record a verdict that wants the channel to show a card."""
    ledger.record([record(card.subject.deal_id, alert=card, alert_due_at=due or at)], at)


def due(ledger, at):
    """Everything that is due then."""
    return ledger.alerts.due(at, 10)


def say(ledger, at, ref=MESSAGE):
    """Play the sender: tell the channel what is due, and report it."""
    alerts = due(ledger, at)
    for alert in alerts:
        ledger.alerts.sent(alert, alert.shown or ref, at)
    return [(alert.card.kind, alert.shown) for alert in alerts]


def test_settling(ledger):
    """A wish is said when its settling time is over and not before, and then once."""
    wish(ledger, blocked(), due=later(15))
    assert ledger.next_due(NOW) == later(15)
    assert due(ledger, later(14.9)) == ()
    assert say(ledger, later(15)) == [(AlertKind.BLOCKED, None)]
    assert due(ledger, later(999)) == ()
    assert ledger.next_due(later(15)) is None


def test_the_card_comes_whole(ledger):
    """What is handed to the sender is the card that was wished, to the last detail."""
    wish(ledger, blocked("1", "why_now", "budget"))
    (alert,) = due(ledger, NOW)
    assert alert.card == blocked("1", "why_now", "budget")
    assert (alert.deal_id, alert.shown, alert.attempts) == (ONE, None, 0)


def test_oldest_first(ledger):
    """Several deals are told in the order in which they fell due."""
    for deal_id, seconds in (("3", 3), ("1", 5), ("2", 4)):
        wish(ledger, blocked(deal_id), due=later(seconds))
    assert [alert.deal_id for alert in ledger.alerts.due(later(9), 2)] == ["3", "2"]


def test_cleared_before_it_was_said(ledger):
    """An AE who moves the deal and then adds the note is never told off in between."""
    wish(ledger, blocked(), due=later(15))
    wish(ledger, cleared(at=later(10)), later(10), later(25))
    assert ledger.alerts.open_cards(ONE).get(MAIN_CHANNEL) is None
    assert due(ledger, later(999)) == ()
    assert ledger.next_due(later(10)) is None


def test_cleared_after_it_was_said(ledger):
    """The message is edited to say so; then the episode is over."""
    wish(ledger, blocked())
    say(ledger, NOW)
    wish(ledger, cleared(at=later(60)), later(60))
    assert say(ledger, later(60)) == [(AlertKind.CLEARED, MESSAGE)]
    assert ledger.alerts.open_cards(ONE).get(MAIN_CHANNEL) is None


def test_a_later_block_posts_anew(ledger):
    """After a cleared episode a new gap is a new message, with its own beginning."""
    wish(ledger, blocked())
    say(ledger, NOW)
    wish(ledger, cleared(at=later(60)), later(60))
    say(ledger, later(60))
    wish(ledger, blocked(opened_at=later(90)), later(90))
    (alert,) = due(ledger, later(90))
    assert (alert.shown, alert.card.opened_at) == (None, later(90))


def test_clear_without_an_episode(ledger):
    """Nothing is said of a deal that was never blocked, or is cleared twice."""
    wish(ledger, cleared())
    wish(ledger, cleared(at=later(5)), later(5))
    assert due(ledger, later(99)) == ()


def test_a_change_edits_the_message(ledger):
    """Another gap within the episode edits its message and keeps its beginning."""
    wish(ledger, blocked())
    say(ledger, NOW)
    wish(ledger, blocked("1", "why_now", "budget", opened_at=later(60)), later(60))
    (alert,) = due(ledger, later(60))
    assert (alert.shown, alert.card.opened_at) == (MESSAGE, NOW)


def test_back_to_what_is_shown(ledger):
    """Blocked, cleared and blocked again within the settling time says nothing at all."""
    wish(ledger, blocked())
    say(ledger, NOW)
    wish(ledger, cleared(at=later(60)), later(60), later(75))
    wish(ledger, blocked(opened_at=later(70)), later(70), later(85))
    assert due(ledger, later(999)) == ()
    assert ledger.alerts.open_cards(ONE).get(MAIN_CHANNEL) == blocked()


def test_the_same_wish_again_changes_nothing(ledger):
    """Judging a deal again with the same outcome does not start its settling time anew."""
    wish(ledger, blocked(), due=later(15))
    wish(ledger, blocked(opened_at=later(10)), later(10), later(25))
    assert len(due(ledger, later(15))) == 1


def test_no_wish_leaves_the_wish(ledger):
    """A record without an alert leaves the channel's wish as it is."""
    wish(ledger, blocked(), due=later(15))
    ledger.record([record("1")], later(5))
    assert len(due(ledger, later(15))) == 1


def test_a_newer_wish_is_never_marked_as_said(ledger):
    """While a post is on its way the wish changes: the answer settles the older version only."""
    wish(ledger, blocked())
    (first,) = due(ledger, NOW)
    wish(ledger, blocked("1", "budget"), later(1), later(5))
    ledger.alerts.sent(first, MESSAGE, later(2))
    assert due(ledger, later(4)) == ()
    (second,) = due(ledger, later(5))
    assert (second.shown, second.version > first.version) == (MESSAGE, True)


def test_cleared_while_the_post_is_on_its_way(ledger):
    """A post that could not be stopped any more is edited to say that all is well."""
    wish(ledger, blocked())
    (post,) = due(ledger, NOW)
    wish(ledger, cleared(at=later(1)), later(1), later(1))
    assert due(ledger, later(1)) == ()
    ledger.alerts.sent(post, MESSAGE, later(2))
    assert say(ledger, later(2)) == [(AlertKind.CLEARED, MESSAGE)]


def test_changed_back_while_the_edit_is_on_its_way(ledger):
    """An edit that was overtaken by a wish for the old card is edited back."""
    wish(ledger, blocked())
    say(ledger, NOW)
    wish(ledger, blocked("1", "budget"), later(10))
    (edit,) = due(ledger, later(10))
    wish(ledger, blocked(), later(11))
    ledger.alerts.sent(edit, MESSAGE, later(12))
    (back,) = due(ledger, later(12))
    assert back.card == blocked()


def test_message_gone(ledger):
    """Where the channel shows nothing and need not, nothing is owed; a new gap posts anew."""
    wish(ledger, blocked())
    say(ledger, NOW)
    wish(ledger, cleared(at=later(5)), later(5))
    ledger.alerts.sent(due(ledger, later(5))[0], None, later(5))
    assert due(ledger, later(99)) == ()
    wish(ledger, blocked(opened_at=later(100)), later(100))
    assert due(ledger, later(100))[0].shown is None


def test_a_reposted_message_is_the_one_to_edit(ledger):
    """A message that was deleted and posted afresh is edited in its new place."""
    wish(ledger, blocked())
    say(ledger, NOW)
    wish(ledger, blocked("1", "budget"), later(5))
    elsewhere = MessageRef("C0SALES", "1763717499.000900")
    ledger.alerts.sent(due(ledger, later(5))[0], elsewhere, later(5))
    wish(ledger, cleared(at=later(9)), later(9))
    assert due(ledger, later(9))[0].shown == elsewhere


def test_failing_waits_and_counts(ledger):
    """A channel that is away hears of it later, with one attempt more."""
    wish(ledger, blocked())
    (alert,) = due(ledger, NOW)
    ledger.alerts.failed(alert, "Slack said 503", later(30), NOW)
    assert ledger.next_due(NOW) == later(30)
    assert due(ledger, later(29)) == ()
    assert due(ledger, later(30))[0].attempts == 1


def test_giving_up_is_for_one_version(ledger):
    """A wish that was given up stays unsaid; the next one is tried as if nothing had been."""
    wish(ledger, blocked())
    ledger.alerts.failed(due(ledger, NOW)[0], "channel_not_found", None, NOW)
    wish(ledger, blocked(), later(5))
    assert due(ledger, later(99)) == ()
    wish(ledger, blocked("1", "budget"), later(100))
    assert due(ledger, later(100))[0].attempts == 0


def test_failing_leaves_a_newer_wish_alone(ledger):
    """What went wrong with the old version says nothing about the new one."""
    wish(ledger, blocked())
    (old,) = due(ledger, NOW)
    wish(ledger, blocked("1", "budget"), later(1), later(3))
    ledger.alerts.failed(old, "no", later(600), later(2))
    assert due(ledger, later(3))[0].attempts == 0


def test_one_sender_at_a_time(ledger):
    """What one sender holds no other gets, not even as a newer wish; a dead one's comes back."""
    wish(ledger, blocked())
    assert len(due(ledger, NOW)) == 1
    wish(ledger, blocked("1", "budget"), later(1), later(1))
    assert due(ledger, later(59)) == ()
    assert ledger.next_due(later(1)) == later(60)
    assert len(due(ledger, later(60))) == 1


def test_alerts_given_back_are_due_as_before(ledger):
    """A sender that stops before its turn costs nobody a minute."""
    wish(ledger, blocked())
    alerts = due(ledger, NOW)
    ledger.alerts.give_back(alerts, NOW)
    assert due(ledger, NOW) == alerts
    ledger.alerts.give_back((), NOW)


def test_senders_at_once_never_share_an_alert(ledger):
    """Four senders say two hundred alerts, each of them once."""
    ledger.record([record(str(n), alert=blocked(str(n))) for n in range(200)], NOW)
    said, guard = [], threading.Lock()

    def send():
        while alerts := ledger.alerts.due(NOW, 7):
            for alert in alerts:
                with guard:
                    said.append(alert.deal_id)
                ledger.alerts.sent(alert, MESSAGE, NOW)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(said) == sorted(str(n) for n in range(200))
    assert ledger.backlog().alerts == 0


def test_a_gone_deal_with_a_message(ledger):
    """The message of a deleted deal is edited to say why it needs nothing any more."""
    wish(ledger, blocked())
    say(ledger, NOW)
    ledger.forget([ONE], GONE, later(60))
    (alert,) = due(ledger, later(60))
    assert (alert.card.kind, alert.card.note, alert.card.cleared_at) == (
        AlertKind.CLEARED,
        GONE,
        later(60),
    )
    assert alert.shown == MESSAGE
    ledger.alerts.sent(alert, MESSAGE, later(61))
    assert ledger.alerts.open_cards(ONE).get(MAIN_CHANNEL) is None
    ledger.forget([ONE], GONE, later(99))
    assert due(ledger, later(99)) == ()


def test_a_gone_deal_without_a_message(ledger):
    """A deal that is deleted before anything was said is never spoken of."""
    wish(ledger, blocked(), due=later(15))
    ledger.forget([ONE], GONE, later(5))
    assert due(ledger, later(99)) == ()


def test_shown_alert(ledger):
    """The open episode's card, waiting or shown or being cleared; None outside any episode."""
    assert ledger.alerts.open_cards(ONE).get(MAIN_CHANNEL) is None
    wish(ledger, blocked(), due=later(15))
    assert ledger.alerts.open_cards(ONE).get(MAIN_CHANNEL) == blocked()
    say(ledger, later(15))
    wish(ledger, cleared(at=later(60)), later(60), later(75))
    assert ledger.alerts.open_cards(ONE).get(MAIN_CHANNEL) == cleared(at=later(60))
    say(ledger, later(75))
    assert ledger.alerts.open_cards(ONE).get(MAIN_CHANNEL) is None


def test_a_wish_with_other_words_edits(ledger):
    """The same gap in other words is another card: an edit disturbs nobody."""
    wish(ledger, blocked())
    say(ledger, NOW)
    wish(ledger, replace(blocked(), earned_stage="Lead"), later(5))
    assert say(ledger, later(5)) == [(AlertKind.BLOCKED, MESSAGE)]


def test_recipients_have_episodes_of_their_own(ledger):
    """What one recipient was told is neither said to nor taken back from another."""
    other = Recipient("#deal-desk")
    ledger.record(
        [record("1", alert=blocked()), record("1", alert=blocked(), recipient=other)], NOW
    )
    first, second = due(ledger, NOW)
    assert {first.recipient, second.recipient} == {MAIN_CHANNEL, other}
    ledger.alerts.sent(first, MESSAGE, NOW)
    ledger.alerts.sent(second, MessageRef("C9", "9.9"), NOW)
    ledger.record([record("1", alert=cleared(at=later(5)), recipient=other)], later(5))
    (alert,) = due(ledger, later(5))
    assert (alert.recipient, alert.shown) == (other, MessageRef("C9", "9.9"))
    assert ledger.alerts.open_cards(ONE)[MAIN_CHANNEL] == blocked()


def test_an_attempt_is_remembered_until_its_answer(ledger):
    """A sender that died after it began leaves word of it; the next one knows to look first."""
    wish(ledger, blocked())
    (alert,) = due(ledger, NOW)
    assert ledger.alerts.begin(alert, later(1)) is not None
    (again,) = due(ledger, later(70))
    assert again.unsure_since == later(1)
    begun = ledger.alerts.begin(again, later(70))
    ledger.alerts.sent(begun, MESSAGE, later(71))
    wish(ledger, blocked("1", "budget"), later(80))
    (edit,) = due(ledger, later(80))
    assert (edit.unsure_since, edit.said, edit.posted_at) == (None, blocked(), later(71))


def test_an_attempt_that_was_refused_is_over(ledger):
    """A certain refusal needs no looking; silence does."""
    wish(ledger, blocked())
    for is_certain, since in ((True, None), (False, later(200))):
        at = later(100) if is_certain else later(200)
        begun = ledger.alerts.begin(due(ledger, at)[0], at)
        ledger.alerts.failed(begun, "no", at, at, is_certain=is_certain)
        (alert,) = due(ledger, at)
        assert alert.unsure_since == since
        ledger.alerts.give_back([alert], at)


def test_cleared_while_an_attempt_is_open(ledger):
    """What a dead sender may have posted is looked for even when all is well by now."""
    wish(ledger, blocked())
    ledger.alerts.begin(due(ledger, NOW)[0], NOW)
    wish(ledger, cleared(at=later(10)), later(10))
    (alert,) = due(ledger, later(61))
    assert (alert.card.kind, alert.unsure_since) == (AlertKind.CLEARED, NOW)


def test_who_lost_the_lease_may_not_begin(ledger):
    """A sender that slept through its lease is told so, and the one who has the alert is not."""
    wish(ledger, blocked())
    (slow,) = due(ledger, NOW)
    (quick,) = due(ledger, later(60))
    assert ledger.alerts.begin(slow, later(61)) is None
    renewed = ledger.alerts.begin(quick, later(61))
    assert renewed is not None
    assert due(ledger, later(120)) == (), "beginning renews the lease"


def test_put_off_counts_no_attempt(ledger):
    """Quiet hours are nobody's failure."""
    wish(ledger, blocked())
    ledger.alerts.put_off(due(ledger, NOW)[0], later(600), NOW)
    assert due(ledger, later(599)) == ()
    assert due(ledger, later(600))[0].attempts == 0


def test_posts_are_counted_by_recipient(ledger):
    """How much was said lately: new messages, neither edits nor what was said elsewhere."""
    ledger.record([record(str(n), alert=blocked(str(n))) for n in range(3)], NOW)
    say(ledger, NOW)
    wish(ledger, blocked("1", "budget"), later(5))
    say(ledger, later(5))
    assert ledger.alerts.posted_since(MAIN_CHANNEL, later(-1)) == 3
    assert ledger.alerts.posted_since(MAIN_CHANNEL, NOW) == 0
    assert ledger.alerts.posted_since(Recipient("#other"), later(-1)) == 0


def test_a_group_is_one_message_for_many(ledger):
    """Deals in a group share a message; what changes in one changes the group's version."""
    ledger.record([record(str(n), alert=blocked(str(n))) for n in range(3)], NOW)
    alerts = due(ledger, NOW)
    group = ledger.alerts.join("g", alerts, NOW)
    assert (len(group.cards), group.shown) == (3, None)
    ledger.alerts.begin_group(group, NOW)
    assert ledger.alerts.group_shown(group, MESSAGE) is None
    for alert in alerts:
        ledger.alerts.sent(alert, MESSAGE, NOW)
    assert ledger.alerts.posted_since(MAIN_CHANNEL, later(-1)) == 0
    assert ledger.alerts.open_group(MAIN_CHANNEL, later(-1), 9) == "g"
    assert ledger.alerts.open_group(MAIN_CHANNEL, later(-1), 3) is None, "it is full"
    wish(ledger, cleared("1", at=later(5)), later(5))
    (alert,) = due(ledger, later(5))
    assert (alert.group, alert.shown) == ("g", MESSAGE)
    changed = ledger.alerts.join("g", [alert], later(5))
    assert [card.kind for card in changed.cards].count(AlertKind.CLEARED) == 1
    assert changed.shown == MESSAGE
    assert ledger.alerts.group_shown(group, MESSAGE) == changed, "it changed meanwhile"


def test_a_deal_leaves_its_group_when_it_is_clear(ledger):
    """The next episode of a deal that was told in a group is told on its own."""
    wish(ledger, blocked())
    alerts = due(ledger, NOW)
    ledger.alerts.join("g", alerts, NOW)
    ledger.alerts.sent(alerts[0], MESSAGE, NOW)
    wish(ledger, cleared(at=later(5)), later(5))
    say(ledger, later(5))
    wish(ledger, blocked(opened_at=later(90)), later(90))
    assert due(ledger, later(90))[0].group is None


def test_a_group_keeps_no_words_of_notes(ledger):
    """One line for a deal needs no quote, so none is kept for it."""
    wish(ledger, blocked())
    group = ledger.alerts.join("g", due(ledger, NOW), NOW)
    assert all(not f.message and not f.evidence for card in group.cards for f in card.findings)
