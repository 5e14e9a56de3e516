"""Counts broken down over the lines of a list or the rows of a table: "Ghent: 4 / Lille: 3".

A heading that names Node-RED opens one; every line or row below it gives a place and its number.
A row that says "total" outweighs the sum. Two places at least make a breakdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from app.domain.notes.frame import NOT_THEIRS
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.passage import Passage
from app.domain.notes.sentence import NAMED
from app.domain.notes.tally import Statement, Tally, Weight

_ITEM = re.compile(
    r"[\s\-*•·]*(?P<place>[^\W\d_][\w'’./ -]{1,40}?)(?:(?P<sign>\s*[:=–]\s*|\s-\s)|\s)"
    r"(?:~|ca\.?\s)?(?P<count>\d{1,4})(?:\s(?:x\s)?(?:node.?reds?|nr|instan\w+|inst|live|prod))?"
    r"\s*[;,.]?\s*(?:\([^()]{0,40}\))?\s*$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\s*(?:~|ca\.?\s)?(?P<count>\d{1,4})\+?\s*")
_TOTAL = re.compile(
    r"\W*(?:total|sum|summe|gesamt|insgesamt|totaal|somme|suma|all)\b", re.IGNORECASE
)
_HEADS_ITEMS = re.compile(r"[:?]\s*$")
_NAMING = NAMED | {"fields.node_red_instances"}
_DEVELOPERS = frozenset({"developer", "fields.node_red_developers"})
_NOT_YET = frozenset({"planned", "former", "ended"})
_MAX_ITEMS = 40
_MIN_ITEMS = 2
_MAX_WORDS_OF_HEAD = 8


class _Item(NamedTuple):
    """One row with its number; `whole`: it sums up the others; `place`: its name may be one's."""

    value: int
    whole: bool
    place: bool
    passage: Passage


def read_breakdowns(script: Manuscript, tally: Tally) -> None:
    """Add the sums of all breakdowns, and over how many places each is spread."""
    for items in _tables(script, _DEVELOPERS):
        if len(items) >= _MIN_ITEMS:
            value = next(
                (item.value for item in items if item.whole), sum(item.value for item in items)
            )
            quote = items[0].passage.text.strip()
            tally.developers.append(Statement(value, Weight.FIELD, quote))
    for items in (*_lists(script), *_tables(script, _NAMING)):
        parts = [item for item in items if not item.whole]
        if len(parts) < _MIN_ITEMS:
            continue
        totals = [item for item in items if item.whole]
        value = totals[0].value if totals else sum(item.value for item in parts)
        quote = (totals or parts)[0].passage.text.strip()
        tally.instances.append(Statement(value, Weight.FIELD, quote))
        if all(item.place for item in parts):
            places = sum(1 for item in parts if item.value)
            tally.sites.append(Statement(places, Weight.IMPLIED, quote))


def _lists(script: Manuscript) -> Iterator[list[_Item]]:
    """The items below each line that names Node-RED and heads them; without a colon, they have."""
    passages = script.passages
    for head in passages:
        if script.frames[head.index] in NOT_THEIRS or not _heads(head):
            continue
        marked = bool(head.line.heading) or _HEADS_ITEMS.search(head.text) is not None
        items: list[_Item] = []
        for below in passages[head.index + 1 : head.index + 1 + _MAX_ITEMS]:
            match = None if below.line.cell else _ITEM.match(below.text)
            if match is None or any(kind.startswith("fields.") for kind in below.kinds):
                break
            if not marked and match["sign"] is None:
                break
            whole = _TOTAL.match(match["place"]) is not None
            place = match["place"][0].isupper() and "machine" not in below.kinds
            items.append(_Item(int(match["count"]), whole, place, below))
        yield items


def _heads(passage: Passage) -> bool:
    """Whether a short line without a number names Node-RED."""
    if passage.line.cell or passage.kinds.isdisjoint(_NAMING):
        return False
    return len(passage.words) <= _MAX_WORDS_OF_HEAD and not any(
        word.text.isdecimal() for word in passage.words
    )


def _tables(script: Manuscript, naming: AbstractSet[str]) -> Iterator[list[_Item]]:
    """The column of numbers below each header cell that holds a phrase of certain classes."""
    cells = [passage for passage in script.passages if passage.line.cell]
    for head in cells:
        place = head.line.cell
        if not place or place.row or not place.column or head.kinds.isdisjoint(naming):
            continue
        if len(head.words) > _MAX_WORDS_OF_HEAD:
            continue  # an answer in the first row of a table of fields
        table = [p for p in cells if p.line.cell and p.line.cell.table == place.table]
        column = [p for p in table if p.line.cell and p.line.cell.column == place.column]
        names = {p.line.cell.row: p for p in table if p.line.cell and not p.line.cell.column}
        unready = {
            p.line.cell.row for p in table if p.line.cell and not p.kinds.isdisjoint(_NOT_YET)
        }
        yield _column(
            [p for p in column[1:] if _row(p) not in unready], names, names.get(place.row)
        )


def _column(
    cells: Sequence[Passage], names: dict[int, Passage], title: Passage | None
) -> list[_Item]:
    """The numbers of a column with their rows' names, under the `title` of those."""
    place = title is None or "machine" not in title.kinds
    items: list[_Item] = []
    for passage in cells:
        match = _NUMBER.fullmatch(passage.text)
        name = names.get(_row(passage))
        if match is not None and name is not None:
            whole = _TOTAL.match(name.text) is not None
            items.append(_Item(int(match["count"]), whole, place, passage))
    return items


def _row(passage: Passage) -> int:
    return passage.line.cell.row if passage.line.cell else -1
