"""Sentences that speak of the whys and say nothing: "no word on timing", "all three whys known".

They answer nothing and take nothing back; where a note holds no other trace of a why they tell
that it was thought of, so that the reason given for the gap is the true one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.domain.notes.answer import (
    WHY_CHANGE,
    WHY_FLOWFUSE,
    WHY_NOW,
    WHYS,
    AnswerState,
    QuestionId,
    ReasonCode,
)
from app.domain.notes.candidate import ASKED, Candidate
from app.domain.notes.frame import NOT_THEIRS
from app.domain.notes.line import Span
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.passage import Passage
from app.domain.notes.segment import ORDER
from app.domain.notes.stretch import Opinion
from app.domain.notes.substance import judge_text
from app.domain.notes.vocabulary import WORDS

_TOPICS: tuple[tuple[QuestionId, re.Pattern[str]], ...] = (
    (
        WHY_NOW,
        re.compile(r"\b(?:timing|deadlines?|date|timeline|urgency|when|frist|termin|fecha)\b"),
    ),
    (WHY_CHANGE, re.compile(r"\b(?:reason to change|reason for change|wechselgrund)\b")),
    (WHY_FLOWFUSE, re.compile(r"\bget to us\b|\bwhy us\b|\bzu uns\b")),
)
_TOGETHER = re.compile(
    r"\b(?:three|3|drei|drie|trois|tres) (?:questions|fragen|vragen|preguntas)\b|^the other two\b"
)
_ANY = re.compile("|".join([_TOGETHER.pattern, *(pattern.pattern for _, pattern in _TOPICS)]))
"""A gate: most lines speak of no why at all."""

_MAX_WORDS_OF_ONE = 16
_MAX_WORDS_OF_ALL = 25
_DIGIT = re.compile(r"\d")
_SILENT = Opinion(AnswerState.PLACEHOLDER, ReasonCode.PLACEHOLDER, "speaks of it and says nothing")


def silent(script: Manuscript, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """A candidate for each why that only such a sentence mentions; none where others were found."""
    missing = set(WHYS) - {candidate.question for candidate in found}
    for passage in script.passages if missing else ():
        if not _may_speak(passage) or _orders(passage):
            continue
        if script.frames[passage.index] in NOT_THEIRS:
            continue
        for sentence in passage.sentences:
            for question in _spoken_of(script, passage, sentence) & missing:
                missing.discard(question)
                yield _candidate(passage, sentence, question)


def _may_speak(passage: Passage) -> bool:
    """Whether a line holds any word by which one of its sentences could speak of a why."""
    return bool(passage.questions) or "whys" in passage.kinds or bool(_ANY.search(passage.folded))


def _orders(passage: Passage) -> bool:
    """Whether a line tells its reader what to decide, which is no word of the customer."""
    return "commands" in passage.kinds or ORDER.search(passage.folded) is not None


def _spoken_of(script: Manuscript, passage: Passage, sentence: Span) -> set[QuestionId]:
    """The whys of which a sentence speaks without an answer."""
    size = len(passage.words_in(*sentence))
    text = passage.folded[slice(*sentence)]
    if size <= _MAX_WORDS_OF_ALL and (passage.has("whys", *sentence) or _TOGETHER.search(text)):
        return set(WHYS)
    if size > _MAX_WORDS_OF_ONE or _DIGIT.search(text) or not _denies(passage, sentence):
        return set()
    named = {question for question, pattern in _TOPICS if pattern.search(text)}
    for mark in script.marks[passage.index]:
        if sentence[0] <= mark.start < sentence[1]:
            named.update(mark.questions)
    return {
        question
        for question in named & script.kinds.keys()
        if _is_empty(script, passage, sentence, question)
    }


def _is_empty(script: Manuscript, passage: Passage, sentence: Span, question: QuestionId) -> bool:
    opinion = judge_text(passage, *sentence, script.kinds[question])
    return opinion.state is AnswerState.PLACEHOLDER


def _denies(passage: Passage, sentence: Span) -> bool:
    words = passage.words_in(*sentence)
    return any(passage.words[place].text in WORDS["silence"] for place in words)


def _candidate(passage: Passage, sentence: Span, question: QuestionId) -> Candidate:
    todo = passage.has("todo", *sentence) and not _denies(passage, sentence)
    asks = todo or passage.text[sentence[1] - 1] == "?"
    base = passage.line.start
    opinion = ASKED if asks else _SILENT
    return Candidate(
        question, passage.index, None, "", base + sentence[0], base + sentence[1], opinion
    )
