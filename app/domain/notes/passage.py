"""A line of a note with its words and the phrases found in them; still without any judgement."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from operator import attrgetter

from app.domain.notes.line import Line, Span
from app.domain.notes.page import Page
from app.domain.notes.phrase import Hit, PhraseBook, Word, fold, words_of
from app.domain.notes.typo import corrected
from app.domain.notes.vocabulary import WORDS

_SENTENCE_END = re.compile(r"""[.!?]+["')\]»”]*(?=\s+["'(\[¿¡«“]?[\w¿])|[;•]\s|\s\|\s""")
_STOP_INSIDE = re.compile(r"[.!?;•|]")  # without one the line is a single sentence
_kind_of = attrgetter("kind")
_start_of = attrgetter("start")
_end_of = attrgetter("end")
_ABBREVIATIONS = WORDS["abbreviations"]


class Passage:
    """One line; `kinds` are the classes of its hits, `fillers` words without content.

    `questions` are those of the classes that belong to a question.
    """

    def __init__(self, index: int, line: Line, book: PhraseBook) -> None:
        self.index = index
        self.line = line
        self.text = line.text
        self.folded = fold(line.text)
        self.words: list[Word] = corrected(words_of(self.folded))
        self.hits: list[Hit] = book.find(self.folded, self.words)
        self.kinds = frozenset(map(_kind_of, self.hits))
        self.questions = self.kinds & book.questions if self.hits else self.kinds
        self.fillers = book.fillers
        self._sentences: list[Span] | None = None

    @property
    def sentences(self) -> list[Span]:
        """The sentences of the line, as spans without the white space between them."""
        if self._sentences is None:
            self._sentences = self._split()
        return self._sentences

    def _split(self) -> list[Span]:
        if not _STOP_INSIDE.search(self.text, 0, len(self.text) - 1):
            return [(0, len(self.text))]
        spans: list[Span] = []
        start = 0
        for match in _SENTENCE_END.finditer(self.text):
            if match[0][0] == "." and self._abbreviated(match.start()):
                continue
            spans.append((start, match.end()))
            start = match.end()
            while start < len(self.text) and self.text[start] == " ":
                start += 1
        if start < len(self.text):
            spans.append((start, len(self.text)))
        return spans

    def _abbreviated(self, stop: int) -> bool:
        word = self.folded[max(0, stop - 8) : stop].rpartition(" ")[2].lstrip("(")
        return word in _ABBREVIATIONS or len(word) == 1

    def sentence_at(self, place: int) -> Span:
        """The sentence that a character belongs to."""
        for span in self.sentences:
            if place < span[1]:
                return span
        return (0, len(self.text))

    def span_of(self, hit: Hit) -> Span:
        """Where a hit stands in the line."""
        return self.words[hit.first].start, self.words[hit.last - 1].end

    def between(self, first: int, last: int) -> str:
        """The folded text between the word before `first` and the word `last`."""
        return self.folded[self.words[first - 1].end : self.words[last].start]

    def words_in(self, start: int, end: int) -> range:
        """Which words lie wholly between two places of the line."""
        words = self.words
        first = bisect_left(words, start, key=_start_of)
        return range(first, bisect_right(words, end, first, key=_end_of))

    def has(self, kind: str, start: int = 0, end: int | None = None) -> bool:
        """Whether a phrase of that class stands between two places of the line."""
        if kind not in self.kinds:
            return False
        stop = len(self.text) if end is None else end
        words = self.words
        for found, first, last in self.hits:  # a loop, since this is asked very often
            if found == kind and words[first].start >= start and words[last - 1].end <= stop:
                return True
        return False

    def has_words(self, start: int) -> bool:
        """Whether words stand behind a place of the line."""
        return bool(self.words) and self.words[-1].start >= start

    def struck(self, start: int, end: int) -> bool:
        """Whether the stretch is struck out."""
        return any(a <= start and end <= b for a, b in self.line.struck)


Part = tuple[Passage, Span]
"""A stretch of one line."""


def passages_of(page: Page, book: PhraseBook) -> list[Passage]:
    """The lines of a page, read."""
    return [Passage(index, line, book) for index, line in enumerate(page.lines)]
