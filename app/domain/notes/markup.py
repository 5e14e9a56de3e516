"""The tags of a note: known ones are taken out and remembered, unknown ones stay as text.

Two linear patterns and no HTML parser, on purpose: which tags count, and that `<name@host>` in
plain mail stays, is laid down for the stripped text, and a repairing parser would move text about.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import NamedTuple

MAX_BODY_CHARACTERS = 65_536
"""The most that HubSpot stores in `hs_note_body`; what lies beyond is not read."""

BLOCK, INLINE = "\ufdd0", "\ufdd1"
"""Noncharacters, so never part of a note; each stands for one tag, in reading order."""

_BLOCK_TAG = re.compile(
    r"<(/?)(p|div|li|ul|ol|br|tr|td|th|table|thead|tbody|h[1-6]|blockquote|pre|hr|img)\b([^<>]*)>",
    re.IGNORECASE,
)
_INLINE_TAG = re.compile(
    r"<(/?)(span|strong|b|em|i|u|s|strike|del|ins|a|wbr|font|sub|sup|code|small|mark|o:p|head|html"
    r"|body|meta|style)\b([^<>]*)>",
    re.IGNORECASE,
)
_SPLIT_ENTITY = re.compile(f"&(?:[#\\w]{{0,32}}{INLINE})+[#\\w]{{0,32}};?")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")


class Tag(NamedTuple):
    """One tag; `name` is in lower case, `attributes` as written."""

    name: str
    closing: bool
    attributes: str


class Marked(NamedTuple):
    """Text with a marker for each tag, entities read once and invisible characters dropped."""

    text: str
    blocks: list[Tag]
    inlines: list[Tag]


def mark_tags(body: str) -> Marked:
    """The marked text of a note's body; linear in its length."""
    text = body[:MAX_BODY_CHARACTERS]
    blocks: list[Tag] = []
    inlines: list[Tag] = []
    if not text.isascii():
        text = text.replace(BLOCK, "").replace(INLINE, "")
    if "<" in text:
        text = _INLINE_TAG.sub(
            _taker(inlines, INLINE), _BLOCK_TAG.sub(_taker(blocks, BLOCK), _without_comments(text))
        )
    if "&" in text:
        text = html.unescape(_SPLIT_ENTITY.sub(_markers_first, text) if inlines else text)
    return Marked(text if text.isascii() else _INVISIBLE.sub("", text), blocks, inlines)


def _taker(taken: list[Tag], marker: str) -> Callable[[re.Match[str]], str]:
    def take(match: re.Match[str]) -> str:
        closing, name, attributes = match.groups()
        taken.append(Tag(name.lower(), bool(closing), attributes))
        return marker

    return take


def _markers_first(match: re.Match[str]) -> str:
    """An entity that tags cut in pieces, joined again behind those tags."""
    entity = match[0].replace(INLINE, "")
    return INLINE * match[0].count(INLINE) + entity


def _without_comments(text: str) -> str:
    if "<!--" not in text:
        return text
    kept: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    return "".join(kept) + text[at:]
