"""The contract of the dirty set, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import threading

import pytest

from app.domain.deal import ObjectKind
from app.ledger import open_ledger
from app.ports import Priority

from .samples import NOW, contact, deal, later, record

LIVE, RECHECK, SWEEP = Priority.LIVE, Priority.RECHECK, Priority.SWEEP


def keys(claims):
    """What was claimed, in its order."""
    return [claim.key for claim in claims]


def take(ledger, at=NOW, worker="w", limit=10):
    """Claim something."""
    return ledger.claim(worker, at, limit)


class TestMarking:
    def test_an_idle_key_is_due_at_once(self, ledger):
        """A mark on a key that nobody looked at lately waits for nothing."""
        ledger.mark([deal(1)], LIVE, NOW)
        assert ledger.next_due(NOW) == NOW
        (claim,) = take(ledger)
        assert (claim.key, claim.priority, claim.attempts) == (deal(1), LIVE, 0)
        assert claim.first_marked_at == NOW

    def test_marks_coalesce(self, ledger):
        """A hundred marks on one key are one look, and its age is that of the first."""
        for second in range(100):
            ledger.mark([deal(1), deal(1)], LIVE, later(second))
        claims = take(ledger, later(200))
        assert keys(claims) == [deal(1)]
        assert claims[0].first_marked_at == NOW
        ledger.done("w", claims, later(200))
        assert take(ledger, later(300)) == ()

    def test_a_mark_that_tells_nothing_new_is_not_written(self, ledger):
        """A key costs two writes for each look: its first mark, and the first one under a claim.

        What raises the priority or ends a wait is news all the same.
        """
        ids = {ObjectKind.DEAL: {"1"}}
        assert ledger.mark_ids(ids, SWEEP, NOW)
        assert not ledger.mark_ids(ids, SWEEP, later(1))
        assert ledger.mark_ids(ids, LIVE, later(2))
        assert not ledger.mark_ids(ids, LIVE, later(3))
        (claim,) = take(ledger, later(4))
        assert ledger.mark_ids(ids, LIVE, later(5))
        assert not ledger.mark_ids(ids, LIVE, later(6))
        ledger.fail("w", claim, "no", later(600), later(7))
        assert ledger.mark_ids(ids, LIVE, later(8))
        assert keys(take(ledger, later(8))) == [deal(1)]

    def test_nothing_to_mark(self, ledger):
        """No keys, no trouble."""
        ledger.mark([], LIVE, NOW)
        assert ledger.next_due(NOW) is None
        assert take(ledger) == ()

    def test_keys_of_different_kinds_are_different(self, ledger):
        """A contact and a deal of the same number are two keys."""
        ledger.mark([deal(1), contact(1)], LIVE, NOW)
        assert set(keys(take(ledger))) == {deal(1), contact(1)}

    def test_more_keys_than_one_transaction(self, ledger):
        """A sweep may mark as much as it likes, lazily."""
        ledger.mark(map(deal, range(1201)), SWEEP, NOW)
        assert ledger.backlog().marks == 1201

    def test_a_key_looked_at_just_now_waits_and_merges(self, ledger):
        """Within a second of its last look a key waits for the rest of that second."""
        ledger.mark([deal(1)], LIVE, NOW)
        ledger.done("w", take(ledger), NOW)
        ledger.mark([deal(1)], LIVE, later(0.25))
        ledger.mark([deal(1)], LIVE, later(0.75))
        assert ledger.next_due(later(0.75)) == later(1)
        assert take(ledger, later(0.99)) == ()
        assert keys(take(ledger, later(1))) == [deal(1)]

    def test_a_key_looked_at_long_ago_does_not_wait(self, ledger):
        """The second is over for a key that was looked at before it."""
        ledger.mark([deal(1)], LIVE, NOW)
        ledger.done("w", take(ledger), NOW)
        ledger.mark([deal(1)], LIVE, later(1))
        assert keys(take(ledger, later(1))) == [deal(1)]

    def test_waiting_has_an_end(self, database_url):
        """No mark waits longer than the maximum, even with a clock that jumped back an hour."""
        ledger = open_ledger(database_url, merge_seconds=1, max_wait_seconds=10)
        ledger.mark([deal(1)], LIVE, NOW)
        ledger.done("w", take(ledger), NOW)
        ledger.mark([deal(1)], LIVE, later(-3600))
        assert ledger.next_due(later(-3600)) == later(-3590)
        ledger.close()

    def test_a_clock_that_is_set_back_hides_no_mark(self, ledger):
        """What was marked in what is now the future is due; its next wait counts from today."""
        ledger.mark([deal(1)], LIVE, later(3600))
        (claim,) = take(ledger, NOW)
        ledger.fail("w", claim, "no", later(60), NOW)
        assert take(ledger, later(59)) == ()
        assert keys(take(ledger, later(60))) == [deal(1)]

    def test_a_clock_that_is_set_forward_hides_no_mark(self, ledger):
        """A lease that seems over goes to another; the first one's word is worth nothing then."""
        ledger.mark([deal(1)], LIVE, NOW)
        before = take(ledger, worker="a")
        assert keys(take(ledger, later(3600), worker="b")) == [deal(1)]
        ledger.done("a", before, later(1))
        assert ledger.backlog().marks == 1


