"""Slack's mrkdwn as HTML: what a message looks like to the people in the channel.

Everything is escaped before anything is marked up, and only web and mail addresses become links,
so that no text that reaches a message can run in the page.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

_ANGLE = re.compile(r"<([^<>\n]+)>")
_CODE = re.compile(r"```\n?(.+?)\n?```|`([^`\n]+)`", re.DOTALL)
_QUOTE = re.compile(r"(?:^(?:&gt;) ?.*(?:\n|$))+", re.MULTILINE)
_SPANS = (
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]*\S)\*(?![\w*])"), r"<b>\1</b>"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]*\S)_(?![\w_])"), r"<i>\1</i>"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]*\S)~(?![\w~])"), r"<s>\1</s>"),
)
_EMOJI_NAME = re.compile(r":([a-z0-9_+-]+):")
_EMOJI = {
    "white_check_mark": "✅",
    "heavy_check_mark": "✔️",
    "warning": "⚠️",
    "no_entry": "⛔",
    "no_entry_sign": "🚫",
    "octagonal_sign": "🛑",
    "x": "❌",
    "red_circle": "🔴",
    "large_green_circle": "🟢",
    "large_yellow_circle": "🟡",
    "large_blue_circle": "🔵",
    "white_circle": "⚪",
    "construction": "🚧",
    "mag": "🔍",
    "memo": "📝",
    "moneybag": "💰",
    "bust_in_silhouette": "👤",
    "clock3": "🕒",
    "hourglass": "⌛",
    "bulb": "💡",
    "question": "❓",
    "grey_question": "❔",
    "link": "🔗",
    "bar_chart": "📊",
    "tada": "🎉",
    "arrow_right": "➡️",
    "repeat": "🔁",
    "lock": "🔒",
    "pushpin": "📌",
    "ticket": "🎫",
    "speech_balloon": "💬",
    "wave": "👋",
}


_DOTS = {"red_circle", "large_yellow_circle", "white_circle", "white_check_mark"}
"""Signs that are drawn: a machine without an emoji font would show an empty box."""


def as_html(text: str, names: Callable[[str], str | None]) -> str:
    """A mrkdwn text as HTML; `names` tells what to show for a user's or channel's id."""
    kept: list[str] = []

    def keep(html: str) -> str:
        kept.append(html)
        return f"\x00{len(kept) - 1}\x00"

    plain = text.replace("\x00", "")
    plain = _CODE.sub(lambda code: keep(_code(code)), plain)
    plain = _ANGLE.sub(lambda angle: keep(_angle(angle[1], names)), plain)
    html = _quotes(_spans(emojis(escape(_entities(plain)))))
    html = html.replace("\n", "<br>")
    for _ in range(2):  # a link may stand inside code, never deeper
        html = re.sub(r"\x00(\d+)\x00", lambda place: kept[int(place[1])], html)
    return html


def plain_as_html(text: str) -> str:
    """A plain_text object as HTML: only emoji names mean anything."""
    return emojis(escape(text)).replace("\n", "<br>")


def emojis(text: str) -> str:
    """The emoji names that this page knows, as emoji; others stay as they are."""
    return _EMOJI_NAME.sub(_emoji, text)


def _emoji(name: re.Match[str]) -> str:
    if name[1] in _DOTS:
        return f'<span class="dot {name[1]}" role="img" aria-label="{name[1]}"></span>'
    return _EMOJI.get(name[1], name[0])


def _entities(text: str) -> str:
    """Undo the three escapes that Slack asks for, once."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _code(match: re.Match[str]) -> str:
    if match[1] is not None:
        return f"<pre>{escape(_entities(match[1]))}</pre>"
    return f"<code>{escape(_entities(match[2]))}</code>"


def _angle(inside: str, names: Callable[[str], str | None]) -> str:
    """What stands between angle brackets: a link, a mention, a channel, or a group command."""
    target, _, label = inside.partition("|")
    if target[:1] in {"@", "#"}:
        shown = label or names(target[1:]) or target[1:]
        return f'<span class="mention">{escape(target[0] + shown.lstrip("@#"))}</span>'
    if target.startswith("!"):
        return f'<span class="mention">{escape("@" + (label or target[1:]).lstrip("@"))}</span>'
    shown = escape(_entities(label or target))
    address = _entities(target)
    if urlsplit(address).scheme not in {"http", "https", "mailto"}:
        return shown
    return f'<a href="{escape(address)}" rel="noopener noreferrer">{shown}</a>'


def _spans(html: str) -> str:
    for pattern, markup in _SPANS:
        html = pattern.sub(markup, html)
    return html


def _quotes(html: str) -> str:
    def quote(match: re.Match[str]) -> str:
        lines = [line.removeprefix("&gt;").removeprefix(" ") for line in match[0].splitlines()]
        return f"<blockquote>{'<br>'.join(lines)}</blockquote>"

    return _QUOTE.sub(quote, html)
