"""A note as a page: the stripped text, and the lines in it with what the markup said of them.

Accepts editor HTML, mail HTML, Markdown and plain text alike. It judges nothing. Every line is a
contiguous part of the stripped text and knows where it starts there, so that whatever is found in
a line can be quoted verbatim; markup survives only as properties of lines.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from app.domain.notes.line import Cell, Line, Span, with_markdown, without_start
from app.domain.notes.markup import BLOCK, INLINE, Tag, mark_tags
from app.domain.notes.run import split_before_bold

_SPACES = re.compile(r"\s+")
_LITERAL_TAG = re.compile(
    r"</?(?:p|div|br|li|ul|ol|b|strong|h[1-6]|tr|td|em|span)\b[^<>]{0,200}>", re.IGNORECASE
)
_QUOTED = re.compile(r"\s*((?:>\s?)+)")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+\S")
_BULLET = re.compile(r"(?:[-*•·‣▪◦–+□☐☑✔✅]|\[[ xX]?\]|\d{1,2}[.)])\s")
_RULE_ROW = re.compile(r"[|:\-\s=]+")
_BOLD_TAGS = frozenset({"b", "strong"})
_STRUCK_TAGS = frozenset({"s", "strike", "del"})
_ITEM_INDENT_CHARACTERS = 2

MAX_LINE_CHARACTERS = 2_000
"""Longer lines are read in pieces, so that the cost of a note stays linear in its length."""


class Page(NamedTuple):
    """The stripped text and its lines in reading order."""

    text: str
    lines: tuple[Line, ...]


def stripped(body: str) -> str:
    """The text that quotes are verbatim in: tags out, entities read once, white space folded."""
    marked = mark_tags(body).text
    text = marked.replace(BLOCK, " ").replace(INLINE, "")
    return _SPACES.sub(" ", text).strip()


def read_page(body: str) -> Page:
    """The page of a note's body, whatever it was written in; never raises."""
    marked = mark_tags(body)
    return _Layout(marked.blocks, marked.inlines).lay_out(marked.text)


