from __future__ import annotations

from datetime import timedelta

from app.domain.deal import DealId, deal_key
from app.ports import Retryable, Terminal
from tests.loop.rig import MAX_ATTEMPTS, WORKER


def test_blockers_appear_and_clear(rig):
    """A deal without answers is marked blocked, and clear as soon as its notes answer."""
    deal = rig.crm.add(1)
    rig.look(deal)
    assert rig.crm.shown(deal, "standing") == "blocked"
    assert rig.crm.shown(deal, "stage_blockers") == "why_change;why_now"
    rig.crm.deals[deal].notes += ["change: costs", "now: audit in June"]
    rig.look(deal)
    assert rig.crm.shown(deal, "standing") == "clear"
    assert rig.crm.shown(deal, "stage_blockers") == ""


def test_one_write_settles_a_deal(rig):
    """The echo of our own write finds nothing to write, so there is no loop."""
    deal = rig.crm.add(1)
    rig.look(deal)
    written = len(rig.crm.written)
    rig.look(deal)
    assert len(rig.crm.written) == written == 1


def test_contact_mark_reaches_the_deals(rig):
    """A note on a contact changes each deal that the contact belongs to."""
    deals = [rig.crm.add(number, contacts=["77"]) for number in (1, 2)]
    rig.look(*deals)
    for deal in deals:
        rig.crm.deals[deal].contacts["77"] += ["change: a", "now: b"]
    rig.clock.advance(5)
    rig.mark_contact("77")
    rig.drain()
    assert [rig.crm.shown(deal, "standing") for deal in deals] == ["clear", "clear"]


def test_removed_association_reaches_the_deal(rig):
    """A contact that was taken off a deal still leads to the deal that was judged on it."""
    deal = rig.crm.add(1, contacts=["77"])
    rig.crm.deals[deal].contacts["77"] += ["change: a", "now: b"]
    rig.look(deal)
    assert rig.crm.shown(deal, "standing") == "clear"
    del rig.crm.deals[deal].contacts["77"]
    rig.clock.advance(5)
    rig.mark_contact("77")
    rig.drain()
    assert rig.crm.shown(deal, "standing") == "blocked"


def test_marked_while_busy_runs_once_more(rig):
    """A change that arrives while its deal is being read is seen by one more run."""
    deal = rig.crm.add(1)

    def answer_meanwhile():
        rig.crm.while_observing = lambda: None
        rig.crm.deals[deal].notes += ["change: a", "now: b"]
        rig.mark(deal)

    rig.crm.while_observing = answer_meanwhile
    rig.look(deal)
    assert rig.crm.observed == [(deal,), (deal,)]
    assert rig.crm.shown(deal, "standing") == "clear"


def test_who_lost_the_lease_writes_nothing(rig):
    """A worker that was paused for longer than its lease leaves what others wrote since alone."""
    deal = rig.crm.add(1)

    def paused():
        rig.crm.while_observing = lambda: None
        rig.clock.advance(3600)
        rig.crm.deals[deal].notes += ["change: a", "now: b"]
        rig.worker.turn("another")

    rig.crm.while_observing = paused
    rig.look(deal)
    assert rig.crm.shown(deal, "standing") == "clear"
    recorded = rig.ledger.recorded([deal])[deal]
    assert recorded.verdict.standing == "clear"
    assert rig.ledger.backlog().marks == 0


def test_many_marks_are_one_batch(rig):
    """Deals that are dirty together are read together, so that batch calls serve them all."""
    deals = [rig.crm.add(number) for number in range(30)]
    rig.look(*deals)
    assert [len(batch) for batch in rig.crm.observed] == [30]


def test_exactly_the_failing_deals_are_retried(rig):
    """A deal that could not be read or written is tried again; its neighbours are done."""
    deals = [rig.crm.add(number) for number in (1, 2, 3)]
    rig.crm.unreadable[deals[0]] = Retryable("deal 1 could not be read")
    rig.crm.unwritable[deal_key(deals[1])] = Retryable("deal 2 could not be written")
    rig.look(*deals)
    assert rig.crm.shown(deals[2], "standing") == "blocked"
    assert set(rig.ledger.recorded(deals)) == {deals[2]}, "what was not written is not recorded"
    rig.crm.unreadable.clear()
    rig.crm.unwritable.clear()
    rig.clock.advance(1)
    rig.drain()
    assert rig.crm.observed[-1] == tuple(deals[:2])
    assert {rig.crm.shown(deal, "standing") for deal in deals} == {"blocked"}


def test_retry_waits_as_long_as_asked(rig):
    """A named waiting time is honoured, even when the own backoff is shorter."""
    deal = rig.crm.add(1)
    rig.crm.unreadable[deal] = Retryable("slow down", after_seconds=40)
    rig.look(deal)
    now = rig.clock.now()
    assert rig.ledger.next_due(now) == now + timedelta(seconds=40)


