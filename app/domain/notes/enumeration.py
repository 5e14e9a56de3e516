"""Numbered answers: items that answer the whys in an order which the note itself names.

Order alone is no label. It counts only where the note gives the key, before or after the list
("change / now / FF in that order"), or where numbered questions are answered under their numbers
("ad 1) …").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.domain.notes.answer import QuestionId
from app.domain.notes.candidate import Candidate
from app.domain.notes.label import Place
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.passage import Passage
from app.domain.notes.substance import judge_text

_NUMBER = re.compile(
    r"[\s>*(]*(?:(?:ad|re|zu|q|a|to|answer|antwort|#)\s?)?(?P<number>[1-6])\ufe0f?\u20e3?\s*[.):\-–]+\s*",
    re.IGNORECASE,
)
_AD = re.compile(r"\s*(?:ad|re|zu)\s\d\)", re.IGNORECASE)
_SHORT = ("short.", "labels.")
_MIN_KEYS = 2


def enumerated(script: Manuscript) -> Iterator[Candidate]:
    """The candidates of numbered items."""
    key = _order_key(script)
    if key is not None:
        yield from _by_order(script, *key)
    else:
        yield from _by_number(script)


def _order_key(script: Manuscript) -> tuple[Passage, list[QuestionId]] | None:
    """The line that names the order of the whys, and that order."""
    for passage in script.passages:
        if "order" not in passage.kinds:
            continue
        named: list[QuestionId] = []
        for hit in passage.hits:
            if hit.kind.startswith(_SHORT):
                question = QuestionId(hit.kind.partition(".")[2])
                if question not in named:
                    named.append(question)
        if len(named) >= _MIN_KEYS:
            return passage, named
    return None


def _by_order(script: Manuscript, key: Passage, order: Sequence[QuestionId]) -> Iterator[Candidate]:
    items = [
        p
        for p in script.passages
        if p is not key and not script.marks[p.index] and (p.line.ordinal or _NUMBER.match(p.text))
    ]
    if not items:
        near = [p for p in script.passages if p is not key and p.line.depth]
        items = near if len(near) == len(order) else []
    for passage, question in zip(items, order, strict=False):
        yield _candidate(script, passage, question)


def _by_number(script: Manuscript) -> Iterator[Candidate]:
    """Answers under the number that their question has elsewhere in the note."""
    numbers: dict[int, QuestionId] = {}
    for passage in script.passages:
        for mark in script.marks[passage.index]:
            number = _number_of(passage)
            if number and mark.place in {Place.HEAD, Place.BARE} and len(mark.questions) == 1:
                numbers.setdefault(number, mark.questions[0])
    if not numbers:
        numbers = _in_turn(script)
    if len(numbers) < _MIN_KEYS:
        return
    for passage in script.passages:
        number = _number_of(passage)
        if numbers.get(number) in script.kinds and not script.marks[passage.index]:
            yield _candidate(script, passage, numbers[number])


def _in_turn(script: Manuscript) -> dict[int, QuestionId]:
    """The questions of a note in the order asked, if answers "ad 1)", "ad 2)" follow."""
    if sum(bool(_AD.match(passage.text)) for passage in script.passages) < _MIN_KEYS:
        return {}
    asked = [
        mark.questions[0]
        for marks in script.marks
        for mark in marks
        if mark.place is Place.HEAD and mark.questions[0] in script.kinds
    ]
    return dict(enumerate(dict.fromkeys(asked), start=1))


def _number_of(passage: Passage) -> int:
    if passage.line.ordinal:
        return passage.line.ordinal
    match = _NUMBER.match(passage.text)
    return int(match["number"]) if match else 0


def _candidate(script: Manuscript, passage: Passage, question: QuestionId) -> Candidate:
    match = _NUMBER.match(passage.text)
    start = match.end() if match else 0
    opinion = judge_text(passage, start, len(passage.text), script.kinds[question])
    base = passage.line.start
    return Candidate(
        question, passage.index, Place.INLINE, "", base + start, passage.line.end, opinion
    )
