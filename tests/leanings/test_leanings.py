"""The weights that tell an answer from what people write instead of one."""

from collections import Counter
from math import exp, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.notes.doubt import DOUBTFUL_BELOW
from app.domain.notes.leaning import BIAS, KINDS, Leanings, built_in, traits, words_of
from tests.leanings import train

LEANINGS = built_in()
KIND = st.sampled_from(sorted(KINDS))
MIN_KEPT = 0.97
MIN_CAUGHT = 0.75
MAX_DRIFT = 0.06
"""Solvers end a little apart on other machines; a weight has two decimals."""


def test_the_weights_are_those_of_the_phrases():
    """Nobody edits a weight by hand: the file is what `make leanings` makes of the phrases."""
    phrases = [phrase for path in train.sources() for phrase in train.phrases_of(path)]
    expected = Leanings(train.train(phrases))
    sample = phrases[:: max(1, len(phrases) // 500)]
    drift = [
        abs(expected.lean(phrase.text, phrase.kind) - LEANINGS.lean(phrase.text, phrase.kind))
        for phrase in sample
    ]
    assert max(drift) < MAX_DRIFT, "run `make leanings` and commit its file"


AUTHORS = sorted(train.NOTES.glob("authors/*.jsonl"))


@pytest.mark.parametrize("path", AUTHORS, ids=lambda path: path.stem)
def test_an_unseen_author_is_understood(path):
    """Weights made without an author's file keep their answers and catch most of the rest."""
    phrases = [phrase for phrase in train.phrases_of(path) if phrase.weight == 1]
    leanings = train.trained([other for other in train.sources() if other != path])
    right = Counter[bool]()
    for phrase in phrases:
        leaning = leanings.lean(phrase.text, phrase.kind)
        right[phrase.answers] += (leaning >= DOUBTFUL_BELOW) == phrase.answers
    total = Counter(phrase.answers for phrase in phrases)
    assert right[True] >= MIN_KEPT * total[True]
    assert right[False] >= MIN_CAUGHT * total[False]


def test_phrases_are_well_formed():
    """Each line names a known kind, label and language, and no text has two labels."""
    labels: dict[tuple[str, str], str] = {}
    for path in sorted(train.PHRASES.glob("*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            where = f"{path.name}:{number}"
            kind, label, language, text = line.split("\t")
            assert kind in KINDS.values(), where
            assert label in train.LABELS, where
            assert language in train.LANGUAGES, where
            assert labels.setdefault((kind, text.casefold()), label) == label, where


@settings(deadline=None)
@given(st.text(max_size=200), KIND)
def test_a_leaning_is_the_sum_of_its_traits(text, kind):
    """What is remembered by word adds up to what the weights' file says, for any text."""
    bag = Counter(traits(text, kind))
    weights = {**LEANINGS.weights}
    total = sum(weights.get(trait, 0.0) * count for trait, count in bag.items())
    expected = 1 / (1 + exp(-(weights[BIAS] + total / sqrt(bag.total()))))
    assert LEANINGS.lean(text, kind) == pytest.approx(expected)


@settings(deadline=None)
@given(st.text(max_size=200), KIND)
def test_the_telling_words_are_the_texts_own(text, kind):
    """The words given as the reason stand in the text."""
    assert set(LEANINGS.telling(text, kind)) <= set(words_of(text))