def test_too_many_attempts_are_a_dead_letter(rig):
    """A deal that keeps failing is given up with its reason, and lives again when marked."""
    deal = rig.crm.add(1)
    rig.crm.unreadable[deal] = Retryable("deal 1 could not be read")
    rig.mark(deal)
    for _ in range(MAX_ATTEMPTS):
        rig.drain()
        rig.clock.advance(100)
    [letter] = rig.ledger.dead_letters(10)
    assert (letter.key, letter.reason) == (deal_key(deal), "deal 1 could not be read")
    assert len(rig.crm.observed) == MAX_ATTEMPTS
    rig.crm.unreadable.clear()
    rig.look(deal)
    assert rig.crm.shown(deal, "standing") == "blocked"
    assert rig.ledger.dead_letters(10) == ()


def test_an_hour_of_refused_writes_buries_nothing(rig):
    """While HubSpot reads but does not write, a deal is tried for as long as the patience lasts."""
    rig.reconciler._patience = timedelta(hours=6)
    deal = rig.crm.add(1)
    rig.crm.unwritable[deal_key(deal)] = Retryable("try later", after_seconds=30)
    rig.look(deal)
    for _ in range(60):
        rig.clock.advance(60)
        rig.drain()
    assert rig.ledger.dead_letters(10) == ()
    rig.crm.unwritable.clear()
    rig.clock.advance(60)
    rig.drain()
    assert rig.crm.shown(deal, "standing") == "blocked"


def test_terminal_is_a_dead_letter_at_once(rig):
    """What would fail the same way again is not tried again."""
    deal = rig.crm.add(1)
    rig.crm.unwritable[deal_key(deal)] = Terminal("the option list lacks why_now: run setup")
    rig.look(deal)
    [letter] = rig.ledger.dead_letters(10)
    assert letter.reason == "the option list lacks why_now: run setup"


def test_unforeseen_error_defers_one_deal_alone(rig):
    """A deal whose data breaks the judge takes none of its batch along."""
    deals = [rig.crm.add(number) for number in (1, 2, 3)]
    rig.crm.breaks_on.add(deals[1])
    rig.look(*deals)
    assert [rig.crm.shown(deal, "standing") for deal in deals] == ["blocked", None, "blocked"]
    [claim] = rig.ledger.claim(WORKER, rig.clock.now() + timedelta(minutes=1), 10)
    assert (claim.key, claim.attempts) == (deal_key(deals[1]), 1)


def test_gone_deal_is_forgotten(rig):
    """A deleted deal leaves the ledger, and its open message says that it is gone."""
    deal = rig.crm.add(1)
    rig.look(deal)
    rig.speak()
    del rig.crm.deals[deal]
    rig.look(deal)
    rig.speak()
    assert rig.ledger.recorded([deal]) == {}
    [versions] = rig.channel.messages.values()
    assert versions[-1].kind == "cleared"
    assert versions[-1].note == "The deal was deleted."


def test_closed_deal_is_cleared_with_a_reason(rig):
    """A deal that closes while blocked is not called put right: the card says why it ended."""
    deal = rig.crm.add(1)
    rig.look(deal)
    rig.speak()
    rig.crm.deals[deal].is_closed = True
    rig.look(deal)
    rig.speak()
    [versions] = rig.channel.messages.values()
    assert versions[-1].note == "The deal is closed (Closed lost) and no longer judged."
    assert rig.crm.shown(deal, "stage_blockers") == ""


def test_deal_that_was_closed_before_is_left_alone(rig):
    """A deal that is not judged and carries nothing of ours is not written to."""
    deal = rig.crm.add(1)
    rig.crm.deals[deal].is_closed = True
    rig.look(deal)
    assert rig.crm.written == []
    rig.crm.deals[deal].is_closed = False
    rig.look(deal)
    rig.crm.deals[deal].is_closed = True
    rig.look(deal)
    assert rig.crm.shown(deal, "standing") == "clear"


def test_time_alone_brings_a_deal_back(rig):
    """When a verdict's recheck time comes, the deal is looked at again without any mark."""
    deal = rig.crm.add(1, notes=["now: until tomorrow"])
    rig.look(deal)
    looks = len(rig.crm.observed)
    rig.clock.advance(86_400 - 1)
    rig.drain()
    assert len(rig.crm.observed) == looks
    rig.clock.advance(2)
    rig.drain()
    assert len(rig.crm.observed) == looks + 1


def test_changed_at_follows_meaning(rig):
    """Looking again does not make a verdict newer; a change of meaning does."""
    deal = rig.crm.add(1)
    rig.look(deal)
    first = rig.ledger.recorded([deal])[DealId("1")]
    rig.clock.advance(60)
    rig.look(deal)
    again = rig.ledger.recorded([deal])[DealId("1")]
    assert (again.changed_at, again.judged_at > first.judged_at) == (first.changed_at, True)
    rig.crm.deals[deal].notes.append("now: June")
    rig.look(deal)
    assert rig.ledger.recorded([deal])[DealId("1")].changed_at > first.changed_at
