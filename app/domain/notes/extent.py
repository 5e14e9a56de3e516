"""Which words belong to a label: the rest of its line, the cells beside it, or the lines below.

A line ends an answer when it begins something else: another label, a heading, a field, facts, who
was there, what happens next, a greeting. Nothing here judges what the words are worth.
"""

from __future__ import annotations

import re

from app.domain.notes.label import Mark, Place
from app.domain.notes.line import Line, Span
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.passage import Part, Passage
from app.domain.notes.table import cells_for

_FIELD = re.compile(
    r"[\s\-*•·\d.)]*(?:\[[^\]]{3,38}\]|[^\s:?!,\[\]]{1,38}(?:\s[^\s:?!,]{1,20}){0,3}\s?(?::|\s=))"
    r"(?:\s|$)"
    r"|\s*(?:ad|re|zu)\s\d\)"
)
_CUT = re.compile(
    r"(?<=\b(?:tbd|tbc|tba|n/a))\s(?=(?:nr|node-red|contact|next steps?|devs?|todo|action)\b)"
    r"|\s\|\s|\",?\s*(?=\"\w+\"\s*:)"
    r"|(?<=[?.!])\s(?=(?:thanks|thank you|(?:kind |best )?regards|cheers|danke|vielen dank"
    r"|(?:viele )?gr(?:u|ü)(?:ß|ss)e?|merci|cordialement|gracias|saludos|groet(?:en)?|bedankt)\b)"
    r"|[;.,]\s(?=(?:next steps?|nr|node-red|contact|todo|action)\b)",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s*\([^()]{1,80}\)[\s:–-]*(?=[^\s)])")
_UPDATED = re.compile(
    r"(?:→|->|=>|⇒)\s*(?:\d{1,2}[./]\d{1,2}[./\d]*\s*:?|(?:updated?|now|new|neu)\s*:)\s*",
    re.IGNORECASE,
)
_NEXT_NUMBER = re.compile(r"\s*(?<!\w)\(?\d{1,2}\)\s*$|(?<=[.;!?])\s+\d{1,2}\.\s*$|[\s(\[]*¿\s*$")
_TRIM = " \t*_,;|:=→–—->•"
_STATED = re.compile(r"[.!:]\s")
_LETTER = re.compile(r"[^\W_]")
_BULLET = re.compile(r"\s*[-*•–]\s+(?=\S)")
_MAX_LINES_BELOW = 12
_MAX_LABEL_RUN = 60
_MIN_WORDS_AFTER_GAP = 3


def answer_parts(
    script: Manuscript, passage: Passage, mark: Mark, following: int | None
) -> list[Part]:
    """The stretches that follow a label: the rest of its line, else the lines below it."""
    stop = _line_end(passage, mark, following)
    rest = passage.text[mark.end : stop]
    if rest.strip(_TRIM + "\"'()"):
        return _own_line(script, passage, mark, (mark.end, stop), last=following is None)
    if passage.line.cell is not None:
        return [(other, (0, len(other.text))) for other in cells_for(script, passage)]
    if following is not None or '""' in rest or "''" in rest:
        return []
    if rest.strip():
        return [(passage, (mark.end, stop))]
    return [] if script.inline and not passage.line.heading else _below(script, passage)


def _line_end(passage: Passage, mark: Mark, following: int | None) -> int:
    """Where the answer ends in its label's line."""
    stop = len(passage.text) if following is None else following
    if match := _CUT.search(passage.text, mark.end, stop):
        stop = match.start()
    if following is not None and (number := _NEXT_NUMBER.search(passage.text[mark.end : stop])):
        stop = mark.end + number.start()
    return stop


def _own_line(
    script: Manuscript, passage: Passage, mark: Mark, span: Span, *, last: bool
) -> list[Part]:
    """The words behind a label, with what hangs under its list item."""
    if mark.asked and mark.place is Place.INLINE:
        return []
    own = [(passage, span)]
    if not last:
        return own
    if mark.place is Place.HEAD and _only_asks(passage.text[slice(*span)]):
        return _below(script, passage) or own
    depth = passage.line.depth
    nested = _below(script, passage) if depth else []
    return own + [part for part in nested if part[0].line.depth > depth]


