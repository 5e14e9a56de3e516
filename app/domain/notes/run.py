"""Bold runs that stand for a line of their own though no line break was kept before them.

Editors and exports drop breaks: "… by hand<b>Why now:</b> audit". A bold run that is glued to the
words before it and looks like a heading starts a line; one that only splits a word does not. The
text itself is left as it is, so that quotes stay verbatim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.domain.notes.line import Line, without_start

_HEADING = re.compile(
    r"[¿¡\W]*[^\W\d_a-z](?:[^\n:?]{0,60}[:?]|(?=\s)|\S*(?:\s\S+){1,6})", re.UNICODE
)
_ONE_NAME = re.compile(r"(?:flow|node-?)(?=(?:fuse|forge|red)\b)", re.IGNORECASE)
_LONGEST_NAME = 12


def split_before_bold(line: Line, opened: Sequence[int]) -> Iterator[Line]:
    """The line, cut before each glued bold run that looks like a heading.

    `opened` are the places in the line where bold opens, in reading order.
    """
    at = 0
    for place in opened:
        if place > at and _starts_a_line(line, place):
            yield _between(line, at, place)
            at = place
    yield _between(line, at, len(line.text)) if at else line


def _starts_a_line(line: Line, place: int) -> bool:
    text = line.text
    before = text[place - 1]
    if before.isspace() or before in "([{\"'“„«/-–—" or before.isupper():
        return False
    run = text[place : _end_of_run(line, place)]
    if not _HEADING.match(run + text[place + len(run) :][:1]):
        return False
    around = text[max(0, place - _LONGEST_NAME) : place + _LONGEST_NAME]
    names = _ONE_NAME.finditer(around)
    return all(max(0, place - _LONGEST_NAME) + name.end() != place for name in names)


def _end_of_run(line: Line, place: int) -> int:
    return next((end for start, end in line.bold if start <= place < end), len(line.text))


def _between(line: Line, start: int, end: int) -> Line:
    kept = line.text[:end].rstrip()
    cut = line._replace(
        text=kept,
        bold=tuple((a, min(b, len(kept))) for a, b in line.bold if a < len(kept)),
        struck=tuple((a, min(b, len(kept))) for a, b in line.struck if a < len(kept)),
    )
    return without_start(cut, start) if start else cut
