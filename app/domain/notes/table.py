"""Tables: which cells answer a label that stands in one of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.domain.notes.line import Cell
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.passage import Passage

_CONTENT_HEAD = re.compile(
    r"\b(?:content|answers?|value|text|notes?|details?|comments?|response|antwort(?:en)?"
    r"|antwoord|reponse|respuesta|inhalt|what they said|reason|customer says?)\b"
)
_MIN_COLUMNS_WITH_HEAD = 2


def cells_for(script: Manuscript, label: Passage) -> Sequence[Passage]:
    """The cells that answer a label: those beside it, or those below it under a header row."""
    cell = label.line.cell
    if cell is None:
        return ()
    table = [p for p in script.passages if p.line.cell and p.line.cell.table == cell.table]
    row = [p for p in table if _cell(p).row == cell.row and p is not label]
    if _is_header(script, label, row):
        return [
            p
            for p in table
            if _cell(p).column == cell.column
            and _cell(p).row > cell.row
            and not script.marks[p.index]
        ]
    beside = [p for p in row if _cell(p).column > cell.column or p.index > label.index]
    column = _content_column(script, table)
    if column is not None and column != cell.column:
        return [p for p in beside if _cell(p).column == column]
    return beside


def _cell(passage: Passage) -> Cell:
    cell = passage.line.cell
    assert cell is not None  # noqa: S101 - only passages of tables come here
    return cell


def _is_header(script: Manuscript, label: Passage, row: Sequence[Passage]) -> bool:
    """Whether other labels stand in the same row, in cells of their own."""
    return any(script.labelled(p.index) and _cell(p).column != _cell(label).column for p in row)


def _content_column(script: Manuscript, table: Sequence[Passage]) -> int | None:
    """The column that holds answers, as the header row of a wide table names it."""
    heads = [p for p in table if _cell(p).row == 0]
    if len(heads) < _MIN_COLUMNS_WITH_HEAD or any(script.marks[p.index] for p in heads):
        return None
    for passage in heads:
        if _CONTENT_HEAD.search(passage.folded):
            return _cell(passage).column
    return None