def _only_asks(text: str) -> bool:
    """Whether a template's hint stands behind its label: "Why now? What if they wait?"."""
    asks = text.rstrip().endswith("?") and _LETTER.search(text) is not None
    return asks and not _STATED.search(text)


def _below(script: Manuscript, passage: Passage) -> list[Part]:
    """The unlabelled lines under a label that belong to it."""
    found: list[Part] = []
    label = passage.line
    start = passage.index + 1
    for below in script.passages[start : start + _MAX_LINES_BELOW]:
        line = below.line
        if _closes(script, below, passage, found_any=bool(found)):
            break
        if label.depth and not _hangs_under(line, label):
            break
        if not label.depth and found and found[-1][0].line.depth and not line.depth:
            break
        found.append((below, (0, len(below.text))))
    return found


def _hangs_under(line: Line, label: Line) -> bool:
    """Whether a line belongs to the list item of a label: nested in it, or its second paragraph."""
    if line.depth > label.depth or (line.item and line.item == label.item):
        return True
    return not line.depth and not label.item


def _closes(script: Manuscript, below: Passage, label: Passage, *, found_any: bool) -> bool:
    """Whether a line no longer belongs to the label above it."""
    line, heading = below.line, label.line.heading
    if script.labelled(below.index) or line.heading or line.cell is not None:
        return True
    if line.quoted > label.line.quoted:
        return True
    stray = len(below.words) < _MIN_WORDS_AFTER_GAP and not line.depth
    if line.gap and not heading and (found_any or stray):
        return True
    if (
        line.bold
        and line.bold[0][0] == 0
        and line.bold[0][1] < _MAX_LABEL_RUN
        and (
            line.bold[0][1] < len(line.text)
            or line.text.rstrip().endswith(":")
            or bool(label.line.bold)
        )
    ):
        return True
    if script.dates[below.index] != script.dates[label.index]:
        return True
    return not heading and not label.line.depth and _is_field(script, below, label)


def _is_field(script: Manuscript, below: Passage, label: Passage) -> bool:
    """Whether a line is a field of its own, and not the one line between two labels."""
    if not _FIELD.match(below.text):
        return False
    between = below.index == label.index + 1 and script.labelled(below.index + 1)
    return not between or below.text.rstrip().endswith(":")


def tightened(passage: Passage, span: Span) -> Part | None:
    """A stretch without the signs around it, struck words, and an aside before the answer."""
    text = passage.text
    start, end = _unstruck(passage, span)
    for update in _UPDATED.finditer(text, start, end):
        start = update.end()
    aside = _ASIDE.match(text, start, end)
    if aside and not passage.has("guess", start, aside.end()):
        start = aside.end()
    if not _LETTER.search(text[start:end]):
        bullet = _BULLET.match(text, start, end)
        start, end = _stripped(text, bullet.end() if bullet else start, end, " ", " ")
    else:
        start, end = _stripped(text, start, end, _TRIM, " |;,*_")
        start, end = _unpaired(text, start, end)
    return (passage, (start, end)) if start < end else None


def _unstruck(passage: Passage, span: Span) -> Span:
    start, end = span
    text = passage.text
    for a, b in passage.line.struck:
        if start < b and not text[start:a].strip(_TRIM):
            start = b
        elif a < end and not text[b:end].strip(_TRIM):
            end = a
        elif start < a and b < end:
            start = b
    return start, end


def _stripped(text: str, start: int, end: int, before: str, behind: str) -> Span:
    while start < end and text[start] in before:
        start += 1
    while end > start and text[end - 1] in behind:
        end -= 1
    return start, end


def _unpaired(text: str, start: int, end: int) -> Span:
    """Without a quotation mark or a brace of JSON that has no partner in the stretch."""
    if text[start] == '"' and '"' not in text[start + 1 : end]:
        start += 1
    if text[end - 1] == "}" and "{" not in text[start:end]:
        end = start + len(text[start:end].rstrip('}"'))
    return start, end
