"""The signs that set a label apart from its answer: a colon, a dash, an arrow, a bold run, a break.

Tells how a label stands in its line and where its answer starts; which question it stands for is
the business of `label`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from app.domain.notes.line import Span
from app.domain.notes.passage import Passage
from app.domain.notes.vocabulary import WORDS

_DASH = r"\-–—"
_ARROW = r"(?:[-=]{1,2}>|[→⇒])"
_OPEN = r"[\s\"'“„«*_(\[#¿☐☑□✔✅]*"
SIGN = re.compile(
    rf"(?:\s(?:though|part|bit|question|answer|thing|then|so far|story|piece|side))?"
    rf"[\s*_\"'”»)\]]*(?P<sign>\?+[:*_!]*(?:\s*(?:{_ARROW}|[:{_DASH}]+(?=\s)))?|::?|{_ARROW}|="
    rf"|[{_DASH}]{{1,3}}(?=\s|$)|\||(?:colon|question mark)\b"
    r"|(?:bc|because|weil|omdat|parce que|car|porque)\b|[✅☑✔]|\.{2,3})"
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
ASIDE = re.compile(r"[\s*_]*\([^()]{0,60}\)")
_BREAK_BEFORE = re.compile(rf"(?:^|#|[{{,]\s*\"|[:;.!?|/→\]{_DASH}>●•)]|->)\s*{_OPEN}$")
_MAX_SIGNS = 24  # signs and brackets in a row; the search starts no further back
NUMBERED_BEFORE = re.compile(r"[.;,!?]\s+(?:q|top|nr\.?\s?)?\d{1,2}\s?[.):/]?\s*$")
_ALTERNATIVE = re.compile(r"\s*/\s*[^/?\n]{1,30}\?\s*$")
_SEMICOLON = re.compile(r"\s*;\s+")
WORD = re.compile(r"\w+")
_MAX_TAIL = 70
_MAX_LOOK_BACK = 120
_MAX_BEFORE_HEAD = 40


class Slot(NamedTuple):
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


def breaks_before(text: str) -> bool:
    """Whether a text ends with a sign behind which something new begins."""
    return _BREAK_BEFORE.search(text, max(0, len(text) - _MAX_SIGNS)) is not None


def heads_line(slot: Slot) -> bool:
    """Whether nothing of weight stands before the label in its line or its bold run."""
    bold = _bold_run(slot)
    led = bold is not None and bold[0] >= slot.floor
    if bold and led and _only_fillers(slot.passage.folded[bold[0] : slot.start]):
        return True
    return _only_fillers(slot.before) and (slot.floor == 0 or breaks_before(slot.before))


def _bold_run(slot: Slot) -> Span | None:
    runs = slot.passage.line.bold
    return next((run for run in runs if run[0] <= slot.start < run[1]), None)


def _only_fillers(before: str) -> bool:
    if len(before) > _MAX_BEFORE_HEAD:
        return False
    leading = WORDS["leading"]
    return all(word in leading or word.isdigit() for word in WORD.findall(before))


def asked_sign(slot: Slot) -> tuple[int, str] | None:
    """Where a question put in a sentence ends, and its sign; None when it goes on too long."""
    match = _ASKED_TAIL.match(slot.passage.text, slot.end, slot.limit)
    return (match.end(), match["sign"]) if match else None


def sign_of(slot: Slot, *, heads: bool) -> tuple[int, str] | None:
    """Where the label with its sign ends, and the sign; None when nothing sets it apart."""
    text = slot.passage.text
    opened = text[slot.start - 1] if slot.start else ""
    if opened == "#":
        return slot.end, "#"
    if heads and opened in {"[", "("} and (match := _BRACKETED.match(text, slot.end, slot.limit)):
        return match.end(), "]"
    return _plain_sign(slot) or (_late_sign(slot) if heads else _scoped_sign(slot))


def _plain_sign(slot: Slot) -> tuple[int, str] | None:
    """A sign right behind the label, or behind an aside in parentheses."""
    text, bold = slot.passage.text, _bold_run(slot)
    aside = ASIDE.match(text, slot.end, slot.limit)
    match = SIGN.match(text, aside.end(), slot.limit) if aside else None
    match = match or SIGN.match(text, slot.end, slot.limit)
    if match is None:
        return None
    stop = match.end()
    if bold and stop < bold[1] <= stop + _MAX_TAIL and text[stop : bold[1]].strip()[:1] == "(":
        stop = bold[1]
    if alternative := _ALTERNATIVE.match(text, stop, slot.limit):
        stop = alternative.end()
    return stop, _short_of(match["sign"])


def _short_of(sign: str) -> str:
    """A sign by its first character; an arrow outweighs what stands before it."""
    if sign[-1] in ">→⇒":
        return "→"
    return ":" if sign[0].isalpha() else sign[0]


def _scoped_sign(slot: Slot) -> tuple[int, str] | None:
    """A sign behind whom or what the label is about: "why now for plant 3 = …"."""
    match = _SCOPE.match(slot.passage.text, slot.end, slot.limit)
    if match is None and breaks_before(slot.before):
        match = _SHORT_TAIL.match(slot.passage.text, slot.end, slot.limit)
    return (match.end(), match["sign"]) if match else None


def _late_sign(slot: Slot) -> tuple[int, str] | None:
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
