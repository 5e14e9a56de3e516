"""Labels: where a note says which question the words around it answer.

A label heads its answer (start of a line, a bold run, a heading, a cell), stands in the middle of
a line before a colon or a question mark, or is merely mentioned in a sentence. What is done with
each is decided in `segment`; here they are only found and told apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from app.domain.notes.answer import QuestionId
from app.domain.notes.page import Span
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.vocabulary import WORDS

_DASH = r"\-–—"
_OPEN = r"[\s\"'“„«*_(\[#¿☐☑□✔✅]*"
_LEADING_WORDS = WORDS["leading"]
_SIGN = re.compile(
    rf"(?:\s(?:though|part|bit|question|answer|thing|then|so far|story|piece|side))?"
    rf"[\s*_\"'”»)\]]*(?P<sign>\?[\s:*_?!{_DASH}]*|::?|==?>?|→|->|⇒|[{_DASH}]{{1,3}}(?=\s|$)|\||[✅☑✔]|\.{{2,3}})"
    r"[\s*_]*"
)
_BRACKETED = re.compile(r"\s*[\])](?P<sign>)[\s:*_-]*")
_TAIL = re.compile(rf"(?P<tail>[^:?=→|.!;\n]{{0,70}}?)\s*(?P<sign>[?:=→]|->)[\s:*_?!{_DASH}]*")
_ASKED_TAIL = re.compile(r"(?P<tail>[^:?|!;\n]{0,90}?)(?P<sign>[?:]|\.(?=\s|$))[\s:*_]*")
_ASIDE = re.compile(r"[\s*_]*\([^()]{0,60}\)")
_BREAK_BEFORE = re.compile(rf"(?:^|#|[{{,]\s*\"|[:;.!?|/→\]{_DASH}>●•)]|->)\s*{_OPEN}$")
_JOINER = re.compile(
    r"[\s\"'*_?]*(?:[/,&+·(]|\b(?:and|und|et|y|e|en|or|oder|to)\b)?[\s\"'*_]*"
    r"(?:\b(?:to|do it|both|the|also)\b)?[\s\"'*_]*"
)
_SAME = re.compile(r"[\s*_]*\??[\s*_]*[/(][\s*_]*")
_ALTERNATIVE = re.compile(r"\s*/\s*[^/?\n]{1,30}\?\s*$")
_WORDS = re.compile(r"\w+")
_TOPIC_WORDS = WORDS["topic"]
_MAX_TAIL = 70
_MAX_BEFORE_HEAD = 40
_RANKS = {"labels": 0, "titles": 1, "stand_ins": 2, "asks": 3, "short": 4, "fields": 5}


_NO_SIGNS: dict[str, frozenset[str]] = {
    "titles": frozenset("?#"),
    "stand_ins": frozenset("?#"),
    "short": frozenset("?#"),
    "fields": frozenset("#.✅☑✔"),
}


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


class Dialect(NamedTuple):
    """What a note as a whole allows as labels.

    `short`: "change:", "now:", "FF:" stand for the whys; `letters`: the letters of a framework
    (MEDDPICC, SPICED) that do.
    """

    short: bool = False
    letters: tuple[tuple[str, QuestionId], ...] = ()


class _Found(NamedTuple):
    start: int
    end: int
    role: str
    question: QuestionId


def find_marks(passage: Passage, dialect: Dialect) -> list[Mark]:
    """The labels of one line, in order."""
    found = _label_hits(passage, dialect)
    if not found:
        return _letter(passage, dialect) if dialect.letters else []
    marks: list[Mark] = []
    index = floor = 0
    while index < len(found):
        stop = index + 1
        while stop < len(found) and _joined(passage, found[stop - 1], found[stop]):
            stop += 1
        limit = found[stop].start if stop < len(found) else len(passage.text)
        if found[index].start >= floor:
            mark = _mark(passage, found[index:stop], floor, limit)
            if mark is not None:
                marks.append(mark)
                floor = mark.end
        index = stop
    return marks


def has_short_labels(passages: Sequence[Passage]) -> bool:
    """Whether a note heads its answers "change", "now" and the like, without any "why"."""
    questions: set[str] = set()
    for passage in passages:
        if "whys" in passage.kinds:
            return True
        for hit in passage.hits:
            if hit.kind.startswith("short."):
                start, end = passage.span_of(hit)
                if _BREAK_BEFORE.search(passage.folded[:start]) or passage.folded[start - 2] == ",":
                    sign = _SIGN.match(passage.text, end)
                    if sign and sign["sign"][0] in ":=→":
                        questions.add(hit.kind)
    return len(questions) >= 2


def _letter(passage: Passage, dialect: Dialect) -> list[Mark]:
    words = passage.words
    if not words or len(words[0].text) != 1 or _WORDS.search(passage.text[: words[0].start]):
        return []
    sign = _SIGN.match(passage.text, words[0].end)
    for letter, question in dialect.letters:
        if sign and letter == words[0].text and sign["sign"][0] != "?":
            return [
                Mark(
                    passage.index,
                    words[0].start,
                    sign.end(),
                    (question,),
                    Place.HEAD,
                    ":",
                    stand_in=True,
                )
            ]
    return []


def _label_hits(passage: Passage, dialect: Dialect) -> list[_Found]:
    """Label phrases without overlap: the longest at each place, proper labels first."""
    hits = []
    for hit in passage.hits:
        role, _, question = hit.kind.partition(".")
        if (
            question
            and role in _RANKS
            and (role != "short" or dialect.short or _topic(passage, hit))
        ):
            hits.append((hit.first, _RANKS[role] // 3, -hit.last, _RANKS[role], role, question))
    found: list[_Found] = []
    taken = -1
    for first, _, last, _, role, question in sorted(hits):
        start, end = passage.words[first].start, passage.words[-last - 1].end
        if first < taken or passage.struck(start, end):
            continue
        taken = -last
        found.append(_Found(start, end, role, QuestionId(question)))
    return found


def _topic(passage: Passage, hit: Hit) -> bool:
    """Whether a word stands as a topic: "Petra on timing: …"."""
    before = passage.words[hit.first - 1].text if hit.first else ""
    end = passage.words[hit.last - 1].end
    return before in _TOPIC_WORDS and passage.text[end : end + 1] == ":"


def _joined(passage: Passage, left: _Found, right: _Found) -> bool:
    """Whether two labels are one: "why change / why now: …", "Why now? / Warum jetzt?"."""
    between = passage.folded[left.end : right.start]
    if _SAME.fullmatch(between):
        return True
    if right.role == "asks" and re.fullmatch(r"[\s?,:*_–-]*(?:and|or|i\.e\.)?\s*", between):
        return True
    return (
        left.role == right.role
        and left.role in {"labels", "fields"}
        and "?" not in between
        and bool(_JOINER.fullmatch(between))
    )


def _mark(passage: Passage, group: list[_Found], floor: int, limit: int) -> Mark | None:
    roles = {found.role for found in group}
    role = next(
        r for r in ("labels", "short", "titles", "asks", "fields", "stand_ins") if r in roles
    )
    questions = tuple(dict.fromkeys(f.question for f in group if f.role == role))
    if group[-1].role == "asks" and role != "asks":
        end = _ASKED_TAIL.match(passage.text, group[-1].end, limit)
        if end is not None:
            place = (
                Place.HEAD
                if _heads(passage, group[0].start, floor, passage.folded[floor : group[0].start])
                else Place.INLINE
            )
            return Mark(
                passage.index, group[0].start, end.end(), questions, place, "?", role == "stand_ins"
            )
    start = group[0].start
    read = _place(passage, start, group[-1].end, role, floor, limit)
    if read is None:
        return None
    place, end, sign = read
    return Mark(
        passage.index, start, end, questions, place, sign, role == "stand_ins", role == "asks"
    )


def _place(
    passage: Passage, start: int, end: int, role: str, floor: int, limit: int
) -> tuple[Place, int, str] | None:
    before = passage.folded[floor:start]
    heads = _heads(passage, start, floor, before)
    breaks = heads or bool(_BREAK_BEFORE.search(before))
    read = _sign(passage, start, end, limit, heads=heads, asked=role == "asks")
    if role == "asks":
        if (read and read[1] in "?") or (read and heads and read[1] in ".:"):
            return (Place.HEAD if heads else Place.INLINE), *read
        return None
    if role in {"titles", "stand_ins", "short", "fields"}:
        topic = passage.text[end : end + 1] == ":" and (before.split() or [""])[-1] in _TOPIC_WORDS
        apart = (
            heads
            or topic
            or (breaks and bool(read) and read[1] in ":=")
            or (
                role in {"short", "fields"}
                and (before.rstrip().endswith(",") or not before.strip())
                and bool(read)
                and (role == "short" or read[1] in ":=")
            )
        )
        return (Place.HEAD, *read) if apart and read and read[1] not in _NO_SIGNS[role] else None
    if heads and read:
        return Place.HEAD, *read
    if read and (breaks or read[1] in ":=→#") and (read[1] != "?" or breaks):
        return Place.INLINE, *read
    return (Place.BARE if heads else Place.MENTION), end, ""


def _heads(passage: Passage, start: int, floor: int, before: str) -> bool:
    """Whether nothing of weight stands before the label in its line or its bold run."""
    bold = _bold_run(passage, start)
    if bold and bold[0] >= floor and _only_fillers(passage.folded[bold[0] : start]):
        return True
    return _only_fillers(before) and (
        floor == 0 or bool(_BREAK_BEFORE.search(passage.folded[:start]))
    )


def _bold_run(passage: Passage, place: int) -> Span | None:
    return next((run for run in passage.line.bold if run[0] <= place < run[1]), None)


def _only_fillers(before: str) -> bool:
    if len(before) > _MAX_BEFORE_HEAD:
        return False
    return all(word in _LEADING_WORDS or word.isdigit() for word in _WORDS.findall(before))


def _sign(
    passage: Passage, start: int, end: int, limit: int, *, heads: bool, asked: bool
) -> tuple[int, str] | None:
    """Where the label with its tail and sign ends, and the sign; None when nothing sets it apart."""
    text = passage.text
    bold = _bold_run(passage, start)
    if asked:
        match = _ASKED_TAIL.match(text, end, limit)
        return (match.end(), match["sign"]) if match else None
    if start and text[start - 1] in "[(#" and (heads or text[start - 1] == "#"):
        if text[start - 1] == "#":
            return end, "#"
        if match := _BRACKETED.match(text, end, limit):
            return match.end(), "]"
    aside = _ASIDE.match(text, end, limit)
    match = (aside and _SIGN.match(text, aside.end(), limit)) or _SIGN.match(text, end, limit)
    if match:
        stop = match.end()
        if bold and stop < bold[1] <= stop + _MAX_TAIL and text[stop : bold[1]].strip()[:1] == "(":
            stop = bold[1]
        if alternative := _ALTERNATIVE.match(text, stop, limit):
            stop = alternative.end()
        return stop, match["sign"][0]
    if heads and (match := re.compile(r"\s*;\s+").match(text, end, limit)):
        return match.end(), ":"
    if heads and (match := _TAIL.match(text, end, limit)):
        return match.end(), match["sign"]
    if heads and bold and end <= bold[1] <= end + _MAX_TAIL and bold[1] < len(text):
        return bold[1], "bold"
    if heads and not text[end:limit].strip(" *_\"'.,;:"):
        return limit, "end"
    if heads and passage.line.heading and limit - end <= _MAX_TAIL:
        return limit, "end"
    return None
