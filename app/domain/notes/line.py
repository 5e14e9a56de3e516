"""A line of a note: its words, where they stand, and what the markup said of them.

Every line is a contiguous part of the stripped text, so that whatever is found in it can be
quoted verbatim; markup survives only as properties.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_MARKDOWN_BOLD = re.compile(r"(\*\*|__)(?=\S)([^*]+?)\1")
_MARKDOWN_STRUCK = re.compile(r"~~[^~]+~~")

Span = tuple[int, int]
"""A half-open range of characters."""


class Cell(NamedTuple):
    """Where a line stands in a table; all three count from 0."""

    table: int
    row: int
    column: int


class Line(NamedTuple):
    """One line of a note; `start` is its place in the page's text, spans count from there.

    `depth` is the nesting of lists (0: no list item), `quoted` that of quotation, `ordinal` the
    number of an item in a numbered HTML list (0: none), `gap` tells of an empty line before it,
    `item` numbers the HTML list items, so that the lines of one item share it.
    """

    text: str
    start: int
    heading: int = 0
    depth: int = 0
    ordinal: int = 0
    quoted: int = 0
    cell: Cell | None = None
    bold: tuple[Span, ...] = ()
    struck: tuple[Span, ...] = ()
    gap: bool = False
    item: int = 0

    @property
    def end(self) -> int:
        """Where the line ends in the page's text."""
        return self.start + len(self.text)


def without_start(line: Line, count: int) -> Line:
    """The line without its first characters."""
    rest = line.text[count:]
    text = rest.lstrip()
    count += len(rest) - len(text)
    return line._replace(
        text=text,
        start=line.start + count,
        bold=tuple((max(0, a - count), b - count) for a, b in line.bold if b > count),
        struck=tuple((max(0, a - count), b - count) for a, b in line.struck if b > count),
    )


def with_markdown(line: Line) -> Line:
    """The line with the runs that Markdown sets in bold or strikes out."""
    text = line.text
    if "**" in text or "__" in text:
        spans = tuple(match.span() for match in _MARKDOWN_BOLD.finditer(text))
        line = line._replace(bold=line.bold + spans)
    if "~~" in text:
        spans = tuple(match.span() for match in _MARKDOWN_STRUCK.finditer(text))
        line = line._replace(struck=line.struck + spans)
    return line
