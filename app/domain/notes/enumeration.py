"""Numbered answers: items that answer the whys in an order which the note itself names.

Order alone is no label. It counts only where the note gives the key, before or after the list
("change / now / FF in that order"), or where numbered questions are answered under their numbers
("ad 1) …").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from app.domain.notes.answer import QuestionId
from app.domain.notes.candidate import Candidate
from app.domain.notes.frame import Frame
from app.domain.notes.label import Place
from app.domain.notes.line import Span
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.substance import judge_text

_NUMBER = re.compile(
    r"[\s>*(]*(?:(?:ad|re|zu|q|a|to|answer|antwort|#)\s?)?(?P<number>[1-6])\ufe0f?\u20e3?\s*[.):\-–]+\s*",
    re.IGNORECASE,
)
_AD = re.compile(r"\s*(?:ad|re|zu)\s\d\)", re.IGNORECASE)
_WITHIN = re.compile(r"(?<![\w.])\(?(?P<number>[1-6])\s?[).:]\s+")
_STRUNG = re.compile(
    r"\s*(?:[/,;&>|→+–-]|->|\bthen\b|\band\b|\bund\b|\ben\b|\bet\b|\by\b)+\s*(?:and\s)?"
)
_HEADS_LIST = re.compile(r"\s*\)?\s*(?::|$|[.:]?\s*\(?1\s?[).:])")
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
        if not passage.questions:
            continue
        named: dict[QuestionId, Hit] = {}
        for hit in passage.hits:
            if hit.kind.startswith(_SHORT):
                named.setdefault(QuestionId(hit.kind.partition(".")[2]), hit)
        if script.frames[passage.index] is not Frame.NOTE:
            continue
        told = "order" in passage.kinds and len(named) >= _MIN_KEYS
        if told or (len(named) > _MIN_KEYS and _strung(passage, list(named.values()))):
            return passage, list(named)
    return None


def _strung(passage: Passage, hits: Sequence[Hit]) -> bool:
    """Whether short names of the whys head a list, one after the other: "change / now / us:"."""
    behind = passage.span_of(hits[-1])[1]
    if passage.line.depth or not _HEADS_LIST.match(passage.text, behind):
        return False
    return all(
        right.first == left.last and _STRUNG.fullmatch(passage.between(left.last, right.first))
        for left, right in pairwise(hits)
    )


def _by_order(script: Manuscript, key: Passage, order: Sequence[QuestionId]) -> Iterator[Candidate]:
    for passage in script.passages[key.index : key.index + 2]:
        if spans := _numbered_within(passage):
            for span, question in zip(spans, order, strict=False):
                yield _candidate(script, passage, question, span)
            return
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


def _numbered_within(passage: Passage) -> list[Span]:
    """The stretches of a line between "1.", "2." and so on; none where fewer than two follow."""
    found = list(_WITHIN.finditer(passage.text))
    numbers = [int(match["number"]) for match in found]
    if len(found) < _MIN_KEYS or numbers != list(range(1, len(found) + 1)):
        return []
    ends = [*(match.start() for match in found[1:]), len(passage.text)]
    return [(match.end(), end) for match, end in zip(found, ends, strict=True)]


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


def _candidate(
    script: Manuscript, passage: Passage, question: QuestionId, span: Span | None = None
) -> Candidate:
    """What a line, or a stretch of it, is worth as the answer in its turn."""
    match = _NUMBER.match(passage.text)
    start, end = span or (match.end() if match else 0, len(passage.text))
    end = start + len(passage.text[start:end].rstrip(" ,;"))
    opinion = judge_text(passage, start, end, script.kinds[question])
    base = passage.line.start
    return Candidate(question, passage.index, Place.INLINE, "", base + start, base + end, opinion)
