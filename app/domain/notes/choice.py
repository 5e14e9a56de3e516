"""One answer per question out of a note's candidates: the latest statement wins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.domain.notes.answer import AnswerState, QuestionId, ReasonCode
from app.domain.notes.candidate import Candidate
from app.domain.notes.label import Place
from app.domain.notes.manuscript import Manuscript

_RANK = {
    AnswerState.ANSWERED: 3,
    AnswerState.UNCLEAR: 2,
    AnswerState.PLACEHOLDER: 2,
    AnswerState.ASKED_ONLY: 1,
    AnswerState.ABSENT: 0,
}


def choose(
    script: Manuscript, candidates: Sequence[Candidate], question: QuestionId
) -> Candidate | None:
    """The candidate that stands; None when there is none.

    Dated entries go by their date, all others by their place. A blank never withdraws an answer;
    words that withdraw it do. Labels outweigh prose, and unquoted lines quoted ones.
    """
    mine = [c for c in candidates if c.question == question]
    if any(not c.stand_in for c in mine):
        mine = [c for c in mine if not c.stand_in]
    mine = _own_words(script, mine)
    mine.sort(key=lambda c: (script.dates[c.passage] or date.min, c.passage, c.start))
    standing: Candidate | None = None
    for candidate in mine:
        if candidate.place is not None and (
            standing is None or _replaces(script, candidate, standing)
        ):
            standing = candidate
    if standing is not None and standing.state is AnswerState.ANSWERED:
        return standing
    stated = [c for c in mine if c.place is None]
    if standing is not None and standing.opinion.reason is ReasonCode.RETRACTED:
        stated = [c for c in stated if c.passage == standing.passage and c.start >= standing.end]
    return next(iter(stated), standing)


def _own_words(script: Manuscript, candidates: list[Candidate]) -> list[Candidate]:
    """Without what is only quoted from an earlier mail, and without what is of another record."""
    here = [c for c in candidates if script.passages[c.passage].has("here")]
    if here and len(here) < len(candidates):
        return here
    depths = {script.passages[c.passage].line.quoted for c in candidates}
    if len(depths) > 1:
        least = min(depths)
        return [c for c in candidates if script.passages[c.passage].line.quoted == least]
    return candidates


def _replaces(script: Manuscript, new: Candidate, old: Candidate) -> bool:
    if new.opinion.reason is ReasonCode.RETRACTED:
        return True
    settled = old.state is AnswerState.ANSWERED and old.place is Place.HEAD
    if settled and new.state is AnswerState.ANSWERED and new.place is not Place.HEAD:
        later = script.dates[new.passage] != script.dates[old.passage]
        return later or script.passages[new.passage].has("revision")
    return new.state is AnswerState.ANSWERED or _RANK[new.state] > _RANK[old.state]
