"""One sentence of a note, with the numbers in it and what they count as far as words alone tell.

It only gathers; `counting` says what a number stands for and `census` adds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from app.domain.notes.line import Span
from app.domain.notes.noun import THING, Noun, noun_after
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.quantity import quantities

NAMED = frozenset({"nr", "instance"})
"""The classes that show a sentence to speak of Node-RED."""

_THINGS = frozenset({THING, "machine", "site"})
_BULLETS = "-*•·‣▪◦– \t"
_MAX_CHARACTERS_OF_LABEL = 40


class Count(NamedTuple):
    """A number over the words `first` to `last` (exclusive), and the noun that it counts.

    `whole` is what it is a part of by number, the 9 of "4 of 9".
    """

    value: int
    first: int
    last: int
    noun: Noun | None
    whole: int | None = None

    @property
    def kind(self) -> str | None:
        """The class of the noun; None when the number stands alone."""
        return self.noun.kind if self.noun else None

    @property
    def end(self) -> int:
        """The word behind the number and its noun."""
        return self.noun.last if self.noun else self.last

    @property
    def thing(self) -> bool:
        """Whether it counts what Node-RED may run on or in: machines, places, things unknown."""
        return self.kind in _THINGS


class Sentence(NamedTuple):
    """A sentence with its hits and counts.

    `kinds` are the classes of its hits, `words` those that lie in it, `quote` is its text without
    bullet and label. `named`: it speaks of Node-RED itself; `near`: its line does, or is one short
    item among such; `topic`: what stands shortly before it did; `day` is the date of its entry in
    a log; `antecedent` is the class of the thing counted last before it, which "both" and "three
    of them" count again.
    """

    passage: Passage
    span: Span
    hits: Sequence[Hit]
    counts: Sequence[Count]
    near: bool
    topic: bool
    day: date | None
    kinds: frozenset[str]
    named: bool
    words: range
    quote: str
    antecedent: str | None = None

    @classmethod
    def of(
        cls,
        passage: Passage,
        span: Span,
        counts: Sequence[Count],
        *,
        near: bool,
        topic: bool = False,
        day: date | None = None,
        antecedent: str | None = None,
    ) -> Sentence:
        """The sentence over a span of a line, with those of the line's counts that lie in it."""
        hits: Sequence[Hit] = passage.hits
        kinds, inside = passage.kinds, range(len(passage.words))
        if span != (0, len(passage.text)):
            inside = passage.words_in(*span)
            first, last = inside.start, inside.stop
            hits = [hit for hit in hits if first <= hit.first and hit.last <= last]
            counts = [count for count in counts if first <= count.first < last]
            kinds = frozenset(hit.kind for hit in hits)
        named = not kinds.isdisjoint(NAMED)
        quote = _quote(passage, span, hits)
        return cls(
            passage, span, hits, counts, near, topic, day, kinds, named, inside, quote, antecedent
        )

    def counts_from(self, place: int) -> list[Count]:
        """The counts from a character of the line on."""
        words = self.passage.words
        return [count for count in self.counts if words[count.first].start >= place]

    def before(self, count: Count, kinds: frozenset[str], words: int) -> Iterator[Hit]:
        """The hits of some classes that end at most so many words before a count."""
        for hit in self.hits:
            if hit.kind in kinds and 0 <= count.first - hit.last <= words:
                yield hit


def _quote(passage: Passage, span: Span, hits: Sequence[Hit]) -> str:
    """A sentence without bullet and label."""
    text = passage.text[slice(*span)].lstrip(_BULLETS).rstrip(" ;|")
    head, colon, rest = text[:_MAX_CHARACTERS_OF_LABEL].partition(":")
    labelled = bool(colon and rest) and any(
        "." in hit.kind and passage.words[hit.first].start - span[0] < len(head) for hit in hits
    )
    return text[len(head) + 1 :].lstrip() if labelled else text


def counts_in(passage: Passage, start: int = 0, end: int | None = None) -> list[Count]:
    """The numbers between two places of a line with their nouns, without what is struck out."""
    words = passage.words
    struck = bool(passage.line.struck)
    return [
        Count(
            number.value, number.first, number.last, noun_after(passage, number.last), number.whole
        )
        for number in quantities(passage, start, end)
        if not (struck and passage.struck(words[number.first].start, words[number.last - 1].end))
    ]
