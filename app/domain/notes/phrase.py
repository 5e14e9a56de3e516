"""Finding the phrases of a vocabulary in text, all of them in one pass.

Words are compared folded: lower case, without accents, look-alike letters of other scripts read
as the Latin ones they imitate. Folding keeps the length, so that a word's place in the folded
text is its place in the note. All beginnings of phrases are known, hence the cost of a pass grows
with the text and not with the vocabulary.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from app.domain.notes.automaton import DEAD, Automaton, expand

_WORD = re.compile("[0-9a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u1fff\u3040-\ud7ff]+")
_SHARP_S = re.compile(r"(?<=\w\w)ss")  # what folding makes of "ß" inside a word
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_STOP = re.compile(r"[:;?!,|=]|\.\s")
_LOOKALIKES = dict(
    zip(
        "аеорсухіјѕԁԛɡοαενικτρυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "aeopcyxijsdqgoaevikTpuxABEZHIKMNOPTYX",
        strict=False,
    )
)


def _folding() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]:
        base = unicodedata.normalize("NFD", chr(code))[0]
        table[code] = base.lower()
    table.update({ord(a): b.lower() for a, b in _LOOKALIKES.items()})
    table.update({0xFF01 + i: chr(0x21 + i).lower() for i in range(94)})
    table.update(dict.fromkeys(map(ord, "’‘ʼ`´"), "'"))  # noqa: RUF001 - typographic apostrophes
    table.update({ord("ø"): "o", ord("Ø"): "o", ord("ß"): "s", ord("ı"): "i", ord("ł"): "l"})  # noqa: RUF001 - dotless i
    return table


_FOLDING = _folding()


class Word(NamedTuple):
    """A folded word and its place in the text."""

    text: str
    start: int
    end: int


_new_word = partial(tuple.__new__, Word)
"""Builds a word from its fields without the cost of a call in Python; there are very many."""


class Hit(NamedTuple):
    """A phrase of some class over the words `first` to `last` (exclusive)."""

    kind: str
    first: int
    last: int


_new_hit = partial(tuple.__new__, Hit)


def fold(text: str) -> str:
    """The text in lower case without accents, of the same length."""
    lower = text.lower()
    if lower.isascii():
        return lower
    if len(lower) != len(text):
        lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return _BEYOND_ASCII.sub(_folded, lower)


def _folded(match: re.Match[str]) -> str:
    return _FOLDING.get(ord(match[0]), match[0])


def words_of(folded: str) -> list[Word]:
    """The words of folded text."""
    words: list[Word] = []
    end = 0
    find = folded.index
    for text in _WORD.findall(folded):
        start = find(text, end)
        end = start + len(text)
        words.append(_new_word((text, start, end)))
    return words


class PhraseBook:
    """Phrases by class, ready to be found; immutable once built.

    `questions` are the classes that belong to a question ("labels.why_now"). The classes named
    in `fillers` hold single words that are so common that they are only looked up, not reported.
    """

    def __init__(self, phrases: Mapping[str, Iterable[str]], fillers: Collection[str] = ()) -> None:
        self.questions = frozenset(kind for kind in phrases if "." in kind)
        self.fillers = frozenset(
            word
            for kind in fillers
            for pattern in phrases[kind]
            for phrase in expand(pattern)
            for words in spellings(phrase)
            for word in words
        )
        reported = {kind: patterns for kind, patterns in phrases.items() if kind not in fillers}
        self._automaton = Automaton(reported, spellings)

    def find(self, folded: str, words: Sequence[Word]) -> list[Hit]:
        """Every phrase in the words, by where it starts; none runs across a sentence stop."""
        hits: list[Hit] = []
        known, memory = self._automaton.words, self._automaton.memory()
        steps, kinds, step = memory.steps, memory.kinds, memory.step
        texts = [word.text if word.text in known else None for word in words]
        texts.append(None)  # so that the last word needs no case of its own
        for first, text in enumerate(texts):
            state, last, here = 0, first, text
            while here is not None:
                following = steps[state].get(here)
                if following is None:
                    following = step(state, here)
                if following == DEAD or (
                    last > first and _stops(folded, words[last - 1].end, words[last].start)
                ):
                    break
                state, last = following, last + 1
                for kind in kinds[state]:  # most states end no phrase
                    hits.append(_new_hit((kind, first, last)))  # noqa: PERF401 - slower as a list
                here = texts[last]
        return hits


def _stops(folded: str, start: int, end: int) -> bool:
    """Whether a sentence ends between two words; mostly there is but a space."""
    return folded[start:end] != " " and _STOP.search(folded, start, end) is not None


def spellings(phrase: str) -> Iterator[list[str]]:
    """The words of a phrase in each way of spelling it; none for an empty one."""
    folded = fold(phrase)
    for spelling in {folded, folded.replace("'", ""), _SHARP_S.sub("s", folded)}:
        yield _WORD.findall(spelling)
