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
    r"[\s\-*•·]*(?P<place>[^\W\d_][\w'’./ -]{1,40}?)(?:\s*[:=–]\s*|\s-\s|\s)"
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
_MAX_ITEMS = 40
_MIN_ITEMS = 2
_MAX_WORDS_OF_HEAD = 8


class _Item(NamedTuple):
    """One place with its number; `whole`: it sums up the others."""

    value: int
    whole: bool
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
        places = sum(1 for item in parts if item.value)
        tally.sites.append(Statement(places, Weight.IMPLIED, quote))


def _lists(script: Manuscript) -> Iterator[list[_Item]]:
    """The items below each line that names Node-RED and ends with a colon or is a heading."""
    passages = script.passages
    for head in passages:
        if script.frames[head.index] in NOT_THEIRS or not _heads(head):
            continue
        items: list[_Item] = []
        for below in passages[head.index + 1 : head.index + 1 + _MAX_ITEMS]:
            match = None if below.line.cell else _ITEM.match(below.text)
            if match is None or any(kind.startswith("fields.") for kind in below.kinds):
                break
            whole = _TOTAL.match(match["place"]) is not None
            items.append(_Item(int(match["count"]), whole, below))
        yield items


def _heads(passage: Passage) -> bool:
    if passage.line.cell or passage.kinds.isdisjoint(_NAMING):
        return False
    if len(passage.words) > _MAX_WORDS_OF_HEAD or any(w.text.isdecimal() for w in passage.words):
        return False
    return bool(passage.line.heading) or _HEADS_ITEMS.search(passage.text) is not None


def _tables(script: Manuscript, naming: AbstractSet[str]) -> Iterator[list[_Item]]:
    """The column of numbers below each header cell that holds a phrase of certain classes."""
    cells = [passage for passage in script.passages if passage.line.cell]
    for head in cells:
        place = head.line.cell
        if not place or place.row or not place.column or head.kinds.isdisjoint(naming):
            continue
        table = [p for p in cells if p.line.cell and p.line.cell.table == place.table]
        column = [p for p in table if p.line.cell and p.line.cell.column == place.column]
        names = {p.line.cell.row: p for p in table if p.line.cell and not p.line.cell.column}
        yield _column(column[1:], names)


def _column(cells: Sequence[Passage], names: dict[int, Passage]) -> list[_Item]:
    items: list[_Item] = []
    for passage in cells:
        match = _NUMBER.fullmatch(passage.text)
        name = names.get(passage.line.cell.row) if passage.line.cell else None
        if match is not None and name is not None:
            whole = _TOTAL.match(name.text) is not None
            items.append(_Item(int(match["count"]), whole, passage))
    return items
