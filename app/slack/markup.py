"""Other people's words made harmless for Slack's mrkdwn: no mention, no link, no broken limit.

Slack reads `<…>` as links and mentions, so the three characters that it reserves are escaped in
everything shown. Control characters and those that turn the reading direction of what follows
are dropped. Text is cut after escaping, never inside an entity, because that is what Slack counts.
"""

from __future__ import annotations

from unicodedata import category
from urllib.parse import quote, urlsplit

ELLIPSIS = "…"
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
MAX_URL_CHARS = 500
_JOINERS = "\u200c\u200d"
"""Invisible, and needed by Arabic, Indic scripts and composed emoji."""


def shown(text: str, limit: int) -> str:
    """One line of escaped text of at most `limit` characters as Slack counts them."""
    pieces: list[str] = []
    length = 0
    for char in printable(text):
        piece = ENTITIES.get(char, char)
        # Slack counts UTF-16 units: an emoji is two.
        length += len(piece) + (ord(char) > 0xFFFF)
        if length > limit:
            return _cut(pieces, limit)
        pieces.append(piece)
    return "".join(pieces)


def printable(text: str) -> str:
    """The text on one line, without control characters; runs of white space become one space."""
    return " ".join("".join(map(_visible, text)).split())


def link(url: str, label: str, limit: int) -> str:
    """A link, or the label alone when the address is none that Slack could follow."""
    text = shown(label, limit)
    address = _address(url)
    return f"<{address}|{text}>" if address and text else text


def utf16_length(text: str) -> int:
    """The length of a text as Slack counts it."""
    return len(text) + sum(ord(char) > 0xFFFF for char in text)


def _address(url: str) -> str | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    # Everything that could end the link early is written as a percent code.
    safe = quote(url, safe="/:?#[]@!$'()*+,;=%~&-._").replace("&", "&amp;")
    return safe if len(safe) <= MAX_URL_CHARS else None


def _visible(char: str) -> str:
    kind = category(char)
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    return "" if kind in ("Cf", "Cs", "Co") and char not in _JOINERS else char


def _cut(pieces: list[str], limit: int) -> str:
    while pieces and utf16_length("".join(pieces)) + len(ELLIPSIS) > limit:
        pieces.pop()
    return "".join(pieces).rstrip() + ELLIPSIS
