"""A note as the reader of answers may see it: without what is no answer of the customer's.

Notes that we wrote ourselves are blank, and so is every stretch that grants or takes back a
deviation: “Deviation: why now – no date yet” names the question and answers nothing. All the rest
stays as it stands, with its markup, so that quotes remain verbatim.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.domain.deal import Note
from app.domain.notes import SourceNote, stripped
from app.domain.own_note import is_own
from app.domain.read_note import ReadNote
from app.domain.statement import StatementReader

_BLOCKS = r"</?(?:p|div|li|ul|ol|br|tr|td|th|table|thead|tbody|h[1-6]|blockquote|pre|hr)\b[^<>]*>"
_SPLITS = tuple(
    re.compile(f"({pattern})", re.IGNORECASE) for pattern in (rf"{_BLOCKS}|\n", _BLOCKS)
)
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"\S+")


def reading_copy(statements: StatementReader, note: Note) -> SourceNote:
    """The note for the reader of answers; one that was read before stays as it was read."""
    if isinstance(note, ReadNote):
        return SourceNote(note.id, "", note.written_at, reading=note.gist.reading)
    body = note.body
    if is_own(body):
        body = ""
    for statement in statements.statements(body, note.written_at):
        body = _without(body, statement.lines)
    return SourceNote(note.id, body, note.written_at)


def _without(body: str, lines: Sequence[str]) -> str:
    for line in lines:
        body = _without_line(body, line)
    return body


def _without_line(body: str, line: str) -> str:
    """The body without the text of a line; nothing at all when the line cannot be found in it."""
    for split in _SPLITS:
        pieces = split.split(body)
        for index, piece in enumerate(pieces):
            if line in stripped(piece):
                pieces[index] = _blanked(piece, line)
                return "".join(pieces)
    return ""


def _blanked(piece: str, line: str) -> str:
    """The piece up to where the line starts, and of the rest the tags alone."""
    starts = (match.start() for match in _WORD.finditer(piece))
    start = next((at for at in starts if stripped(piece[at:]).startswith(line)), 0)
    return piece[:start] + "".join(_TAG.findall(piece[start:]))
