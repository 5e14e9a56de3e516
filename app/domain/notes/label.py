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
from app.domain.notes.page import Span
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.vocabulary import WORDS

_DASH = r"\-–—"
_OPEN = r"[\s\"'“„«*_(\[#¿☐☑□✔✅]*"
SIGN = re.compile(
    rf"(?:\s(?:though|part|bit|question|answer|thing|then|so far|story|piece|side))?"
    rf"[\s*_\"'”»)\]]*(?P<sign>\?+[:*_!]*(?:\s*[:{_DASH}]+(?=\s))?|::?|==?>?|→|->|⇒"
    rf"|[{_DASH}]{{1,3}}(?=\s|$)|\||(?:colon|bc|because|weil|omdat|parce que|car|porque)\b"
    r"|[✅☑✔]|\.{2,3})"
    r"[\s*_]*"
)
_BRACKETED = re.compile(r"\s*[\])](?P<sign>)[\s:*_-]*")
_TAIL = re.compile(
    rf"(?P<tail>[^:?=→|.!;\n]{{0,70}}?)\s*"
    rf"(?P<sign>[?:=→]|->)(?:[:*_!?]*(?:\s*[:{_DASH}]+(?=\s))?\s*)"
)
_SCOPE = re.compile(
    r"\s(?:for|at|of|with|from|bei|fur|von|voor|van|pour|chez|para)\s[^:?=.,;!\n]{1,40}?\s*"
    r"(?P<sign>[:=])\s*"
)
_SHORT_TAIL = re.compile(r"\s[^:?=.,;!\n]{1,24}(?P<sign>:)\s+")
_ASKED_TAIL = re.compile(r"(?P<tail>[^:?|!;\n]{0,90}?)(?P<sign>[?:]|\.(?=\s|$))[\s:*_]*")
_ASIDE = re.compile(r"[\s*_]*\([^()]{0,60}\)")
BREAK_BEFORE = re.compile(rf"(?:^|#|[{{,]\s*\"|[:;.!?|/→\]{_DASH}>●•)]|->)\s*{_OPEN}$")
_JOINER = re.compile(
    r"[\s\"'*_?]*(?:[/,&+·(]|\b(?:and|und|et|y|e|en|or|oder|to)\b)?[\s\"'*_]*"
    r"(?:\b(?:to|do it|both|the|also)\b)?[\s\"'*_]*"
)
_SAME = re.compile(r"[\s*_]*\??[\s*_]*[/(][\s*_]*")
_ALTERNATIVE = re.compile(r"\s*/\s*[^/?\n]{1,30}\?\s*$")
_WORDS = re.compile(r"\w+")
_MAX_TAIL = 70
_MAX_LOOK_BACK = 120
_MAX_BEFORE_HEAD = 40
_SEMICOLON = re.compile(r"\s*;\s+")
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


class _Slot(NamedTuple):
    """A label in its line, between the end of the one before it and the start of the next."""

    passage: Passage
    start: int
    end: int
    role: str
    floor: int
    limit: int

    @property
    def before(self) -> str:
        """What stands between the last label and this one, as far as it matters."""
        return self.passage.folded[max(self.floor, self.start - _MAX_LOOK_BACK) : self.start]


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


def _letter(passage: Passage, dialect: Dialect) -> list[Mark]:
    words = passage.words
    if not words or _WORDS.search(passage.text[: words[0].start]):
        return []
    aside = _ASIDE.match(passage.text, words[0].end)
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
    slot = _Slot(passage, group[0].start, group[-1].end, role, floor, limit)
    stand_in = role == "stand_ins"
    if group[-1].role == "asks" and role != "asks":
        tail = _ASKED_TAIL.match(passage.text, slot.end, limit)
        if tail is not None:
            place = Place.HEAD if _heads(slot) else Place.INLINE
            return Mark(passage.index, slot.start, tail.end(), questions, place, "?", stand_in)
    read = _place(slot)
    if read is None:
        return None
    place, end, sign = read
    return Mark(passage.index, slot.start, end, questions, place, sign, stand_in, role == "asks")


def _place(slot: _Slot) -> tuple[Place, int, str] | None:
    """How a label stands, where its answer starts, and the sign between; None when it is none."""
    heads = _heads(slot)
    if slot.role == "asks":
        read = _asked_sign(slot)
        if read is None or (read[1] != "?" and not heads):
            return None
        return (Place.HEAD if heads else Place.INLINE), *read
    read = _sign(slot, heads=heads)
    continues = slot.floor > 0 and slot.before.rstrip().endswith(",")
    breaks = heads or continues or bool(BREAK_BEFORE.search(slot.before))
    if slot.role in _NO_SIGNS:
        fits = read is not None and read[1] not in _NO_SIGNS[slot.role]
        fits = fits and not (slot.floor and read is not None and read[1] == "end")
        apart = read is not None and (heads or _apart(slot, read[1], breaks=breaks))
        return (Place.HEAD, *read) if read and fits and apart else None
    if read is not None and (breaks or read[1] in ":=→#"):
        return (Place.HEAD if heads else Place.INLINE), *read
    return (Place.BARE if heads else Place.MENTION), slot.end, ""


