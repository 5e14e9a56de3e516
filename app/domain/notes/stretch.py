"""A stretch of text that may be an answer, and an opinion on it."""

from __future__ import annotations

from typing import NamedTuple

from app.domain.notes.answer import AnswerState, QuestionKind, ReasonCode
from app.domain.notes.line import Span
from app.domain.notes.passage import Passage


class Opinion(NamedTuple):
    """A judgement of some text, with a few words that give the reason."""

    state: AnswerState
    reason: ReasonCode
    why: str


def blank(reason: ReasonCode, why: str) -> Opinion:
    """Text stands there, but no answer in it."""
    return Opinion(AnswerState.PLACEHOLDER, reason, why)


def asked(reason: ReasonCode, why: str) -> Opinion:
    """Only the question, or what belongs to it, stands there."""
    return Opinion(AnswerState.ASKED_ONLY, reason, why)


def unclear(reason: ReasonCode, why: str) -> Opinion:
    """An answer that cannot be trusted as it stands."""
    return Opinion(AnswerState.UNCLEAR, reason, why)


class Stretch(NamedTuple):
    """Part of a line, read as an answer to a question of some kind."""

    passage: Passage
    start: int
    end: int
    kind: QuestionKind

    @property
    def text(self) -> str:
        """The text as written."""
        return self.passage.text[self.start : self.end]

    @property
    def folded(self) -> str:
        """The text in lower case, without accents."""
        return self.passage.folded[self.start : self.end]

    @property
    def span(self) -> Span:
        """Where the stretch lies in its line."""
        return self.start, self.end

    @property
    def size(self) -> int:
        """How many words it has."""
        return len(self.text.split())

    def has(self, kind: str) -> bool:
        """Whether a phrase of that class stands in it."""
        return self.passage.has(kind, self.start, self.end)

    def opens_with(self, kind: str, within: int = 1) -> bool:
        """Whether a phrase of that class is among its first words (`within`: words before it)."""
        if kind not in self.passage.kinds:
            return False
        inside = self.passage.words_in(*self.span)
        opening = range(inside.start, min(inside.start + within + 1, inside.stop))
        return any(hit.kind == kind and hit.first in opening for hit in self.passage.hits)
