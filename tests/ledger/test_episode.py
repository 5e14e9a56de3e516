"""The alert rules against a channel that is played, in any order of wishes and answers."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.ledger.episode import Episode
from app.ports import AlertKind, MessageRef

from .samples import blocked, cleared, later

cards = st.sampled_from(
    [blocked("1", "why_now"), blocked("1", "budget"), blocked("1", "a", "b"), cleared()]
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("wish"), cards),
        st.tuples(st.just("take"), st.none()),
        st.tuples(st.just("answer"), st.sampled_from(["sent", "failed", "unsure", "lost"])),
        st.tuples(st.just("end"), st.none()),
    ),
    max_size=25,
)


class Channel:
    """A Slack that keeps every message, and a sender that posts or edits what it holds."""

    def __init__(self):
        self.messages = {}
        self.first = {}

    def tell(self, card, ref):
        """Post, edit, or say nothing; where the message stands now."""
        if ref is None and card.kind is AlertKind.CLEARED:
            return None
        ref = ref or MessageRef("C", str(len(self.messages)))
        self.messages[ref] = card
        self.first.setdefault(ref, card)
        return ref

    def find(self, card):
        """The message of this card's episode, by the metadata of what it first said."""
        return next(
            (ref for ref, first in self.first.items() if first.opened_at == card.opened_at), None
        )

    def open_messages(self):
        """What stands in the channel and is not cleared."""
        return [card for card in self.messages.values() if card.kind is AlertKind.BLOCKED]


class Scene:
    """One deal, its episode, a channel and at most one alert on its way."""

    def __init__(self):
        self.episode, self.channel, self.held, self.now = Episode(), Channel(), None, 0

    def wish(self, card):
        card = replace(card, opened_at=later(self.now))
        self.episode = self.episode.wished(card, later(self.now))

    def end(self, _):
        self.episode = self.episode.ended("gone", later(self.now))

    def take(self, _):
        """A sender gets the alert, looks for what an earlier one left, and notes its attempt."""
        if self.held is None and self.episode.due_at is not None:
            self.held = self.episode
            self.episode = self.episode.begun(self.held.wish, later(self.now))

    def answer(self, how):
        if self.held is None:
            return
        held, self.held = self.held, None
        if how == "failed":
            self.episode = self.episode.failed(
                held.version, "no", later(self.now), is_certain=held.attempt is None
            )
            return
        there = held.shown.ref if held.shown else None
        if there is None and held.attempt is not None:
            there = self.channel.find(held.attempt.card)
        shown = self.channel.tell(held.wish, there)
        if how == "lost":
            return  # the sender dies before it can say so; its lease ends
        if how == "unsure":
            self.episode = self.episode.failed(held.version, "?", later(self.now), is_certain=False)
            return
        self.episode = self.episode.sent(held.version, held.wish, shown, later(self.now))

    def drain(self):
        for _ in range(5):
            self.answer("sent")
            self.take(None)
        assert self.held is None, "the episode never comes to rest"


@given(steps)
def test_the_channel_comes_to_show_the_last_wish(story):
    """When all is said, one open message shows the last card, or none stands open after a clear."""
    scene = Scene()
    for scene.now, (verb, argument) in enumerate(story):
        getattr(scene, verb)(argument)
    scene.drain()
    assert scene.episode.due_at is None
    wish = scene.episode.wish
    if wish is None or wish.kind is AlertKind.CLEARED:
        assert scene.channel.open_messages() == []
        assert scene.episode.shown is None
    else:
        assert scene.channel.open_messages() == [wish]
        assert scene.episode.shown.card == wish


@given(steps)
def test_one_wish_is_said_once(story):
    """After it has come to rest, the same wish again is never said again."""
    scene = Scene()
    for scene.now, (verb, argument) in enumerate(story):
        getattr(scene, verb)(argument)
    scene.drain()
    said = dict(scene.channel.messages)
    if scene.episode.wish is not None:
        scene.wish(scene.episode.wish)
    scene.drain()
    assert scene.channel.messages == said


@given(steps)
def test_versions_only_grow(story):
    """A version is never used for two wishes, which is what comparing it relies on."""
    scene, wishes = Scene(), {}
    for scene.now, (verb, argument) in enumerate(story):
        getattr(scene, verb)(argument)
        assert wishes.setdefault(scene.episode.version, scene.episode.wish) == scene.episode.wish
