"""Finding the phrases of a vocabulary in text, all of them in one pass.

Words are compared folded: lower case, without accents, look-alike letters of other scripts read
as the Latin ones they imitate. Folding keeps the length, so that a word's place in the folded
text is its place in the note. All beginnings of phrases are known, hence the cost of a pass grows
with the text and not with the vocabulary.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from typing import NamedTuple

_WORD = re.compile("[0-9a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u1fff\u3040-\ud7ff]+")
_SHARP_S = re.compile(r"(?<=\w\w)ss")  # what folding makes of "ß" inside a word
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_GROUP = re.compile(r"\(([^()]*)\)")
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


def expand(pattern: str) -> Iterable[str]:
    """The phrases that a pattern stands for: `(a|b|) c` is "a c", "b c" and "c"."""
    parts = _GROUP.split(pattern)
    choices = [part.split("|") if index % 2 else [part] for index, part in enumerate(parts)]
    return (" ".join("".join(choice).split()) for choice in product(*choices))


class PhraseBook:
    """Phrases by class, ready to be found; immutable once built.

    `questions` are the classes that belong to a question ("labels.why_now"). The class named
    `fillers` holds single words that are so common that they are only looked up, never reported.

    All beginnings of phrases are the keys of one dictionary: to an index into the sets of classes
    (0: no phrase ends here), doubled, plus one if a longer phrase goes on from here. Plain numbers
    keep tens of thousands of phrases out of the garbage collector's sight.
    """

    def __init__(self, phrases: Mapping[str, Iterable[str]], fillers: str = "") -> None:
        self.questions = frozenset(kind for kind in phrases if "." in kind)
        self.fillers = frozenset(
            word for spelled in _spellings(phrases.get(fillers, ())) for word in spelled
        )
        ends: dict[str, list[str]] = {}
        longer: set[str] = set()
        for kind, patterns in phrases.items():
            if kind == fillers:
                continue
            for words in _spellings(patterns):
                key = " ".join(words)
                kinds = ends.setdefault(key, [])
                if kind not in kinds:
                    kinds.append(kind)
                longer.update(" ".join(words[:count]) for count in range(1, len(words)))
        self._kinds: list[tuple[str, ...]] = [()]
        self._beginnings = dict.fromkeys(longer, 1)
        for key, kinds in ends.items():
            self._kinds.append(tuple(kinds))
            self._beginnings[key] = 2 * (len(self._kinds) - 1) + (key in longer)

    def find(self, folded: str, words: Sequence[Word]) -> list[Hit]:
        """Every phrase in the words, by where it starts; none runs across a sentence stop."""
        hits: list[Hit] = []
        texts = [word.text for word in words]
        count = len(texts)
        begin, kinds_of = self._beginnings.get, self._kinds
        for first, text in enumerate(texts):
            code = begin(text)
            if code is None:
                continue
            last = first + 1
            key = text
            while True:
                if code > 1:
                    hits.extend([_new_hit((kind, first, last)) for kind in kinds_of[code >> 1]])
                if not code & 1 or last == count:
                    break
                key = f"{key} {texts[last]}"
                code = begin(key)
                if code is None or _STOP.search(folded, words[last - 1].end, words[last].start):
                    break
                last += 1
        return hits


def _spellings(patterns: Iterable[str]) -> Iterator[list[str]]:
    """The words of every phrase that patterns stand for, in each way of spelling it."""
    for pattern in patterns:
        for phrase in expand(pattern):
            folded = fold(phrase)
            for spelling in {folded, folded.replace("'", ""), _SHARP_S.sub("s", folded)}:
                words = _WORD.findall(spelling)
                if words:
                    yield words
