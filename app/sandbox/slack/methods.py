"""The Web API methods that the sandbox knows, each with its scope and its rate tier.

A method is a plain function of (workspace, call) that returns the body beside `ok` or raises
`SlackError`. It refuses unknown channels, foreign messages and malformed blocks as Slack does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .blocks import validate_view
from .calls import Call, merged, read_content
from .limits import Tier
from .records import Channel, Json
from .refusals import Refusal, SlackError
from .shown import show_channel, show_message, show_user, show_view
from .workspace import Workspace

if TYPE_CHECKING:
    from .records import Message

MAX_HISTORY_PAGE = 999

Handler = Callable[[Workspace, Call], Json]


@dataclass(frozen=True, slots=True)
class Method:
    """How a method is reached: `scope` is None when any token will do."""

    handler: Handler
    scope: str | None
    tier: Tier


def auth_test(workspace: Workspace, _call: Call) -> Json:
    """auth.test: whose token this is."""
    return {
        "url": "https://dealgate-sandbox.slack.com/",
        "team": workspace.team_name,
        "user": workspace.bot.name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def post_message(workspace: Workspace, call: Call) -> Json:
    """chat.postMessage."""
    channel = workspace.channel(call.text("channel"))
    content = read_content(call)
    message = workspace.post(
        channel,
        content,
        via="chat.postMessage",
        thread_ts=call.optional_text("thread_ts"),
        reply_broadcast=call.flag("reply_broadcast"),
    )
    return _posted(workspace, message)


def post_ephemeral(workspace: Workspace, call: Call) -> Json:
    """chat.postEphemeral: seen by one member of the channel alone."""
    channel = workspace.channel(call.text("channel"))
    user = call.text("user")
    if user not in workspace.users:
        raise SlackError(Refusal.USER_NOT_IN_CHANNEL)
    content = read_content(call)
    message = workspace.post(channel, content, via="chat.postEphemeral", ephemeral_to=user)
    return {"message_ts": message.ts}


def update_message(workspace: Workspace, call: Call) -> Json:
    """chat.update: by channel id and ts, own messages only."""
    channel = _channel_by_id(workspace, call.text("channel"))
    content = read_content(call)
    message = workspace.message(channel.id, call.text("ts"))
    if message.user != workspace.bot.id:
        raise SlackError(Refusal.CANT_UPDATE_MESSAGE)
    workspace.edit(message, merged(message.content, call, content), via="chat.update")
    return _posted(workspace, message) | {"text": message.content.text}


def delete_message(workspace: Workspace, call: Call) -> Json:
    """chat.delete: own messages only."""
    channel = _channel_by_id(workspace, call.text("channel"))
    message = workspace.message(channel.id, call.text("ts"))
    if message.user != workspace.bot.id:
        raise SlackError(Refusal.CANT_DELETE_MESSAGE)
    workspace.delete(message, via="chat.delete")
    return {"channel": channel.id, "ts": message.ts}


def open_view(workspace: Workspace, call: Call) -> Json:
    """views.open: a modal for whoever made the trigger."""
    content = _read_view(call)
    view = workspace.open_view(call.text("trigger_id"), content)
    return {"view": show_view(workspace, view)}


def update_view(workspace: Workspace, call: Call) -> Json:
    """views.update: replace an open modal."""
    content = _read_view(call)
    view = workspace.update_view(call.text("view_id"), content, call.optional_text("hash"))
    return {"view": show_view(workspace, view)}


def look_up_by_email(workspace: Workspace, call: Call) -> Json:
    """users.lookupByEmail."""
    user = workspace.user_by_email(call.text("email"))
    return {"user": show_user(workspace, user, with_email=True)}


def user_info(workspace: Workspace, call: Call) -> Json:
    """users.info."""
    user = workspace.users.get(call.text("user"))
    if user is None:
        raise SlackError(Refusal.USER_NOT_FOUND)
    scopes = workspace.scopes_by_token.get(call.token or "", frozenset())
    return {"user": show_user(workspace, user, with_email="users:read.email" in scopes)}


def channel_info(workspace: Workspace, call: Call) -> Json:
    """conversations.info."""
    channel = _channel_by_id(workspace, call.text("channel"))
    return {"channel": show_channel(workspace, channel)}


def channel_list(workspace: Workspace, call: Call) -> Json:
    """conversations.list: all public channels on one page."""
    call.count("limit", default=100, most=1_000)
    public = [c for c in workspace.channels.values() if not c.is_private]
    shown = [show_channel(workspace, channel) for channel in public]
    return {"channels": shown, "response_metadata": {"next_cursor": ""}}


def open_conversation(workspace: Workspace, call: Call) -> Json:
    """conversations.open: the direct messages with one person."""
    user = call.text("users")
    if user not in workspace.users:
        raise SlackError(Refusal.USER_NOT_FOUND)
    return {"channel": {"id": workspace.channel(user).id}}


def channel_history(workspace: Workspace, call: Call) -> Json:
    """conversations.history: newest first, paged by cursor; metadata on request."""
    channel = _readable_channel(workspace, call)
    visible = workspace.seen_in(channel.id)
    return _page(workspace, call, [m for m in visible if m.thread_ts is None or m.reply_broadcast])


def channel_replies(workspace: Workspace, call: Call) -> Json:
    """conversations.replies: the parent and its replies, oldest first."""
    channel = _readable_channel(workspace, call)
    try:
        parent = workspace.message(channel.id, call.text("ts"))
    except SlackError as missing:
        raise SlackError(Refusal.THREAD_NOT_FOUND) from missing
    return _page(workspace, call, [parent, *workspace.replies(channel.id, parent.ts)])


METHODS: dict[str, Method] = {
    "auth.test": Method(auth_test, None, Tier.SPECIAL),
    "chat.postMessage": Method(post_message, "chat:write", Tier.POSTING),
    "chat.postEphemeral": Method(post_ephemeral, "chat:write", Tier.FOUR),
    "chat.update": Method(update_message, "chat:write", Tier.THREE),
    "chat.delete": Method(delete_message, "chat:write", Tier.THREE),
    "views.open": Method(open_view, None, Tier.FOUR),
    "views.update": Method(update_view, None, Tier.FOUR),
    "users.lookupByEmail": Method(look_up_by_email, "users:read.email", Tier.THREE),
    "users.info": Method(user_info, "users:read", Tier.FOUR),
    "conversations.info": Method(channel_info, "channels:read", Tier.THREE),
    "conversations.list": Method(channel_list, "channels:read", Tier.TWO),
    "conversations.open": Method(open_conversation, "im:write", Tier.THREE),
    "conversations.history": Method(channel_history, "channels:history", Tier.THREE),
    "conversations.replies": Method(channel_replies, "channels:history", Tier.THREE),
}


def _posted(workspace: Workspace, message: Message) -> Json:
    shown = show_message(workspace, message)
    return {"channel": message.channel, "ts": message.ts, "message": shown}


def _channel_by_id(workspace: Workspace, channel_id: str) -> Channel:
    """Only chat.postMessage takes names; everything else wants the id."""
    channel = workspace.channels.get(channel_id)
    if channel is None:
        raise SlackError(Refusal.CHANNEL_NOT_FOUND)
    return channel


def _readable_channel(workspace: Workspace, call: Call) -> Channel:
    channel = _channel_by_id(workspace, call.text("channel"))
    if workspace.bot.id not in channel.members:
        raise SlackError(Refusal.NOT_IN_CHANNEL)
    return channel


def _read_view(call: Call) -> Json:
    view: Any = call.structure("view", Refusal.INVALID_ARGUMENTS)
    complaints = validate_view(view) if isinstance(view, dict) else ["missing required field: view"]
    if complaints:
        messages = tuple(f"[ERROR] {complaint}" for complaint in complaints)
        raise SlackError(Refusal.INVALID_ARGUMENTS, messages=messages)
    content: Json = view
    return content


def _page(workspace: Workspace, call: Call, messages: list[Message]) -> Json:
    """The messages between `oldest` and `latest`, from the cursor on, at most `limit`."""
    limit = call.count("limit", default=100, most=MAX_HISTORY_PAGE)
    within = [message for message in messages if _is_within(call, message.ts)]
    start = _cursor(call)
    end = start + limit
    has_more = len(within) > end
    metadata = call.flag("include_all_metadata")
    shown = [show_message(workspace, m, metadata=metadata) for m in within[start:end]]
    paging = {"response_metadata": {"next_cursor": f"next:{end}"}} if has_more else {}
    return {"messages": shown, "has_more": has_more, **paging}


def _is_within(call: Call, ts: str) -> bool:
    oldest, latest = call.optional_text("oldest"), call.optional_text("latest")
    try:
        low = float(oldest) if oldest else 0.0
        high = float(latest) if latest else float("inf")
    except ValueError:
        raise SlackError(Refusal.INVALID_TS_LATEST) from None
    moment = float(ts)
    inclusive = call.flag("inclusive") and moment in {low, high}
    return low < moment < high or inclusive


def _cursor(call: Call) -> int:
    cursor = call.optional_text("cursor")
    if cursor is None:
        return 0
    kind, _, offset = cursor.partition(":")
    if kind != "next" or not offset.isdecimal():
        raise SlackError(Refusal.INVALID_CURSOR)
    return int(offset)
