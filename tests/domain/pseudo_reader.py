"""A reader of notes that reaches every answer, reason, fact and date; the real one rarely does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zlib import crc32

from app.domain.notes import (
    Answer,
    AnswerState,
    Fact,
    Facts,
    Judged,
    Judgement,
    OpsSign,
    ReasonCode,
    SourceNote,
)

STATES, REASONS = tuple(AnswerState), tuple(ReasonCode)
ABSENT = Answer(AnswerState.ABSENT, ReasonCode.ABSENT)


class PseudoReader:
    """Answers at random but for ever the same: every answer follows from the text alone."""

    def __init__(self, questions: Sequence[str]) -> None:
        self._questions = questions

    def judge(self, notes: Sequence[SourceNote], now: datetime) -> Judgement:
        """The last note by date and id decides each question; a date passed makes it stale."""
        ordered = sorted(notes, key=lambda note: (note.written_at, note.id, note.body))
        ids = tuple(note.id for note in ordered)
        if not ordered:
            nothing = Judged(ABSENT, None, None, ids)
            return Judgement(dict.fromkeys(self._questions, nothing), Facts(), None)
        last = ordered[-1]
        seed = crc32(last.body.encode(errors="replace"))
        answers = {
            question: Judged(
                _answer(crc32(question.encode(), seed), last, now), last.id, last.written_at, ids
            )
            for question in self._questions
        }
        expiries = [judged.answer.expires_at for judged in answers.values()]
        ahead = [moment for moment in expiries if moment is not None and moment > now]
        return Judgement(answers, _facts(seed, last), min(ahead, default=None))


def _answer(dice: int, last: SourceNote, now: datetime) -> Answer:
    state = STATES[dice % len(STATES)]
    if state is AnswerState.ABSENT:
        return ABSENT
    reason = REASONS[dice // 5 % len(REASONS)]
    expires = None
    if state is AnswerState.ANSWERED and dice % 3 == 0:
        expires = last.written_at + timedelta(days=dice % 700)
        if expires <= now:
            state, reason = AnswerState.UNCLEAR, ReasonCode.STALE
    return Answer(state, reason, last.body[:9] or None, expires)


def _facts(dice: int, last: SourceNote) -> Facts:
    def fact(value: object, bit: int) -> Fact | None:
        return Fact(value, last.body, last.id, last.written_at) if dice >> bit & 1 else None

    return Facts(
        node_red_adopted=fact(bool(dice & 128), 1),
        node_red_sites=fact(dice % 5, 2),
        node_red_instances=fact(dice % 60, 3),
        governance=fact(OpsSign.HIGH if dice & 64 else OpsSign.LOW, 4),
        incidents=fact(OpsSign.HIGH, 5),
    )