class TestOrder:
    def test_live_before_recheck_before_sweep(self, ledger):
        """What a person did goes first, however long the rest has waited."""
        ledger.mark([deal(1)], SWEEP, NOW)
        ledger.mark([deal(2)], RECHECK, later(1))
        ledger.mark([deal(3)], LIVE, later(2))
        assert keys(take(ledger, later(5))) == [deal(3), deal(2), deal(1)]

    def test_oldest_first(self, ledger):
        """Among equals the one that waits longest goes first, a limit at a time."""
        for number in (3, 1, 2):
            ledger.mark([deal(number)], LIVE, later(number))
        assert keys(take(ledger, later(5), limit=2)) == [deal(1), deal(2)]
        assert keys(take(ledger, later(5), limit=2)) == [deal(3)]

    def test_a_live_mark_lifts_a_sweep_mark(self, ledger):
        """The higher of two priorities counts, and a later sweep does not lower it."""
        ledger.mark([deal(1), deal(2)], SWEEP, NOW)
        ledger.mark([deal(2)], LIVE, later(1))
        ledger.mark([deal(2)], SWEEP, later(2))
        claims = take(ledger, later(3))
        assert [(claim.key, claim.priority) for claim in claims] == [
            (deal(2), LIVE),
            (deal(1), SWEEP),
        ]


