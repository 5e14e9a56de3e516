"""How a short text leans: towards an answer of its kind, or towards what stands in place of one.

Refusals have no end of wordings ("none that he'd admit to", "she'd come back to me"), so beside the
vocabulary stands a linear model over words, pairs of words and pieces of words. Its weights are
data, made by `make leanings` from labelled phrases of our own; each is a number that one can look
up, and `telling` says which words spoke. It refuses to see where a text stands, who wrote it
or what else the note says: those are other stages' questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from math import exp, sqrt
from types import MappingProxyType

from app.domain.notes.answer import QuestionKind

MAX_WORDS = 40
"""An answer shows its nature at once; what comes later is not weighed."""
BIAS = "#bias"
KINDS: Mapping[QuestionKind, str] = MappingProxyType(
    {QuestionKind.REASON: "change", QuestionKind.TIMING: "now", QuestionKind.VALUE: "flowfuse"}
)
"""The kinds that the weights know, by their short names in the data."""

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+|[?!\"]")
_PIECE = 4
_WORDS_PER_LENGTH = 3
_LONGEST = 6
_REMEMBERED_WORDS = 16_384


def words_of(text: str) -> list[str]:
    """The words that are weighed, in lower case, every number the same."""
    found = _WORD.findall(text[: MAX_WORDS * 16].lower().replace("’", "'"))[:MAX_WORDS]
    return ["#number" if word.isdecimal() else word for word in found]


def traits(text: str, kind: QuestionKind) -> Iterator[str]:
    """Everything about a text that has a weight of its own, with repetitions."""
    words = words_of(text)
    for word in words:
        yield from _traits_of(word, KINDS[kind])
    for first, second in pairwise(words):
        yield f"{first} {second}"
    if words:
        yield f"#first {words[0]}"
    yield _length(words)


def _traits_of(word: str, kind: str) -> Iterator[str]:
    yield word
    yield f"{kind}:{word}"
    framed = f"^{word}$"
    for start in range(len(framed) - _PIECE + 1):
        yield f"~{framed[start : start + _PIECE]}"


def _length(words: list[str]) -> str:
    return f"#length {min(len(words) // _WORDS_PER_LENGTH, _LONGEST)}"


class Leanings:
    """The weights, ready for use; immutable and safe to share between threads."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self.weights = weights
        self._word = lru_cache(_REMEMBERED_WORDS)(self._weigh_word)

    def lean(self, text: str, kind: QuestionKind) -> float:
        """From 0, a text as people write it where there is no answer, to 1, surely an answer."""
        words = words_of(text)
        weights, short = self.weights, KINDS[kind]
        total, count = weights.get(_length(words), 0.0), 1
        for word in words:
            weight, size = self._word(word, short)
            total += weight
            count += size
        for first, second in pairwise(words):
            total += weights.get(f"{first} {second}", 0.0)
        if words:
            total += weights.get(f"#first {words[0]}", 0.0)
            count += len(words)
        return 1 / (1 + exp(-(weights[BIAS] + total / sqrt(count))))

    def telling(self, text: str, kind: QuestionKind, most: int = 3) -> list[str]:
        """The words that speak loudest against an answer, loudest first."""
        spoken = {word: self._word(word, KINDS[kind])[0] for word in words_of(text)}
        against = [word for word, weight in spoken.items() if weight < 0 and "#" not in word]
        return sorted(against, key=lambda word: (spoken[word], word))[:most]

    def _weigh_word(self, word: str, kind: str) -> tuple[float, int]:
        own = list(_traits_of(word, kind))
        return sum(self.weights.get(trait, 0.0) for trait in own), len(own)


@cache
def built_in() -> Leanings:
    """The weights that come with the product."""
    text = files(__package__).joinpath("vocabulary", "leanings.txt").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines() if not line.startswith("# "))
    return Leanings({trait: float(weight) for trait, weight in lines})