def _apart(slot: _Slot, sign: str, *, breaks: bool) -> bool:
    """Whether a title in the middle of a line is set apart enough to be one."""
    before = slot.before
    topic = slot.passage.text[slot.end : slot.end + 1] == ":"
    if topic and (before.split() or [""])[-1] in WORDS["topic"]:
        return True
    if breaks and sign in ":=":
        return True
    listed = before.rstrip().endswith(",") or not before.strip()
    return listed and (slot.role == "short" or (slot.role == "fields" and sign in ":="))


def _heads(slot: _Slot) -> bool:
    """Whether nothing of weight stands before the label in its line or its bold run."""
    bold = _bold_run(slot)
    led = bold is not None and bold[0] >= slot.floor
    if bold and led and _only_fillers(slot.passage.folded[bold[0] : slot.start]):
        return True
    return _only_fillers(slot.before) and (
        slot.floor == 0 or bool(BREAK_BEFORE.search(slot.before))
    )


def _bold_run(slot: _Slot) -> Span | None:
    runs = slot.passage.line.bold
    return next((run for run in runs if run[0] <= slot.start < run[1]), None)


def _only_fillers(before: str) -> bool:
    if len(before) > _MAX_BEFORE_HEAD:
        return False
    leading = WORDS["leading"]
    return all(word in leading or word.isdigit() for word in _WORDS.findall(before))


def _asked_sign(slot: _Slot) -> tuple[int, str] | None:
    match = _ASKED_TAIL.match(slot.passage.text, slot.end, slot.limit)
    return (match.end(), match["sign"]) if match else None


def _sign(slot: _Slot, *, heads: bool) -> tuple[int, str] | None:
    """Where the label with its sign ends, and the sign; None when nothing sets it apart."""
    text = slot.passage.text
    opened = text[slot.start - 1] if slot.start else ""
    if opened == "#":
        return slot.end, "#"
    if heads and opened in {"[", "("} and (match := _BRACKETED.match(text, slot.end, slot.limit)):
        return match.end(), "]"
    return _plain_sign(slot) or (_late_sign(slot) if heads else _scoped_sign(slot))


def _plain_sign(slot: _Slot) -> tuple[int, str] | None:
    """A sign right behind the label, or behind an aside in parentheses."""
    text, bold = slot.passage.text, _bold_run(slot)
    aside = _ASIDE.match(text, slot.end, slot.limit)
    match = SIGN.match(text, aside.end(), slot.limit) if aside else None
    match = match or SIGN.match(text, slot.end, slot.limit)
    if match is None:
        return None
    stop = match.end()
    if bold and stop < bold[1] <= stop + _MAX_TAIL and text[stop : bold[1]].strip()[:1] == "(":
        stop = bold[1]
    if alternative := _ALTERNATIVE.match(text, stop, slot.limit):
        stop = alternative.end()
    return stop, ":" if match["sign"][0].isalpha() else match["sign"][0]


def _scoped_sign(slot: _Slot) -> tuple[int, str] | None:
    """A sign behind whom or what the label is about: "why now for plant 3 = …"."""
    match = _SCOPE.match(slot.passage.text, slot.end, slot.limit)
    if match is None and BREAK_BEFORE.search(slot.before):
        match = _SHORT_TAIL.match(slot.passage.text, slot.end, slot.limit)
    return (match.end(), match["sign"]) if match else None


def _late_sign(slot: _Slot) -> tuple[int, str] | None:
    """A sign at some distance: behind the label's tail, at the end of its bold run or line."""
    text, end, limit = slot.passage.text, slot.end, slot.limit
    if match := _SEMICOLON.match(text, end, limit):
        return match.end(), ":"
    if match := _TAIL.match(text, end, limit):
        return match.end(), match["sign"]
    bold = _bold_run(slot)
    if bold and end <= bold[1] <= end + _MAX_TAIL and bold[1] < len(text):
        return bold[1], "bold"
    ends = not text[end:limit].strip(" *_\"'.,;:")
    heading = slot.passage.line.heading and limit - end <= _MAX_TAIL
    return (limit, "end") if ends or heading else None
