"""What a Slack workspace keeps: users, channels, messages with their edits, and open views.

Messages remember every earlier form. Slack itself shows only the latest; here the history is the
point, since a message that is edited in place is how an alert clears.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class User:
    """A member of the workspace; `name` is the handle, `email` what HubSpot's owner carries."""

    id: str
    name: str
    real_name: str
    email: str | None
    tz: str = "Europe/Amsterdam"
    is_bot: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Channel:
    """A conversation; the bot may post only where it is a member."""

    id: str
    name: str
    is_private: bool = False
    is_archived: bool = False
    members: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Content:
    """What a message shows, apart from who said it and where."""

    text: str
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    metadata: Json | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """One earlier form of a message: `content` is what it showed until the instant `ts`."""

    ts: str
    via: str
    content: Content


@dataclass(slots=True)
class Message:
    """One message, with all its earlier forms, oldest first."""

    channel: str
    ts: str
    user: str
    content: Content
    via: str
    thread_ts: str | None = None
    reply_broadcast: bool = False
    ephemeral_to: str | None = None
    deleted: bool = False
    edited_ts: str | None = None
    edits: list[Edit] = field(default_factory=list)


@dataclass(slots=True)
class View:
    """An open modal; `content` is the view as the app sent it."""

    id: str
    hash: str
    user: str
    content: Json
    open: bool = True


@dataclass(slots=True)
class ResponseUrl:
    """Where an app may answer an interaction: five times within half an hour."""

    channel: str
    user: str
    message_ts: str | None
    expires_at_ms: int
    uses_left: int = 5
