"""Rows of plain text that are set in columns by a sign: CSV, exports, tables without borders.

Two lines or more with the same number of the same sign are rows, if the first of them holds short
names only. Which of the names are labels is the business of `label`; here lines become cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.domain.notes.line import Cell, Line

_SIGNS = ("|", ";", ",")
_MIN_SIGNS = 2
_MIN_ROWS = 2
_NAME = re.compile(r"[\s\"'\[(*]*[^\W\d][\w\s/?'\"\])*-]{0,28}")
_KEY = re.compile(r"\s*\"?[^\W\d]\w*_?\w*\"?\s*")  # commas also part plain words
_FIRST_TABLE = 1_000
"""Tables of text are counted from here, those of the markup from 1."""


def with_sheets(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines of a page, rows of such tables cut into their cells."""
    out: list[Line] = []
    tables = at = 0
    while at < len(lines):
        sign, rows = _sheet_at(lines, at)
        if not rows:
            out.append(lines[at])
            at += 1
            continue
        for row in range(rows):
            out.extend(_cells(lines[at + row], sign, _FIRST_TABLE + tables, row))
        tables += 1
        at += rows
    return tuple(out)


def _sheet_at(lines: Sequence[Line], at: int) -> tuple[str, int]:
    """The sign and the number of rows of the table that begins at a line; no rows where none."""
    head = lines[at].text
    for sign in _SIGNS:
        count = head.count(sign)
        if count < _MIN_SIGNS or lines[at].cell is not None:
            continue
        name = _KEY if sign == "," else _NAME
        if not all(name.fullmatch(part) for part in head.split(sign)):
            continue
        rows = 1
        while at + rows < len(lines) and lines[at + rows].text.count(sign) == count:
            rows += 1
        if rows >= _MIN_ROWS:
            return sign, rows
    return "", 0


def _cells(line: Line, sign: str, table: int, row: int) -> Iterator[Line]:
    at = 0
    for column, content in enumerate(line.text.split(sign)):
        text = content.strip(' "')
        if text:
            start = line.text.index(text, at)
            cell = Cell(table, row, column)
            yield line._replace(text=text, start=line.start + start, cell=cell, bold=(), struck=())
        at += len(content) + 1
