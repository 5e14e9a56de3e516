"""Withdrawals: sentences that take an earlier answer back without giving a new one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.domain.notes.answer import (
    WHY_CHANGE,
    WHY_FLOWFUSE,
    WHY_NOW,
    AnswerState,
    QuestionId,
    ReasonCode,
)
from app.domain.notes.candidate import Candidate
from app.domain.notes.label import Place
from app.domain.notes.line import Span
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import fold
from app.domain.notes.stretch import Opinion
from app.domain.notes.vocabulary import WORDS

_TOPICS: tuple[tuple[QuestionId, re.Pattern[str]], ...] = (
    (
        WHY_NOW,
        re.compile(
            r"\b(?:timing|deadlines?|date|no (?:new |fixed )?date"
            r"|urgency|frist|kein termin|echeance|sin fecha|plazo)\b"
        ),
    ),
    (
        WHY_CHANGE,
        re.compile(
            r"\b(?:pain|reason to change|reason for change|the change|problem|wechselgrund)\b"
        ),
    ),
    (
        WHY_FLOWFUSE,
        re.compile(
            r"\b(?:(?:interest in|choice of|against) (?:us|flowfuse)|instead"
            r"|(?:flowfuse|ff|us) (?:bit|part|point|answer|piece|line|thing|one))\b"
        ),
    ),
)
_ALL = re.compile(
    r"\b(?:all three|all of (?:it|this|that|them|the above)|everything above|all above"
    r"|any of (?:it|this|that|them)|(?:these|all) (?:answers|whys|three)"
    r"|alle drei|alle drie|tous les trois|los tres)\b"
)
_POINTS_AHEAD = re.compile(r"\b(?:below|see correction|unten|hieronder|ci-dessous|abajo)\b")
_MAX_WORDS_TO_ECHO = 30
_WITHDRAWS = ("denied", "dropped")
_LONG_WORD = re.compile(r"[a-z]{4,}")
_NEW_DATE = re.compile(
    r"\b(?:moved|pushed|postponed|verschoben|deplace|aplazad[oa]|verplaatst) "
    r"(?:to|back to|until|auf|bis|naar|au|a)\b"
)
RETRACTED = Opinion(AnswerState.PLACEHOLDER, ReasonCode.RETRACTED, "an earlier answer is withdrawn")


def withdrawn(script: Manuscript, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """The candidates that end an earlier answer, of those found so far."""
    for passage in script.passages:
        if passage.kinds.isdisjoint(_WITHDRAWS):
            continue
        marks = script.marks[passage.index]
        labels = min((m.start for m in marks if m.place is not Place.MENTION), default=None)
        for sentence in passage.sentences:
            if labels is not None and sentence[1] > labels:
                break
            if not any(passage.has(kind, *sentence) for kind in _WITHDRAWS):
                continue
            if _is_condition(passage, sentence):
                continue
            text = passage.folded[slice(*sentence)]
            if _POINTS_AHEAD.search(text) or _NEW_DATE.search(text):
                continue
            topics = set(_topics(script, passage, sentence, text))
            for question in topics or _echoed(script, passage, sentence, found):
                base = passage.line.start
                yield Candidate(
                    question,
                    passage.index,
                    Place.MENTION,
                    "",
                    base + sentence[0],
                    base + sentence[1],
                    RETRACTED,
                )


def _is_condition(passage: Passage, sentence: Span) -> bool:
    """Whether it only would be so: "if he leaves, the project is dead"."""
    words = passage.words_in(*sentence)
    return bool(words) and passage.words[words[0]].text in WORDS["conditional"]


def _echoed(
    script: Manuscript, passage: Passage, sentence: Span, found: Sequence[Candidate]
) -> Iterator[QuestionId]:
    """The questions whose earlier answers speak of the same thing: "the hall is cancelled"."""
    text = passage.folded[slice(*sentence)]
    if len(text.split()) > _MAX_WORDS_TO_ECHO:
        return
    words = set(_LONG_WORD.findall(text)) - passage.fillers
    for candidate in found:
        earlier = _is_earlier(script, candidate, passage, sentence[0])
        if earlier and candidate.state is AnswerState.ANSWERED:
            said = fold(script.page.text[candidate.start : candidate.end])
            if not words.isdisjoint(_LONG_WORD.findall(said)):
                yield candidate.question


def _is_earlier(script: Manuscript, candidate: Candidate, passage: Passage, start: int) -> bool:
    """Whether a candidate was written before a place: by the dates of a log, else by its place."""
    said, now = script.dates[candidate.passage], script.dates[passage.index]
    if said != now and said is not None and now is not None:
        return said < now
    return candidate.end <= passage.line.start + start


def _topics(
    script: Manuscript, passage: Passage, sentence: Span, text: str
) -> Iterator[QuestionId]:
    named = False
    for mark in script.marks[passage.index]:
        if sentence[0] <= mark.start < sentence[1]:
            named = True
            yield from mark.questions
    for question, pattern in _TOPICS:
        if pattern.search(text):
            named = True
            yield question
    if not named and _ALL.search(text):
        yield from (question for question, _ in _TOPICS)
