"""Many notes together: what stands after all of them, as of now.

Later beats earlier, and words that withdraw an answer end it; a note that says nothing of a
question changes nothing about it. Time is an input, and so is how often a text was copied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from app.domain.notes.answer import (
    Answer,
    AnswerState,
    Fact,
    Facts,
    Judged,
    Judgement,
    NoteReading,
    QuestionId,
    ReasonCode,
    SourceNote,
)
from app.domain.notes.qualification import ABSENT, qualifying_answers, qualifying_facts

_ENDS = frozenset(
    {ReasonCode.RETRACTED, ReasonCode.NEGATED, ReasonCode.NO_TIMING, ReasonCode.ON_HOLD}
)
_RANK = {
    AnswerState.ABSENT: 0,
    AnswerState.ASKED_ONLY: 1,
    AnswerState.PLACEHOLDER: 2,
    AnswerState.UNCLEAR: 3,
    AnswerState.ANSWERED: 4,
}
_FACTS = tuple(field.name for field in fields(Facts))
Read = tuple[SourceNote, NoteReading]


def judge_notes(read: Sequence[Read], questions: Sequence[QuestionId], now: datetime) -> Judgement:
    """The judgement over notes that were read, in any order."""
    ordered = sorted(read, key=lambda pair: (pair[0].written_at, pair[0].id))
    ids = tuple(note.id for note, _ in ordered)
    facts = _latest_facts(ordered)
    standing = _standing(ordered, questions, ids)
    standing.update(_qualified(facts, ids))
    dated = [(q, judged) for q, judged in standing.items() if judged.answer.expires_at is not None]
    recheck = [
        judged.answer.expires_at
        for _, judged in dated
        if judged.answer.state is AnswerState.ANSWERED
        and judged.answer.expires_at is not None
        and judged.answer.expires_at > now
    ]
    standing.update((question, _aged(judged, now)) for question, judged in dated)
    return Judgement(standing, facts, min(recheck, default=None))


def _standing(
    ordered: Sequence[Read], questions: Sequence[QuestionId], ids: tuple[str, ...]
) -> dict[QuestionId, Judged]:
    """What stands on each question; a note that says nothing of one changes nothing."""
    standing = dict.fromkeys(questions, Judged(ABSENT, None, None, ids))
    for note, reading in ordered:
        for question, read in reading.answers.items():
            if read.state is AnswerState.ABSENT or question not in standing:
                continue
            answer = _trusted(read, note.copies)
            if _replaces(answer, standing[question].answer):
                standing[question] = Judged(answer, note.id, note.written_at, ids)
    return standing


def _trusted(answer: Answer, copies: int) -> Answer:
    """An answer whose very text also hangs on other deals is nobody's own answer."""
    if copies and answer.state is AnswerState.ANSWERED:
        return replace(answer, state=AnswerState.UNCLEAR, reason=ReasonCode.COPIED)
    return answer


def _replaces(new: Answer, old: Answer) -> bool:
    if new.state is AnswerState.ANSWERED:
        return True
    if old.state is AnswerState.ANSWERED:
        return new.state is AnswerState.PLACEHOLDER and new.reason in _ENDS
    return new.state is not AnswerState.ABSENT and _RANK[new.state] >= _RANK[old.state]


def _aged(judged: Judged, now: datetime) -> Judged:
    """An answer whose own date has passed cannot be told any more."""
    answer = judged.answer
    expired = answer.expires_at is not None and answer.expires_at <= now
    if answer.state is not AnswerState.ANSWERED or not expired:
        return judged
    stale = replace(answer, state=AnswerState.UNCLEAR, reason=ReasonCode.STALE)
    return replace(judged, answer=stale)


def _latest_facts(ordered: Sequence[Read]) -> Facts:
    """Each fact as the latest note that states it has it, with where that was."""
    latest: dict[str, Fact[Any]] = {}
    for note, reading in ordered:
        for name in _FACTS:
            fact: Fact[Any] | None = getattr(reading.facts, name)
            if fact is not None:
                latest[name] = replace(fact, note_id=note.id, written_at=note.written_at)
    return Facts(**latest)


def _qualified(facts: Facts, ids: tuple[str, ...]) -> Mapping[QuestionId, Judged]:
    needed = qualifying_facts(facts)
    judged: dict[QuestionId, Judged] = {}
    for question, answer in qualifying_answers(facts).items():
        source = next((fact for fact in needed[question] if fact is not None), None)
        judged[question] = Judged(
            answer,
            source.note_id if source else None,
            source.written_at if source else None,
            ids,
        )
    return judged
