"""Reads notes for a fixed list of questions. Pure: the same note gives the same answers."""

from __future__ import annotations

import re
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
from app.domain.notes.page import read_page
from app.domain.notes.vocabulary import Vocabulary

MAX_REMEMBERED_NOTES = 4096
_WHYS = (
    Question(WHY_CHANGE, QuestionKind.REASON, ("why change",), "Why change?"),
    Question(WHY_NOW, QuestionKind.TIMING, ("why now",), "Why now?"),
    Question(
        WHY_FLOWFUSE, QuestionKind.VALUE, ("why flowfuse", "why ff", "why us"), "Why FlowFuse?"
    ),
)
_EMPTY = re.compile(r"[\W_]*(tbd|tbc|n/?a|none|xx+|yes|unknown)?[\W_]*", re.IGNORECASE)


class Reader:
    """Built once from questions and vocabulary; immutable and safe to share between threads."""

    def __init__(
        self, questions: Sequence[Question] = (), vocabulary: Vocabulary | None = None
    ) -> None:
        self.questions = (*_WHYS, *questions)
        self.vocabulary = vocabulary or Vocabulary()
        self._read = lru_cache(MAX_REMEMBERED_NOTES)(self._read_once)

    def read(self, body: str, written_at: datetime) -> NoteReading:
        """The answers and facts of one note; never raises."""
        return self._read(body, written_at)

    def _read_once(self, body: str, written_at: datetime) -> NoteReading:
        del written_at
        page = read_page(body)
        answers = {q.id: Answer(AnswerState.ABSENT, ReasonCode.ABSENT) for q in self.questions}
        current: Question | None = None
        for line in page.lines:
            text = line.text
            for question in self.questions:
                labels = "|".join(map(re.escape, question.labels))
                match = re.match(rf"[\W\d]*(?:{labels})\s*[?:–=-]*\s*", text, re.IGNORECASE)
                if match:
                    current, text = question, text[match.end() :]
                    answers[question.id] = Answer(AnswerState.ASKED_ONLY, ReasonCode.QUESTION_ONLY)
                    break
            if current and text:
                empty = _EMPTY.fullmatch(text)
                answers[current.id] = Answer(
                    AnswerState.PLACEHOLDER if empty else AnswerState.ANSWERED,
                    ReasonCode.PLACEHOLDER if empty else ReasonCode.LABELLED,
                    text,
                )
                current = None
        return NoteReading(answers, Facts())

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
