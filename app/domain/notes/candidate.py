"""A possible answer, found and judged but not yet chosen."""

from __future__ import annotations

from typing import NamedTuple

from app.domain.notes.answer import AnswerState, QuestionId, ReasonCode
from app.domain.notes.label import Place
from app.domain.notes.stretch import Opinion


class Candidate(NamedTuple):
    """One possible answer to one question; `start` and `end` are places in the page's text."""

    question: QuestionId
    passage: int
    place: Place | None
    label: str
    start: int
    end: int
    opinion: Opinion
    stand_in: bool = False

    @property
    def state(self) -> AnswerState:
        """How far it answers."""
        return self.opinion.state


ASKED = Opinion(AnswerState.ASKED_ONLY, ReasonCode.QUESTION_ONLY, "asked, with no answer")
