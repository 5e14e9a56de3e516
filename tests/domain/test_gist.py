from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.domain.deal import Unread
from app.domain.evaluate import evaluate
from app.domain.gist import gist_of
from app.domain.read_note import as_read
from app.hubspot.gists import _GIST
from config.policy import load_policy
from config.policy.examples import examples_beside, load_examples, snapshot_of
from config.settings import DEFAULT_POLICY

POLICY = load_policy(DEFAULT_POLICY)
FILE = load_examples(examples_beside(DEFAULT_POLICY))
DEALS = [snapshot_of(example, FILE.now) for example in FILE.examples]


def without_bodies(snapshot):
    """The snapshot as it stands when its notes come back from where their gists were kept."""
    if isinstance(snapshot.notes, Unread):
        return snapshot
    kept = [(note, _GIST.dump_json(gist_of(POLICY, note))) for note in snapshot.notes]
    notes = tuple(as_read(note, _GIST.validate_json(text)) for note, text in kept)
    return replace(snapshot, notes=notes)


@given(st.sampled_from(DEALS))
def test_a_gist_is_judged_like_its_note(deal):
    """No criterion of the shipped policy needs a note's body once its gist was taken and kept."""
    snapshot, now = deal
    assert evaluate(POLICY, without_bodies(snapshot), now) == evaluate(POLICY, snapshot, now)


def test_a_gist_holds_no_more_of_a_note_than_quotes():
    """What is kept of a note is its answers' and statements' words, never all of it."""
    secret = "The weather in Lyon was foul and the coffee cold."
    snapshot = next(s for s, _ in DEALS if not isinstance(s.notes, Unread) and s.notes)
    note = replace(snapshot.notes[0], body=f"<p>{secret}</p><p>Why now? The audit in May.</p>")
    kept = _GIST.dump_json(gist_of(POLICY, note)).decode()
    assert "audit in May" in kept
    assert "weather" not in kept
