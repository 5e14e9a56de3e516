"""The channel as a page: Block Kit rendered with plain HTML and CSS, nothing loaded from elsewhere.

For people who want to look at what the service posted. It refuses to run scripts and to fetch
images; what cannot be shown is named instead.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

from .mrkdwn import as_html, plain_as_html

if TYPE_CHECKING:
    from collections.abc import Callable

    from .records import Channel, Content, Json, Message, View
    from .workspace import Workspace

MAX_SHOWN_MESSAGES = 300


def render_page(workspace: Workspace, channel: Channel) -> str:
    """A complete HTML document with the newest messages of one channel at the bottom."""
    return _Renderer(workspace).document(channel)


class _Renderer:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def document(self, channel: Channel) -> str:
        shown = [
            message
            for message in self._workspace.messages.values()
            if message.channel == channel.id and message.thread_ts is None
        ][-MAX_SHOWN_MESSAGES:]
        messages = "".join(self._message(message) for message in shown)
        style = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
        empty = '<p class="empty">Nothing has been posted here yet.</p>'
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "style-src 'unsafe-inline'\">"
            f"<title>#{escape(channel.name)} · sandbox Slack</title><style>{style}</style></head>"
            f"<body>{self._header(channel)}<main>{messages or empty}{self._views()}</main>"
            "</body></html>"
        )

    def _views(self) -> str:
        """The modals that are open, below the messages: a page without scripts has no layers."""
        return "".join(self._view(view) for view in self._workspace.views.values() if view.open)

    def _view(self, view: View) -> str:
        content = view.content
        blocks = "".join(self._block(block) for block in content["blocks"])
        buttons = "".join(
            f'<span class="button {style}">{self._text(content[name])}</span>'
            for name, style in (("close", ""), ("submit", "primary"))
            if content.get(name)
        )
        user = self._workspace.users[view.user].real_name
        return (
            f'<section class="modal" id="v{escape(view.id)}">'
            f"<h3>{self._text(content['title'])}</h3>"
            f'<p class="note">(open for {escape(user)})</p>{blocks}'
            f'<div class="actions end">{buttons}</div></section>'
        )

    def _input(self, block: Json) -> str:
        optional = ' <span class="note">(optional)</span>' if block.get("optional") else ""
        hint = f'<div class="context">{self._text(block["hint"])}</div>' if "hint" in block else ""
        label = f"<b>{self._text(block['label'])}</b>{optional}"
        return f'<div class="input"><div>{label}</div>{_field(block["element"])}{hint}</div>'

    def _header(self, channel: Channel) -> str:
        public = [one for one in self._workspace.channels.values() if not one.is_private]
        links = "".join(_channel_link(one, current=one is channel) for one in public)
        return f"<header><b>{escape(self._workspace.team_name)}</b><nav>{links}</nav></header>"

    def _message(self, message: Message) -> str:
        user = self._workspace.users[message.user]
        badge = '<span class="app">APP</span>' if user.is_bot else ""
        classes = "message" + (" deleted" if message.deleted else "")
        replies = self._workspace.replies(message.channel, message.ts)
        thread = "".join(self._message(reply) for reply in replies)
        thread = thread and f'<section class="thread">{thread}</section>'
        return (
            f'<article class="{classes}" id="m{escape(message.ts)}">'
            f'<div class="avatar" aria-hidden="true">{escape(user.real_name[:1])}</div>'
            f'<div class="body"><p class="who"><b>{escape(user.real_name)}</b>{badge}'
            f"<time>{_time(message.ts)}</time>{self._notes(message)}</p>"
            f"{self._content(message.content)}{self._history(message)}"
            f"{thread}</div></article>"
        )

    def _notes(self, message: Message) -> str:
        notes = []
        if message.deleted:
            notes.append("deleted")
        elif message.edited_ts is not None:
            notes.append(f"edited {_time(message.edited_ts)}")
        if message.ephemeral_to is not None:
            reader = self._workspace.users[message.ephemeral_to].real_name
            notes.append(f"only visible to {reader}")
        return "".join(f'<span class="note">({escape(note)})</span>' for note in notes)

    def _history(self, message: Message) -> str:
        if not message.edits:
            return ""
        forms = "".join(
            f"<li><time>until {_time(edit.ts)}</time>{self._content(edit.content)}</li>"
            for edit in message.edits
        )
        count = len(message.edits)
        title = f"{count} earlier form{'s' if count > 1 else ''}"
        return f"<details><summary>{title}</summary><ol>{forms}</ol></details>"

    def _content(self, content: Content) -> str:
        parts = [self._block(block) for block in content.blocks]
        if not parts and content.text:
            parts.append(_paragraph(self._mrkdwn(content.text)))
        parts += [self._attachment(attachment) for attachment in content.attachments]
        return "".join(parts)

    def _attachment(self, attachment: Json) -> str:
        color = str(attachment.get("color", "")).lstrip("#")
        bar = f"#{color}" if len(color) == 6 and color.isalnum() else "#dddddd"
        inner = "".join(self._block(block) for block in attachment.get("blocks", []))
        text = attachment.get("text") or attachment.get("fallback") or ""
        inner = inner or _paragraph(self._mrkdwn(str(text)))
        return f'<div class="attachment" style="border-color:{bar}">{inner}</div>'

    def _block(self, block: Json) -> str:
        kinds: dict[str, Callable[[Json], str]] = {
            "header": lambda header: f"<h3>{self._text(header['text'])}</h3>",
            "divider": lambda _: "<hr>",
            "section": self._section,
            "context": lambda row: f'<div class="context">{self._elements(row, " ")}</div>',
            "actions": lambda row: f'<div class="actions">{self._elements(row, "")}</div>',
            "input": self._input,
            "image": lambda image: f"<div>{_picture(image)}</div>",
            "markdown": lambda block: _paragraph(plain_as_html(block["text"])),
        }
        kind = str(block["type"])
        render = kinds.get(kind)
        return render(block) if render else f'<div class="context">({escape(kind)} block)</div>'

    def _elements(self, block: Json, glue: str) -> str:
        return glue.join(self._element(element) for element in block["elements"])

    def _section(self, block: Json) -> str:
        text = self._text(block["text"]) if "text" in block else ""
        fields = "".join(f"<div>{self._text(field)}</div>" for field in block.get("fields", []))
        grid = f'<div class="fields">{fields}</div>' if fields else ""
        side = self._element(block["accessory"]) if "accessory" in block else ""
        return f'<div class="section"><div>{text}{grid}</div>{side}</div>'

    def _element(self, element: Json) -> str:
        match element["type"]:
            case "button":
                style = escape(str(element.get("style", "")))
                return f'<span class="button {style}">{self._text(element["text"])}</span>'
            case "overflow":
                return '<span class="button">⋯</span>'
            case "image":
                return _picture(element)
            case "mrkdwn" | "plain_text":
                return f"<span>{self._text(element)}</span>"
            case kind:
                placeholder = element.get("placeholder", {}).get("text", kind)
                return f'<span class="button">{escape(str(placeholder))} ▾</span>'

    def _text(self, text: Any) -> str:
        if text["type"] == "mrkdwn":
            return self._mrkdwn(text["text"])
        return plain_as_html(text["text"])

    def _mrkdwn(self, text: str) -> str:
        return as_html(text, self._name)

    def _name(self, reference: str) -> str | None:
        if reference in self._workspace.users:
            return self._workspace.users[reference].real_name
        channel = self._workspace.channels.get(reference)
        return channel.name if channel else None


def _field(element: Json) -> str:
    """An empty field of a form, as tall as what is to be entered."""
    if element["type"] == "plain_text_input":
        return f'<div class="field{" tall" if element.get("multiline") else ""}"></div>'
    words = {"datepicker": "Select a date", "static_select": "Select an option"}
    said = element.get("placeholder", {}).get("text") or words.get(element["type"], "…")
    options = "".join(
        f"<li>{plain_as_html(option['text']['text'])}</li>" for option in element.get("options", ())
    )
    listed = f"<ul>{options}</ul>" if options else ""
    return f'<div class="field">{escape(str(said))} ▾</div>{listed}'


def _channel_link(channel: Channel, *, current: bool) -> str:
    mark = ' aria-current="page"' if current else ""
    return f'<a href="?channel={escape(channel.id)}"{mark}># {escape(channel.name)}</a>'


def _paragraph(html: str) -> str:
    return f'<div class="section"><div>{html}</div></div>'


def _picture(image: Json) -> str:
    """Pictures would be fetched from elsewhere; their description stands in for them."""
    return f'<span class="image">🖼 {escape(str(image.get("alt_text", "")))}</span>'


def _time(ts: str) -> str:
    return datetime.fromtimestamp(float(ts), UTC).strftime("%d %b %H:%M:%S")
