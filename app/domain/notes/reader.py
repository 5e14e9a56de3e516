"""Reads notes for a fixed list of questions. Pure: the same note gives the same answers.

The stages, each a module of its own: body → page → passages → manuscript (labels, frames,
speakers, dates) → candidates (labelled, mentioned, enumerated, withdrawn, stated) → one answer per
question, and the facts beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from app.domain.notes.answer import (
    WHY_CHANGE,
    WHY_FLOWFUSE,
    WHY_NOW,
    Answer,
    AnswerState,
    Judgement,
    NoteReading,
    Question,
    QuestionKind,
    Segment,
    SourceNote,
)
from app.domain.notes.candidate import Candidate
from app.domain.notes.choice import choose
from app.domain.notes.doubt import doubted
from app.domain.notes.enumeration import enumerated
from app.domain.notes.fact import read_facts
from app.domain.notes.judgement import judge_notes
from app.domain.notes.manuscript import Manuscript, read_manuscript
from app.domain.notes.moment import expiry
from app.domain.notes.phrase import PhraseBook
from app.domain.notes.prose import stated
from app.domain.notes.qualification import ABSENT, QUALIFYING, qualifying_answers
from app.domain.notes.revision import withdrawn
from app.domain.notes.segment import labelled
from app.domain.notes.silence import silent
from app.domain.notes.vocabulary import Vocabulary

MAX_REMEMBERED_NOTES = 4096
_WHYS = (
    Question(WHY_CHANGE, QuestionKind.REASON, (), "Why change?"),
    Question(WHY_NOW, QuestionKind.TIMING, (), "Why now?"),
    Question(WHY_FLOWFUSE, QuestionKind.VALUE, (), "Why FlowFuse?"),
)


class Reader:
    """Built once from questions and vocabulary; immutable and safe to share between threads.

    The three whys and the four qualifying questions are built in; `questions` come on top.

    Raises:
        ValueError: two questions have the same id.
    """

    def __init__(
        self, questions: Sequence[Question] = (), vocabulary: Vocabulary | None = None
    ) -> None:
        self._asked = (*_WHYS, *questions)
        self.questions = (*self._asked, *QUALIFYING)
        if len({question.id for question in self.questions}) < len(self.questions):
            message = f"question ids must differ: {sorted(q.id for q in self.questions)}"
            raise ValueError(message)
        self._ids = tuple(question.id for question in self._asked)
        self._kinds = {question.id: question.kind for question in self._asked}
        phrases = (vocabulary or Vocabulary()).merged()
        for question in self._asked:
            for role, values in (("labels", question.labels), ("before", question.implied)):
                kind = f"{role}.{question.id}"
                phrases[kind] = (*phrases.get(kind, ()), *values)
        self._book = PhraseBook(phrases, fillers=("small_talk", "telling"))
        self._remembered = lru_cache(MAX_REMEMBERED_NOTES)(self.read_afresh)

    def read(self, body: str, written_at: datetime) -> NoteReading:
        """The answers and facts of one note; never raises, linear in the note's length."""
        return self._remembered(body, written_at)

    def read_afresh(self, body: str, written_at: datetime) -> NoteReading:
        """As `read`, without remembering or recalling anything."""
        script = self._manuscript(body, written_at)
        candidates = _candidates(script)
        answers = {
            question.id: _answer(script, choose(script, candidates, question.id), written_at)
            for question in self._asked
        }
        facts = read_facts(script, written_at)
        return NoteReading({**answers, **qualifying_answers(facts)}, facts)

    def judge(self, notes: Sequence[SourceNote], now: datetime) -> Judgement:
        """What stands after all notes, as of `now`, in whatever order they are given."""
        read = [(note, note.reading or self.read(note.body, note.written_at)) for note in notes]
        return judge_notes(read, self._ids, now)

    def explain(self, body: str, written_at: datetime) -> list[Segment]:
        """Which stretch of the note was judged how, and why, in reading order."""
        script = self._manuscript(body, written_at)
        candidates = _candidates(script)
        standing = [choose(script, candidates, question.id) for question in self._asked]
        candidates.sort(key=lambda c: (c.passage, c.start, c.question))
        return [
            Segment(
                candidate.question,
                candidate.label or script.passages[candidate.passage].text[:60],
                script.page.text[candidate.start : candidate.end],
                candidate.opinion.state,
                candidate.opinion.reason,
                candidate.opinion.why,
                stands=candidate in standing,
            )
            for candidate in candidates
        ]

    def _manuscript(self, body: str, written_at: datetime) -> Manuscript:
        return read_manuscript(body, written_at, self._book, self._kinds)


def _candidates(script: Manuscript) -> list[Candidate]:
    """Every possible answer in a note, in the order of the stages that find them."""
    found = doubted(script, [*labelled(script), *enumerated(script)])
    found = [*found, *withdrawn(script, found), *doubted(script, stated(script))]
    return [*found, *silent(script, found)]


def _answer(script: Manuscript, chosen: Candidate | None, written_at: datetime) -> Answer:
    if chosen is None:
        return ABSENT
    opinion = chosen.opinion
    quotable = opinion.state not in {AnswerState.ASKED_ONLY, AnswerState.ABSENT}
    quote = script.page.text[chosen.start : chosen.end] if quotable else ""
    timed = (
        opinion.state is AnswerState.ANSWERED
        and script.kinds[chosen.question] is QuestionKind.TIMING
    )
    expires_at = expiry(quote, written_at) if timed else None
    return Answer(opinion.state, opinion.reason, quote or None, expires_at)
