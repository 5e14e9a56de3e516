"""Labels: where a note says which question the words around it answer.

A label heads its answer (start of a line, a bold run, a heading, a cell), stands in the middle of
a line before a colon or a question mark, or is merely mentioned in a sentence. What is done with
each is decided in `segment`; here they are only found and told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from app.domain.notes.answer import QuestionId
from app.domain.notes.page import Span
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit

_LEADING_WORDS = frozenset(
    "so and then but und et en y e q also or ok 1 2 3 4 5 6 7 8 9 re ad on zu zur the our their"
    " question frage vraag answer update new i ii iii a b c d its s q1 q2 q3 trigger topic".split()
)
_DELIMITER = re.compile(
    r"[\s*_\"'”»)\]]*(?P<sign>\?[\s:*_–—-]*|::?|=>?|→|->|⇒|[-–—](?=\s|$)|\||✅|☑|✔)[\s*_]*"
)  # noqa: RUF001 - dashes as people type them
_TAIL = re.compile(r"(?P<tail>[^:?=→|.!;\n]{0,70}?)\s*(?P<sign>[?:=→]|->)[\s:*_–—-]*")  # noqa: RUF001 - as above
_ASIDE = re.compile(r"[\s*_]*\([^()]{0,60}\)")
_BREAK_BEFORE = re.compile(
    r"(?:^|[:;.!?|/→\])\-–—,+&>●•]|->|\b(?:and|und|et|y|en))[\s\"'“„«*_(\[]*$"
)  # noqa: RUF001 - as above
_HARD_BREAK_BEFORE = re.compile(r"(?:^|[:;.!?|→\]\-–—>●•)]|->)[\s\"'“„«*_(\[☐☑□✔✅]*$")  # noqa: RUF001 - as above
_JOINER = re.compile(
    r"[\s\"'*_]*(?:[/,&+·]|\b(?:and|und|et|y|e|en|or|oder|to)\b)?[\s\"'*_]*(?:\bto\b|\bdo it\b|\bboth\b|\bthe\b)?[\s\"'*_]*"
)
_MAX_TAIL = 70


class Place(IntEnum):
    """How a label stands in its line."""

    HEAD = 0
    INLINE = 1
    BARE = 2
    """At the start of a line without any sign between label and text."""
    MENTION = 3


class Mark(NamedTuple):
    """A label in a passage: the questions it stands for, its place, and the answer's start.

    `stand_in` labels step back behind proper ones; `asked` labels are whole questions.
    """

    passage: int
    start: int
    end: int
    questions: tuple[QuestionId, ...]
    place: Place
    sign: str = ""
    stand_in: bool = False
    asked: bool = False


class _Found(NamedTuple):
    start: int
    end: int
    role: str
    question: QuestionId


_ROLES = {"labels": 0, "asks": 1, "titles": 2, "stand_ins": 3}


def find_marks(passage: Passage) -> list[Mark]:
    """The labels of one line, in order."""
    found = list(_label_hits(passage))
    marks: list[Mark] = []
    index = 0
    floor = 0
    while index < len(found):
        group = [found[index]]
        while index + len(group) < len(found) and _joined(
            passage, group[-1], found[index + len(group)]
        ):
            group.append(found[index + len(group)])
        mark = _mark(passage, group, floor)
        if mark is not None:
            marks.append(mark)
            floor = mark.end
        index += len(group)
    return marks


def _label_hits(passage: Passage) -> Iterator[_Found]:
    """Label phrases without overlap: the longest at each place, proper labels first."""
    best: list[tuple[int, int, int, Hit]] = []
    for hit in passage.hits:
        role, _, question = hit.kind.partition(".")
        if question and role in _ROLES:
            best.append((hit.first, -hit.last, _ROLES[role], hit))
    if not best:
        return
    best.sort()
    taken = -1
    for first, _, _, hit in best:
        if first < taken:
            continue
        start, end = passage.span_of(hit)
        if passage.struck(start, end):
            continue
        taken = hit.last
        role, _, question = hit.kind.partition(".")
        yield _Found(start, end, role, QuestionId(question))


def _joined(passage: Passage, left: _Found, right: _Found) -> bool:
    """Whether two labels are one: "why change / why now: …"."""
    if right.question == left.question and right.role != "titles":
        return left.role == right.role and bool(
            re.fullmatch(r"\s*[/(]\s*", passage.text[left.end : right.start])
        )
    return (
        left.role == right.role == "labels"
        and bool(_JOINER.fullmatch(passage.folded, left.end, right.start))
        or bool(re.fullmatch(r"\s*[/(]\s*", passage.text[left.end : right.start]))
    )


def _mark(passage: Passage, group: list[_Found], floor: int) -> Mark | None:
    first, last = group[0], group[-1]
    role = first.role
    questions = tuple(dict.fromkeys(found.question for found in group))
    if role in {"titles", "stand_ins"} and last.role == "labels":
        role = "labels"
        questions = tuple(dict.fromkeys(f.question for f in group if f.role == "labels"))
    place, end, sign = _place(passage, first.start, last.end, role, floor)
    if place is None:
        return None
    return Mark(
        passage.index, first.start, end, questions, place, sign, role == "stand_ins", role == "asks"
    )


def _place(
    passage: Passage, start: int, end: int, role: str, floor: int
) -> tuple[Place | None, int, str]:
    before = passage.folded[floor:start]
    heads = _only_fillers(before) and (
        floor == 0 or bool(_HARD_BREAK_BEFORE.search(passage.folded[:start]))
    )
    bold = next(((a, b) for a, b in passage.line.bold if a <= start < b), None)
    if bold and not heads:
        heads = _only_fillers(passage.folded[max(floor, bold[0]) : start])
    breaks = heads or bool(_HARD_BREAK_BEFORE.search(before))
    delimiter, sign = _delimiter(passage, end, bold, heads=heads, asked=role == "asks")
    if role in {"titles", "stand_ins"}:
        if heads and delimiter and sign != "?":
            return Place.HEAD, delimiter, sign
        return None, 0, ""
    if role == "asks":
        if delimiter and sign == "?":
            return (Place.HEAD if heads else Place.INLINE), delimiter, sign
        return None, 0, ""
    if heads and delimiter:
        return Place.HEAD, delimiter, sign
    if delimiter and (breaks or sign in {":", "=", "→"}) and (sign != "?" or breaks):
        return Place.INLINE, delimiter, sign
    if heads:
        return Place.BARE, end, ""
    return Place.MENTION, end, ""


def _only_fillers(before: str) -> bool:
    if len(before) > 40:
        return False
    return all(word in _LEADING_WORDS for word in re.findall(r"\w+", before))


def _delimiter(
    passage: Passage, end: int, bold: Span | None, *, heads: bool, asked: bool
) -> tuple[int, str]:
    """Where the label with its tail and sign ends, and the sign; (0, "") without one."""
    text = passage.text
    at = end
    if match := _ASIDE.match(text, end):
        at = match.end()
    match = _DELIMITER.match(text, at) or _DELIMITER.match(text, end)
    if match:
        stop = match.end()
        if bold and stop < bold[1] <= stop + _MAX_TAIL and _closes_label(text, stop, bold[1]):
            stop = bold[1]
        return stop, match["sign"][0]
    if (heads or asked) and (match := _TAIL.match(text, end)):
        return match.end(), match["sign"]
    if heads and bold and end <= bold[1] <= end + _MAX_TAIL and bold[1] < len(text):
        return bold[1], "bold"
    if heads and (not text[end:].strip(" *_\"'")):
        return len(text), "end"
    if heads and passage.line.heading and len(text) - end <= _MAX_TAIL:
        return len(text), "end"
    return 0, ""


def _closes_label(text: str, stop: int, end: int) -> bool:
    """Whether the rest of a bold run is still label: an aside or another question mark."""
    return text[stop:end].strip()[:1] in {"("} and text[stop:end].strip()[-1:] in {")", ":", "?"}