class TestClaims:
    def test_what_is_claimed_is_not_claimed_again(self, ledger):
        """One key is in one pair of hands."""
        ledger.mark([deal(1)], LIVE, NOW)
        assert keys(take(ledger, worker="a")) == [deal(1)]
        ledger.mark([deal(1)], LIVE, NOW)
        assert take(ledger, worker="b") == ()

    def test_marked_while_busy_is_one_more_look(self, ledger):
        """However many marks come meanwhile, exactly one more look follows, at once."""
        ledger.mark([deal(1)], LIVE, NOW)
        claims = take(ledger)
        for second in (1, 2, 3):
            ledger.mark([deal(1)], LIVE, later(second))
        ledger.done("w", claims, later(4))
        again = take(ledger, later(4))
        assert keys(again) == [deal(1)]
        assert again[0].first_marked_at == later(1)
        ledger.done("w", again, later(5))
        assert take(ledger, later(60)) == ()

    def test_a_dead_workers_keys_come_back(self, ledger):
        """When a lease runs out its key is due for anybody, and next_due says when."""
        ledger.mark([deal(1)], LIVE, NOW)
        take(ledger, worker="dead")
        assert ledger.next_due(NOW) == later(30)
        assert take(ledger, later(29.9), worker="b") == ()
        assert keys(take(ledger, later(30), worker="b")) == [deal(1)]

    def test_a_heartbeat_keeps_the_lease(self, ledger):
        """A renewed lease counts from the renewal."""
        ledger.mark([deal(1)], LIVE, NOW)
        claims = take(ledger, worker="a")
        ledger.renew("a", claims, later(20))
        assert take(ledger, later(49), worker="b") == ()
        assert keys(take(ledger, later(50), worker="b")) == [deal(1)]

    @pytest.mark.parametrize("second", ["b", "a"])
    def test_a_lost_claim_is_worth_nothing(self, ledger, second):
        """Who lost the lease can neither finish, fail, bury nor renew what another now holds.

        That holds for another thread under the same worker's name, too.
        """
        ledger.mark([deal(1)], LIVE, NOW)
        (lost,) = take(ledger, worker="a")
        (held,) = take(ledger, later(30), worker=second)
        ledger.done("a", [lost], later(31))
        ledger.fail("a", lost, "late", later(32), later(31))
        ledger.fail("a", lost, "late", None, later(31))
        ledger.renew("a", [lost], later(50))
        assert ledger.dead_letters(10) == ()
        assert take(ledger, later(59.9), worker="c") == ()
        ledger.done(second, [held], later(59.9))
        assert take(ledger, later(99), worker="c") == ()

    def test_late_but_alone_still_counts(self, ledger):
        """A worker that overran its lease has done the work if nobody else took it."""
        ledger.mark([deal(1)], LIVE, NOW)
        claims = take(ledger)
        ledger.done("w", claims, later(40))
        assert take(ledger, later(99)) == ()

    def test_workers_at_once_never_share_a_key(self, ledger):
        """Eight threads drain a thousand keys, and each key is claimed exactly once."""
        ledger.mark(map(deal, range(1000)), LIVE, NOW)
        seen, guard = [], threading.Lock()

        def drain(worker):
            while claims := ledger.claim(worker, NOW, 25):
                with guard:
                    seen.extend(keys(claims))
                ledger.done(worker, claims, NOW)

        threads = [threading.Thread(target=drain, args=(f"w{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(seen) == sorted(map(deal, range(1000)))
        assert ledger.backlog().marks == 0

    def test_markers_and_workers_at_once(self, ledger):
        """Marks that rain on keys under work are never lost: the last look is after the last mark.

        Each look notes how many marks of its key were made before it; the last look of a key must
        have seen them all.
        """
        made, looked, stop = dict.fromkeys(range(20), 0), {}, threading.Event()

        def work(worker):
            while not (stop.is_set() and ledger.backlog().marks == 0):
                claims = ledger.claim(worker, later(100), 5)
                for claim in claims:
                    looked[claim.key] = made[int(claim.key.id)]
                ledger.done(worker, claims, NOW)

        def mark(offset):
            for turn in range(60):
                numbers = [(turn * 7 + offset + step) % 20 for step in range(0, 20, 4)]
                for number in numbers:
                    made[number] += 1
                ledger.mark(map(deal, reversed(numbers)), LIVE, NOW)

        workers = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(3)]
        markers = [threading.Thread(target=mark, args=(n * 3,)) for n in range(3)]
        for thread in (*workers, *markers):
            thread.start()
        for thread in markers:
            thread.join(60)
        stop.set()
        for thread in workers:
            thread.join(60)
        assert looked == {deal(number): count for number, count in made.items() if count}


class TestFailing:
    def test_a_failed_key_waits_and_counts(self, ledger):
        """A key given back is due at its retry time, with one attempt more."""
        ledger.mark([deal(1)], LIVE, NOW)
        (claim,) = take(ledger)
        ledger.fail("w", claim, "HubSpot said 500", later(60), NOW)
        assert ledger.next_due(NOW) == later(60)
        assert take(ledger, later(59)) == ()
        (again,) = take(ledger, later(60))
        assert (again.attempts, again.first_marked_at) == (1, NOW)

    def test_a_new_mark_ends_the_waiting(self, ledger):
        """Somebody changed the record: that is worth a look before the retry time."""
        ledger.mark([deal(1)], LIVE, NOW)
        ledger.fail("w", take(ledger)[0], "no", later(600), NOW)
        ledger.mark([deal(1)], LIVE, later(5))
        assert keys(take(ledger, later(5))) == [deal(1)]

    def test_a_success_forgets_the_attempts(self, ledger):
        """After a good look a key starts afresh."""
        ledger.mark([deal(1)], LIVE, NOW)
        ledger.fail("w", take(ledger)[0], "no", NOW, NOW)
        claims = take(ledger)
        ledger.mark([deal(1)], LIVE, NOW)
        ledger.done("w", claims, NOW)
        assert take(ledger)[0].attempts == 0


class TestReleasing:
    def test_a_released_key_is_as_it_was(self, ledger):
        """Given back untried, a key comes back when asked to, with no attempt counted."""
        ledger.mark([deal(1)], LIVE, NOW)
        ledger.fail("w", take(ledger)[0], "no", NOW, NOW)
        ledger.release("w", take(ledger), later(5), NOW)
        assert take(ledger, later(4)) == ()
        (again,) = take(ledger, later(5))
        assert (again.attempts, again.first_marked_at) == (1, NOW)

    def test_a_lost_key_is_not_released(self, ledger):
        """What another holds by now stays in its hands."""
        ledger.mark([deal(1)], LIVE, NOW)
        lost = take(ledger, worker="a")
        take(ledger, later(30), worker="b")
        ledger.release("a", lost, later(31), later(31))
        assert take(ledger, later(59), worker="c") == ()


class TestDeadLetters:
    def bury(self, ledger, number=1, at=NOW):
        """Give a key up."""
        ledger.mark([deal(number)], LIVE, at)
        ledger.fail("w", take(ledger, at)[0], f"reason {number}", None, at)

    def test_a_given_up_key_is_listed_with_its_reason(self, ledger):
        """It is out of the way, and an operator sees what and why."""
        self.bury(ledger)
        assert ledger.backlog().marks == 0
        (letter,) = ledger.dead_letters(10)
        assert (letter.key, letter.reason, letter.attempts) == (deal(1), "reason 1", 1)
        assert (letter.first_marked_at, letter.died_at) == (NOW, NOW)

    def test_latest_first_and_limited(self, ledger):
        """The list begins with what died last."""
        for number in (1, 2, 3):
            self.bury(ledger, number, later(number))
        assert [letter.key for letter in ledger.dead_letters(2)] == [deal(3), deal(2)]

    def test_a_new_mark_works_again_and_heals(self, ledger):
        """A dead key is not banned; when it succeeds, its letter is gone."""
        self.bury(ledger)
        ledger.mark([deal(1)], LIVE, later(5))
        claims = take(ledger, later(5))
        assert claims[0].attempts == 0
        assert len(ledger.dead_letters(10)) == 1
        ledger.done("w", claims, later(5))
        assert ledger.dead_letters(10) == ()

    def test_dying_twice_is_one_letter(self, ledger):
        """The latest reason stands."""
        self.bury(ledger)
        self.bury(ledger, at=later(50))
        (letter,) = ledger.dead_letters(10)
        assert letter.died_at == later(50)

    def test_replay(self, ledger):
        """Replay marks what is named, or everything, and tells how many."""
        for number in (1, 2, 3):
            self.bury(ledger, number)
        assert ledger.replay([deal(2), deal(9)], NOW) == 1
        assert keys(take(ledger)) == [deal(2)]
        assert ledger.replay(None, NOW) == 2
        assert set(keys(take(ledger))) == {deal(1), deal(3)}
        assert ledger.replay(None, NOW) == 0
        assert ledger.dead_letters(10) == ()

    def test_marked_while_dying(self, ledger):
        """A mark that came while the key was failing is tried all the same."""
        ledger.mark([deal(1)], LIVE, NOW)
        (claim,) = take(ledger)
        ledger.mark([deal(1)], LIVE, later(1))
        ledger.fail("w", claim, "no", None, later(2))
        assert len(ledger.dead_letters(10)) == 1
        assert take(ledger, later(2))[0].attempts == 0


class TestRechecks:
    def test_time_is_a_trigger(self, ledger):
        """A deal whose recheck time has come is marked once, and again only after a verdict."""
        ledger.record([record("1", recheck_at=later(60)), record("2")], NOW)
        assert ledger.next_due(NOW) == later(60)
        assert ledger.mark_due_rechecks(later(59)) == 0
        assert ledger.mark_due_rechecks(later(60)) == 1
        assert ledger.mark_due_rechecks(later(60)) == 0
        (claim,) = take(ledger, later(60))
        assert (claim.key, claim.priority) == (deal(1), RECHECK)


def test_backlog(ledger):
    """The numbers of the health page count what waits, what is held and what is dead."""
    assert ledger.backlog().oldest_marked_at is None
    ledger.mark([deal(1)], LIVE, NOW)
    ledger.mark([deal(2), deal(3)], LIVE, later(1))
    take(ledger, later(1), limit=1)
    backlog = ledger.backlog()
    assert (backlog.marks, backlog.leased, backlog.dead_letters, backlog.alerts) == (3, 1, 0, 0)
    assert backlog.oldest_marked_at == NOW