class _Layout:
    """Walks the marked text once and collects lines; one instance serves one note."""

    def __init__(self, blocks: list[Tag], inlines: list[Tag]) -> None:
        self._blocks = blocks
        self._inlines = iter(inlines)
        self._lines: list[Line] = []
        self._pieces: list[str] = []
        self._length = 0
        self._gap = False
        self._breaks = 0
        self._bare = True
        self._heading = 0
        self._quoted = 0
        self._lists: list[int | None] = []
        self._ordinal = 0
        self._in_item = False
        self._items = 0
        self._tables = 0
        self._row = -1
        self._column = -1
        self._in_table = False
        self._in_cell = False
        self._bold = 0
        self._struck: list[bool] = []
        self._struck_depth = 0

    def lay_out(self, text: str) -> Page:
        chunks = text.split(BLOCK)
        breaks_count = text.count("\n") > 2 * len(self._blocks)
        self._chunk(chunks[0], breaks_count=breaks_count)
        for tag, chunk in zip(self._blocks, chunks[1:], strict=False):
            self._enter(tag)
            if chunk:
                self._chunk(chunk, breaks_count=breaks_count or tag.name == "pre")
        return Page(" ".join(self._pieces), tuple(self._lines))

    def _enter(self, tag: Tag) -> None:
        """Take note of a block tag; only tags with meaning for the layout have a case."""
        name, closing = tag.name, tag.closing
        if name in {"p", "div", "br"}:
            self._blank_line(tag)
            return
        if name == "li":
            self._item(closing=closing)
        elif name in {"ul", "ol"}:
            if closing:
                self._lists = self._lists[:-1]
            elif len(self._lists) < 50:
                self._lists.append(0 if name == "ol" else None)
            self._in_item = bool(self._lists) and closing
        elif name[0] == "h" and name != "hr":
            self._heading = 0 if closing else int(name[1])
        elif name == "blockquote":
            self._quoted = max(0, self._quoted + (-1 if closing else 1))
        else:
            self._table_tag(name, closing=closing)

    def _blank_line(self, tag: Tag) -> None:
        """An empty paragraph with a break in it, or two breaks in a row, leave a line empty."""
        if tag.name == "br":
            self._breaks += 1
            self._gap = self._gap or self._breaks > 1
        elif tag.closing:
            self._gap = self._gap or (self._breaks > 0 and self._bare)
        else:
            self._bare = True

    def _item(self, *, closing: bool) -> None:
        self._in_item = not closing
        self._ordinal = 0
        self._items += not closing
        if not closing and self._lists and self._lists[-1] is not None:
            self._lists[-1] += 1
            self._ordinal = self._lists[-1]

    def _table_tag(self, name: str, *, closing: bool) -> None:
        if name == "table":
            self._tables += 0 if closing else 1
            self._row = self._column = -1
            self._in_table = not closing
            self._in_cell = False
        elif name == "tr" and not closing:
            self._row += 1
            self._column = -1
        elif name in {"td", "th"}:
            self._in_cell = not closing
            self._column += 0 if closing else 1

    def _chunk(self, chunk: str, *, breaks_count: bool) -> None:
        if not breaks_count:
            self._raw_line(chunk)
            return
        for raw in chunk.split("\n"):
            self._raw_line(raw)

    def _raw_line(self, raw: str) -> None:
        """Fold one raw line, follow the inline tags in it, and keep it if text is left."""
        bold: list[Span] = []
        struck: list[Span] = []
        opened: list[int] = []
        if INLINE in raw:
            text = self._fold_inline(raw, bold, struck, opened)
        else:
            text = " ".join(raw.split())
            if text and self._bold:
                bold.append((0, len(text)))
            if text and self._struck_depth:
                struck.append((0, len(text)))
        if not text:
            self._gap = True
            return
        self._breaks, self._bare = 0, False
        start = self._length
        self._pieces.append(text)
        self._length += len(text) + 1
        cell = Cell(self._tables, self._row, self._column) if self._in_cell else None
        depth = len(self._lists) if self._lists and self._in_item else 0
        line = Line(
            text, start, self._heading, depth, self._ordinal, self._quoted, cell,
            tuple(bold), tuple(struck), self._gap, self._items if depth else 0,
        )  # fmt: skip
        self._gap = False
        for part in split_before_bold(line, opened):
            self._add(part, raw)

    def _fold_inline(
        self, raw: str, bold: list[Span], struck: list[Span], opened: list[int]
    ) -> str:
        """The text of a raw line; takes down its bold and struck spans and where bold opens."""
        pieces = raw.split(INLINE)
        out: list[str] = []
        length = 0
        for index, piece in enumerate(pieces):
            if index:
                tag = next(self._inlines)
                self._inline(tag)
                if length and tag.name in _BOLD_TAGS and not tag.closing:
                    opened.append(length)
            folded = _SPACES.sub(" ", piece)
            if folded and folded[0] == " " and (not out or out[-1][-1] == " "):
                folded = folded[1:]
            if not folded:
                continue
            if self._bold:
                _extend(bold, (length, length + len(folded)))
            if self._struck_depth:
                _extend(struck, (length, length + len(folded)))
            out.append(folded)
            length += len(folded)
        return "".join(out).rstrip()

    def _inline(self, tag: Tag) -> None:
        if tag.name in _BOLD_TAGS:
            self._bold = max(0, self._bold + (-1 if tag.closing else 1))
        elif tag.name in _STRUCK_TAGS:
            self._struck_depth = max(0, self._struck_depth + (-1 if tag.closing else 1))
        elif tag.name == "span":
            if not tag.closing:
                self._struck.append("line-through" in tag.attributes)
                self._struck_depth += self._struck[-1]
            elif self._struck:
                self._struck_depth = max(0, self._struck_depth - self._struck.pop())

    def _add(self, line: Line, raw: str) -> None:
        """Keep a line, after the signs of plain text and Markdown have been read off it."""
        while len(line.text) > MAX_LINE_CHARACTERS:
            cut = line.text.rfind(" ", 1, MAX_LINE_CHARACTERS) + 1 or MAX_LINE_CHARACTERS
            self._lines.append(line._replace(text=line.text[:cut].rstrip()))
            line = without_start(line, cut)
        if not line.text:
            return
        if "<" in line.text and _LITERAL_TAG.search(line.text):
            self._add_parts(line)
            return
        first = line.text[0]
        if first == ">" and (match := _QUOTED.match(line.text)):
            line = without_start(line, match.end())._replace(
                quoted=line.quoted + match[1].count(">")
            )
            if not line.text:
                return
            first = line.text[0]
        if first == "#" and (match := _MARKDOWN_HEADING.match(line.text)):
            line = without_start(line, match.end() - 1)._replace(heading=len(match[1]))
        elif first == "|" and line.text.count("|") >= 2:
            self._add_pipe_row(line)
            return
        elif not line.depth and _BULLET.match(line.text):
            indent = len(raw.expandtabs(_ITEM_INDENT_CHARACTERS)) - len(
                raw.expandtabs(_ITEM_INDENT_CHARACTERS).lstrip()
            )
            line = line._replace(depth=1 + indent // _ITEM_INDENT_CHARACTERS)
        self._lines.append(with_markdown(line))

    def _add_parts(self, line: Line) -> None:
        """Lines between tags that were escaped and so stand in the text as text."""
        at = 0
        for match in [*_LITERAL_TAG.finditer(line.text), None]:
            end = match.start() if match else len(line.text)
            part = line.text[at:end].strip()
            if part:
                start = line.text.index(part, at)
                self._lines.append(line._replace(text=part, start=line.start + start))
            at = match.end() if match else end

    def _add_pipe_row(self, line: Line) -> None:
        previous = self._lines[-1].cell if self._lines else None
        if _RULE_ROW.fullmatch(line.text):
            return
        if previous is None or self._in_table:
            self._tables += 1
            self._row = -1
        self._row += 1
        at = 1
        for column, content in enumerate(line.text.strip("|").split("|")):
            text = content.strip()
            if text:
                start = line.text.index(text, at)
                cell = Cell(self._tables, self._row, column)
                part = line._replace(text=text, start=line.start + start, cell=cell, bold=())
                self._lines.append(with_markdown(part))
            at += len(content) + 1


def _extend(spans: list[Span], span: Span) -> None:
    if spans and spans[-1][1] == span[0]:
        spans[-1] = (spans[-1][0], span[1])
    else:
        spans.append(span)
