"""One answer per question out of a note's candidates: the latest statement wins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.domain.notes.answer import Answer, AnswerState, QuestionId, ReasonCode
from app.domain.notes.candidate import Candidate

ABSENT = Answer(AnswerState.ABSENT, ReasonCode.ABSENT)
_RANK = {
    AnswerState.ANSWERED: 3,
    AnswerState.UNCLEAR: 2,
    AnswerState.PLACEHOLDER: 2,
    AnswerState.ASKED_ONLY: 1,
    AnswerState.ABSENT: 0,
}


def choose(
    candidates: Sequence[Candidate], dates: Sequence[date | None], question: QuestionId
) -> Candidate | None:
    """The candidate that stands; None when there is none.

    Dated entries go by their date, all others by their place. A blank never withdraws an answer;
    words that withdraw it do.
    """
    mine = [c for c in candidates if c.question == question]
    if any(not c.stand_in for c in mine):
        mine = [c for c in mine if not c.stand_in]
    labelled = [c for c in mine if c.place is not None]
    if any(dates[c.passage] for c in mine):
        mine.sort(key=lambda c: (dates[c.passage] or date.min, c.passage))
        labelled.sort(key=lambda c: (dates[c.passage] or date.min, c.passage))
    standing: Candidate | None = None
    for candidate in labelled:
        if standing is None or _replaces(candidate, standing):
            standing = candidate
    if standing is not None and standing.state is AnswerState.ANSWERED:
        return standing
    for candidate in mine:
        if candidate.place is None and (
            standing is None or standing.opinion.reason is not ReasonCode.RETRACTED
        ):
            return candidate
    return standing


def _replaces(new: Candidate, old: Candidate) -> bool:
    if new.opinion.reason is ReasonCode.RETRACTED:
        return True
    if new.state is AnswerState.ANSWERED:
        return True
    return _RANK[new.state] > _RANK[old.state]
