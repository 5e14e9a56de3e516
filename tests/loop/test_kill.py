"""The process dies at every point between verdict, post and record; the channel stays in order.

A fuse counts every call of the ledger and of the channel, and blows before or after one of them.
What ran is thrown away, a new worker and a new sender start on the same database and the same
channel, and the leases of the dead run out.
"""

from __future__ import annotations

import os

import pytest

from app.controller.alerts import AlertSender, SenderPace
from app.controller.judgement import Judge
from app.controller.reconcile import Reconciler
from app.controller.worker import Pace, Worker
from app.domain.deal import DealId
from app.ports import MAIN_CHANNEL
from tests.loop.fakes import NAMES, evaluate
from tests.loop.rig import MAX_ATTEMPTS, SETTLE_SECONDS, WORKER, rig_on_copy

LEASES_SECONDS = 120
STEP = 1 if os.environ.get("DEALGATE_EVERY_POINT") else 4
"""Every fourth point in an ordinary run; all of them (well over a hundred) when asked for."""
LAST_POINT = 400
"""More calls than any of the stories makes; each is played until no fuse blows any more."""


class Killed(BaseException):
    """The process is gone; nothing may catch this."""


class Fuse:
    """Blows at one call of all that it guards, before the call or after it took effect."""

    def __init__(self, point: int, *, after: bool) -> None:
        self._left, self._after = point, after
        self.has_blown = False

    def guard(self, thing):
        return _Guarded(thing, self)

    def call(self, function, *args, **kwargs):
        if self.has_blown:
            raise Killed
        self._left -= 1
        if self._left == 0:
            self.has_blown = True
            if self._after:
                function(*args, **kwargs)
            raise Killed
        return function(*args, **kwargs)


class _Guarded:
    def __init__(self, thing, fuse) -> None:
        self._thing, self._fuse = thing, fuse

    def __getattr__(self, name):
        found = getattr(self._thing, name)
        if name == "alerts":
            return _Guarded(found, self._fuse)
        if not callable(found):
            return found
        return lambda *args, **kwargs: self._fuse.call(found, *args, **kwargs)


class Process:
    """A worker and a sender of one life."""

    def __init__(self, rig, fuse: Fuse) -> None:
        self._rig = rig
        ledger, channel, crm = map(fuse.guard, (rig.ledger, rig.channel, rig.crm))
        reconciler = Reconciler(
            crm=crm,
            ledger=ledger,
            judge=Judge(crm=crm, ledger=ledger, evaluate=evaluate, names=NAMES),
            clock=rig.clock,
            backoff=rig.backoff,
            recipient_of=lambda *_: MAIN_CHANNEL,
            settle_seconds=SETTLE_SECONDS,
            max_attempts=MAX_ATTEMPTS,
            patience_seconds=0,
        )
        self._worker = Worker(
            name="w",
            reconciler=reconciler,
            ledger=ledger,
            clock=rig.clock,
            breaker=rig.breaker,
            beat=lambda _: None,
            pace=Pace(threads=1),
        )
        self._sender = AlertSender(
            book=ledger.alerts,
            rules=rig.rules,
            notifier=channel,
            clock=rig.clock,
            backoff=rig.backoff,
            pace=SenderPace(max_attempts=MAX_ATTEMPTS),
        )

    def live(self) -> None:
        """Work until nothing is due, let it settle, and speak until nothing is due."""
        while self._worker.turn(WORKER):
            pass
        self._rig.clock.advance(SETTLE_SECONDS)
        while self._sender.turn():
            pass


def one_episode(rig):
    """Blocked, half answered, answered."""
    deal = rig.crm.add(1)
    rig.mark(deal)
    yield
    rig.crm.deals[deal].notes.append("change: costs")
    rig.mark(deal)
    yield
    rig.crm.deals[deal].notes.append("now: audit")
    rig.mark(deal)
    yield


def storm(rig):
    """More deals at once than are told one by one; then some are put right."""
    deals = [rig.crm.add(number) for number in range(1, 9)]
    rig.mark(*deals)
    yield
    for deal in deals[:3]:
        rig.crm.deals[deal].notes += ["change: costs", "now: audit"]
    rig.mark(*deals[:3])
    yield


def play(rig, story, fuse) -> None:
    """A life that ends when the fuse blows, and another that finishes the work."""
    process = Process(rig, fuse)
    for _ in story(rig):
        try:
            process.live()
        except Killed:
            process = Process(rig, Fuse(0, after=False))
            rig.clock.advance(LEASES_SECONDS)
            process.live()


def lives(empty_database, folder, story):
    """The story with the process killed at every point, one after the other."""
    for after in (False, True):
        for point in range(1, LAST_POINT, STEP):
            fuse = Fuse(point, after=after)
            rig = rig_on_copy(empty_database, folder / "kill.sqlite3")
            try:
                play(rig, story, fuse)
                if not fuse.has_blown:
                    break
                yield f"{'after' if after else 'before'} call {point}", rig
            finally:
                rig.close()
        else:
            pytest.fail("the story makes more calls than LAST_POINT")


def test_one_message_for_an_episode_wherever_the_process_dies(empty_database, tmp_path):
    """One message, and it says that all is clear; each line of its history stands there once."""
    played = 0
    for where, rig in lives(empty_database, tmp_path, one_episode):
        played += 1
        [message] = rig.channel.messages.values()
        assert (message[0].kind, message[-1].kind) == ("blocked", "cleared"), where
        for lines in rig.channel.history.values():
            assert len(lines) == len(set(map(repr, lines))), where
        assert rig.ledger.backlog().alerts == 0, where
        assert rig.crm.shown(DealId("1"), "standing") == "clear", where
    assert played * STEP >= 50


def test_one_message_for_a_group_wherever_the_process_dies(empty_database, tmp_path):
    """Eight deals at once are one message, with each of them as it stands at last."""
    played = 0
    for where, rig in lives(empty_database, tmp_path, storm):
        played += 1
        assert len(rig.channel.groups) + len(rig.channel.messages) == 1, where
        kinds = [kind for _, kind, _ in rig.channel.now_showing]
        assert (kinds.count("cleared"), kinds.count("blocked")) == (3, 5), where
        assert rig.ledger.backlog().alerts == 0, where
    assert played * STEP >= 50
