"""Labels: where a note says which question the words around it answer.

A label heads its answer (start of a line, a bold run, a heading, a cell), stands in the middle of
a line before a colon or a question mark, or is merely mentioned in a sentence. What is done with
each is decided in `segment`; here they are only found and told apart.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

from app.domain.notes.answer import QuestionId
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.sign import (
    ASIDE,
    NUMBERED_BEFORE,
    SIGN,
    WORD,
    Slot,
    asked_sign,
    breaks_before,
    heads_line,
    sign_of,
)
from app.domain.notes.vocabulary import WORDS

_JOINER = re.compile(
    r"[\s\"'*_?]*(?:[/,&+·(]|\b(?:and|und|et|y|e|en|or|oder|to)\b)?[\s\"'*_]*"
    r"(?:\b(?:to|do it|both|the|also)\b)?[\s\"'*_]*"
)
_PLAIN = re.compile(r"[\w\s']+")  # "why now and not next year?" names no field
_SAME = re.compile(r"[\s*_]*\??[\s*_]*[/(][\s*_]*")
_MAX_QUESTION_CHARACTERS = 90
_PRECEDENCE = ("labels", "initials", "short", "titles", "asks", "fields", "stand_ins")
_RANKS = {
    "labels": 0,
    "initials": 0,
    "titles": 1,
    "stand_ins": 2,
    "asks": 3,
    "short": 4,
    "fields": 5,
}


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

    `short`: "change:", "now:", "FF:" stand for the whys; `initials`: "WC", "WN" do without any
    sign; `letters`: those of a framework (MEDDPICC, SPICED) or of a legend in the note.
    """

    short: bool = False
    initials: bool = False
    letters: tuple[tuple[str, QuestionId], ...] = ()


class _Found(NamedTuple):
    start: int
    end: int
    role: str
    question: QuestionId


def find_marks(passage: Passage, dialect: Dialect) -> list[Mark]:
    """The labels of one line, in order."""
    found = _label_hits(passage, dialect)
    if dialect.letters and (letter := _letter(passage, dialect)):
        return letter
    if not found:
        return []
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


def _letter(passage: Passage, dialect: Dialect) -> list[Mark]:
    words = passage.words
    if not words or WORD.search(passage.text[: words[0].start]):
        return []
    aside = ASIDE.match(passage.text, words[0].end)
    sign = SIGN.match(passage.text, aside.end() if aside else words[0].end)
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
    if not passage.questions:
        return []
    hits = []
    for hit in passage.hits:
        if hit.kind not in passage.questions:
            continue
        role, _, question = hit.kind.partition(".")
        if (
            role in _RANKS
            and (role != "short" or dialect.short or _topic(passage, hit))
            and (role != "initials" or dialect.initials)
        ):
            hits.append((hit.first, _RANKS[role] // 3, -hit.last, _RANKS[role], role, question))
    found: list[_Found] = []
    taken = -1
    for first, _, last, _, role, question in sorted(hits):
        start, end = passage.words[first].start, passage.words[-last - 1].end
        if first < taken or passage.struck(start, end):
            continue
        behind_why = bool(found) and role == "fields" != found[-1].role
        if behind_why and _PLAIN.fullmatch(passage.text, found[-1].end, start):
            continue
        taken = -last
        found.append(_Found(start, end, role, QuestionId(question)))
    return found


def _topic(passage: Passage, hit: Hit) -> bool:
    """Whether a word stands as a topic: "Petra on timing: …"."""
    before = passage.words[hit.first - 1].text if hit.first else ""
    end = passage.words[hit.last - 1].end
    return before in WORDS["topic"] and passage.text[end : end + 1] == ":"


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
    role = next(role for role in _PRECEDENCE if role in roles)
    questions = tuple(dict.fromkeys(found.question for found in group if found.role == role))
    slot = Slot(passage, group[0].start, group[-1].end, role, floor, limit)
    stand_in = role == "stand_ins"
    if group[-1].role == "asks" and role != "asks":
        tail = asked_sign(slot)
        if tail is not None:
            place = Place.HEAD if heads_line(slot) else Place.INLINE
            return Mark(passage.index, slot.start, tail[0], questions, place, "?", stand_in)
    read = _place(slot)
    if read is None:
        return None
    place, end, sign = read
    return Mark(passage.index, slot.start, end, questions, place, sign, stand_in, role == "asks")


def _place(slot: Slot) -> tuple[Place, int, str] | None:
    """How a label stands, where its answer starts, and the sign between; None when it is none."""
    heads = heads_line(slot)
    if slot.role == "asks":
        read = asked_sign(slot)
        if read is None or (read[1] != "?" and not heads):
            return None
        return (Place.HEAD if heads else Place.INLINE), *read
    read = sign_of(slot, heads=heads)
    continues = slot.floor > 0 and slot.before.rstrip().endswith(",")
    numbered = NUMBERED_BEFORE.search(slot.before) is not None
    breaks = heads or continues or numbered or breaks_before(slot.before)
    if slot.role in _NO_SIGNS:
        fits = read is not None and read[1] not in _NO_SIGNS[slot.role]
        fits = fits and not (slot.floor and read is not None and read[1] == "end")
        apart = read is not None and (heads or _apart(slot, read[1], breaks=breaks))
        return (Place.HEAD, *read) if read and fits and apart else None
    if read is not None and (breaks or read[1] in ":=→#"):
        return (Place.HEAD if heads else Place.INLINE), *read
    return _in_question(slot, heads=heads) or (
        (Place.BARE if heads else Place.MENTION),
        slot.end,
        "",
    )


def _in_question(slot: Slot, *, heads: bool) -> tuple[Place, int, str] | None:
    """A question around the label that opens its line: "Any reason for the timing? The audit."."""
    if slot.role != "labels":
        return None
    start, end = slot.passage.sentence_at(slot.start)
    asks = slot.passage.text[end - 1] == "?" and end - start <= _MAX_QUESTION_CHARACTERS
    answered = slot.passage.has_words(end)
    if start > 0 or end > slot.limit or not asks or not (answered or heads):
        return None
    return (Place.HEAD if heads else Place.INLINE), end, "?"


def _apart(slot: Slot, sign: str, *, breaks: bool) -> bool:
    """Whether a title in the middle of a line is set apart enough to be one."""
    before = slot.before
    topic = slot.passage.text[slot.end : slot.end + 1] == ":"
    if topic and (before.split() or [""])[-1] in WORDS["topic"]:
        return True
    if breaks and sign in ":=":
        return True
    listed = before.rstrip().endswith(",") or not before.strip()
    return listed and (slot.role == "short" or (slot.role == "fields" and sign in ":="))
