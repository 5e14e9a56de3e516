"""Which noun a number counts: the phrase behind it, whether the vocabulary knows its head or not.

People count whatever their business has: kennels, drones, kilns, kiosks. So the phrase is
delimited by what cannot belong to it, and only its class comes from the vocabulary. It does not
decide what the count means; that takes the sentence around it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from operator import attrgetter
from typing import NamedTuple

from app.domain.notes.numeral import value_of
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.vocabulary import WORDS

THING = "thing"
"""The class of a noun that the vocabulary does not know."""
ANAPHOR = "anaphor"
"""The class of "of them", "davon": it counts again what was counted before."""

_CLASSES = (
    "instance", "developer", "person", "artefact", "flow", "site", "machine", "nr",
)  # fmt: skip
_RANK = {kind: rank for rank, kind in enumerate(_CLASSES)}
_CARRIERS = frozenset({"nr", "machine"})
_STATES = frozenset({"live", "trial"})
_JOINT = re.compile(r"[\s\-'\"’*_]*")
_FIRST_JOINT = re.compile(r"[\s+×x*~'\"-]*")
_STOPS = frozenset().union(
    *(WORDS[role] for role in ("phrase_ends", "not_now_after", "times", "with", "gets"))
)
_ENDINGS = ("es", "en", "er", "s", "n", "e")
_MAX_WORDS = 5
_MIN_STEM_LETTERS = 3
_first_of = attrgetter("first")


class Noun(NamedTuple):
    """A counted noun over the words `first` to `last` (exclusive); `head` is its folded word."""

    kind: str
    first: int
    last: int
    head: str


def noun_after(passage: Passage, at: int) -> Noun | None:
    """The noun of the phrase that begins with the word `at`; None where no phrase begins."""
    at = _start(passage, at)
    if (again := _anaphor(passage, at)) is not None:
        further = noun_after(passage, again.last)
        if further is None or further.kind == THING or further.first != again.last:
            return again
        return further
    stop = _phrase_end(passage, at)
    if (known := _known(passage, at, stop)) is not None:
        beside = [h.last for h in hits_from(passage, known.last, stop) if h.kind == "nr"]
        last = _with_complement(passage, max([known.last, *beside]))
        return Noun(known.kind, known.first, last, passage.words[known.last - 1].text)
    states = [h for h in hits_from(passage, at, stop) if h.kind in _STATES]
    while any(h.last == stop for h in states):
        stop = min(h.first for h in states if h.last == stop)
    return Noun(THING, at, stop, passage.words[stop - 1].text) if stop > at else None


def _known(passage: Passage, at: int, stop: int) -> Hit | None:
    """The known noun that heads a phrase: the last one, the product's name only by itself.

    A machine beside the product's name is the place that it runs on, and one of those.
    """
    hits = [hit for hit in hits_from(passage, at, stop) if hit.kind in _RANK and hit.last <= stop]
    named = [hit for hit in hits if hit.kind == "nr"]
    others = [hit for hit in hits if not any(_within(hit, name) for name in named)]
    heads = [h for h in others if h.kind not in _CARRIERS or not named]
    ranked = heads or named
    return max(ranked, key=lambda h: (h.last, h.last - h.first, -_RANK[h.kind]), default=None)


def _with_complement(passage: Passage, last: int) -> int:
    """The end of a noun with "de Node-RED" behind it, which says only of what."""
    words = passage.words
    if last + 1 < len(words) and words[last].text in WORDS["of"] | {"d"}:
        named = [h.last for h in hits_from(passage, last + 1, last + 2) if h.kind == "nr"]
        return max(named, default=last)
    return last


def _within(hit: Hit, name: Hit) -> bool:
    return hit.first >= name.first and hit.last <= name.last


def hits_from(passage: Passage, first: int, last: int) -> list[Hit]:
    """The hits that begin with one of the words `first` to `last` (exclusive)."""
    hits = passage.hits
    start = bisect_left(hits, first, key=_first_of)
    return hits[start : bisect_left(hits, last, start, key=_first_of)]


def same_thing(one: str, other: str) -> bool:
    """Whether two folded words name the same thing, one perhaps plural or a compound with it."""
    forms = _forms(one), _forms(other)
    if not forms[0].isdisjoint(forms[1]):
        return True
    short, long = sorted(forms, key=lambda words: len(max(words, key=len)))
    return any(
        len(part) > _MIN_STEM_LETTERS and whole.endswith(part) for part in short for whole in long
    )


def _forms(word: str) -> set[str]:
    """A word and what is left of it without an ending of the plural."""
    stems = {word.removesuffix(ending) for ending in _ENDINGS}
    if word.endswith("ies"):
        stems.add(word[:-3] + "y")
    return {word, *(stem for stem in stems if len(stem) >= _MIN_STEM_LETTERS)}


def _anaphor(passage: Passage, at: int) -> Noun | None:
    for hit in hits_from(passage, at, at + 1):
        if hit.kind == ANAPHOR and _JOINT.fullmatch(passage.between(at, at)):
            return Noun(ANAPHOR, hit.first, hit.last, passage.words[hit.last - 1].text)
    return None


def _start(passage: Passage, at: int) -> int:
    """Where the phrase itself begins behind "8 x …" and "4 of the …"."""
    words = passage.words
    while at < len(words) and words[at].text in WORDS["times"]:
        at += 1
    if at + 1 < len(words) and words[at].text in WORDS["of"] | {"d"}:
        named = any(hit.kind in {"nr", "instance"} for hit in hits_from(passage, at + 1, at + 2))
        at += named
    begins = [word.text for word in words[at : at + 2]]
    partial = (
        len(begins) == 2
        and begins[0] in WORDS["of"]
        and begins[1] in WORDS["the"] | WORDS["owners"]
    )
    return at + 2 if partial else at


def _phrase_end(passage: Passage, at: int) -> int:
    """The first word that cannot belong to a phrase beginning with the word `at`."""
    words = passage.words
    end = min(len(words), at + _MAX_WORDS)
    start = at
    if at and at < len(words) and _FIRST_JOINT.fullmatch(passage.between(at, at)):
        start = max([at, *(h.last for h in hits_from(passage, at, at + 1) if h.kind == "person")])
    for index in range(start, end):
        text = words[index].text
        joint = _FIRST_JOINT if index == at else _JOINT
        broken = index and not joint.fullmatch(passage.between(index, index))
        stops = text in _STOPS and passage.folded[words[index].end :][:1] != "-"
        if broken or stops or text[0].isdecimal() or value_of(text) is not None:
            return index
        if any(hit.kind == "builds" for hit in hits_from(passage, index, index + 1)):
            return index
    return end
