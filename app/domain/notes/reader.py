"""Reads notes for a fixed list of questions. Pure: the same note gives the same answers."""

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
    Facts,
    Judged,
    Judgement,
    NoteReading,
    Question,
    QuestionKind,
    ReasonCode,
    Segment,
    SourceNote,
)
from app.domain.notes.candidate import Candidate
from app.domain.notes.choice import choose
from app.domain.notes.enumeration import enumerated
from app.domain.notes.fact import read_facts
from app.domain.notes.manuscript import Manuscript, read_manuscript
from app.domain.notes.phrase import PhraseBook
from app.domain.notes.prose import stated
from app.domain.notes.revision import withdrawn
from app.domain.notes.segment import labelled
from app.domain.notes.vocabulary import Vocabulary

MAX_REMEMBERED_NOTES = 4096
_WHYS = (
    Question(WHY_CHANGE, QuestionKind.REASON, (), "Why change?"),
    Question(WHY_NOW, QuestionKind.TIMING, (), "Why now?"),
    Question(WHY_FLOWFUSE, QuestionKind.VALUE, (), "Why FlowFuse?"),
)


ABSENT = Answer(AnswerState.ABSENT, ReasonCode.ABSENT)


class Reader:
    """Built once from questions and vocabulary; immutable and safe to share between threads."""

    def __init__(
        self, questions: Sequence[Question] = (), vocabulary: Vocabulary | None = None
    ) -> None:
        self.questions = (*_WHYS, *questions)
        self._kinds = {question.id: question.kind for question in self.questions}
        phrases = (vocabulary or Vocabulary()).merged()
        for question in self.questions:
            for role, values in (("labels", question.labels), ("before", question.implied)):
                kind = f"{role}.{question.id}"
                phrases[kind] = (*phrases.get(kind, ()), *values)
        self._book = PhraseBook(phrases)
        self._read = lru_cache(MAX_REMEMBERED_NOTES)(self._read_once)

    def read(self, body: str, written_at: datetime) -> NoteReading:
        """The answers and facts of one note; never raises."""
        return self._read(body, written_at)

    def _read_once(self, body: str, written_at: datetime) -> NoteReading:
        script = read_manuscript(body, written_at, self._book, self._kinds)
        candidates = find_candidates(script)
        answers = {
            question.id: _answer(script, choose(script, candidates, question.id))
            for question in self.questions
        }
        return NoteReading(answers, read_facts(script))

    def judge(self, notes: Sequence[SourceNote], now: datetime) -> Judgement:
        """What stands after all notes, as of `now`."""
        del now
        ordered = sorted(notes, key=lambda note: (note.written_at, note.id))
        ids = tuple(note.id for note in ordered)
        readings = [(note, self.read(note.body, note.written_at)) for note in ordered]
        answers = {}
        for question in self.questions:
            judged = Judged(Answer(AnswerState.ABSENT, ReasonCode.ABSENT), None, None, ids)
            for note, reading in readings:
                answer = reading.answers[question.id]
                if answer.state is AnswerState.ANSWERED or (
                    judged.answer.state is not AnswerState.ANSWERED
                    and answer.state is not AnswerState.ABSENT
                ):
                    judged = Judged(answer, note.id, note.written_at, ids)
            answers[question.id] = judged
        return Judgement(answers, Facts())

    def explain(self, body: str, written_at: datetime) -> list[Segment]:
        """Which stretch of the note was judged how, and why, in reading order."""
        reading = self.read(body, written_at)
        return [
            Segment(q.id, q.asks, a.quote or "", a.state, a.reason, a.reason.value)
            for q in self.questions
            for a in [reading.answers[q.id]]
        ]


def find_candidates(script: Manuscript) -> list[Candidate]:
    """Every possible answer in a note, in the order of the stages that find them."""
    return [*labelled(script), *enumerated(script), *withdrawn(script), *stated(script)]


def _answer(script: Manuscript, chosen: Candidate | None) -> Answer:
    if chosen is None:
        return ABSENT
    opinion = chosen.opinion
    quotable = opinion.state not in {AnswerState.ASKED_ONLY, AnswerState.ABSENT}
    quote = script.page.text[chosen.start : chosen.end] if quotable else ""
    return Answer(opinion.state, opinion.reason, quote or None)
