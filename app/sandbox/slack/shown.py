"""How the workspace's records look on the wire: Slack's objects for messages, users, channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .records import Channel, Json, Message, User, View
    from .workspace import Workspace


def show_message(workspace: Workspace, message: Message, *, metadata: bool = True) -> Json:
    """A message as chat.* and conversations.* return it."""
    shown: Json = {
        "type": "message",
        "ts": message.ts,
        "user": message.user,
        "team": workspace.team_id,
        "text": message.content.text,
    }
    if message.user == workspace.bot.id:
        shown |= {"bot_id": workspace.bot_id, "app_id": workspace.app_id}
    if message.content.blocks:
        shown["blocks"] = list(message.content.blocks)
    if message.content.attachments:
        shown["attachments"] = list(message.content.attachments)
    if metadata and message.content.metadata is not None:
        shown["metadata"] = message.content.metadata
    if message.edited_ts is not None:
        shown["edited"] = {"user": workspace.bot_id, "ts": message.edited_ts}
    return shown | _show_thread(workspace, message)


def _show_thread(workspace: Workspace, message: Message) -> Json:
    if message.thread_ts is not None:
        return {"thread_ts": message.thread_ts}
    replies = workspace.replies(message.channel, message.ts)
    if not replies:
        return {}
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "latest_reply": replies[-1].ts,
        "reply_users_count": len({reply.user for reply in replies}),
    }


def show_history(workspace: Workspace, message: Message) -> Json:
    """A message with every earlier form, for the control interface."""
    return {
        **show_message(workspace, message),
        "channel": message.channel,
        "channel_name": workspace.channels[message.channel].name,
        "via": message.via,
        "ephemeral_to": message.ephemeral_to,
        "deleted": message.deleted,
        "edits": [
            {
                "ts": edit.ts,
                "via": edit.via,
                "text": edit.content.text,
                "blocks": list(edit.content.blocks),
                "attachments": list(edit.content.attachments),
            }
            for edit in message.edits
        ],
    }


def show_user(workspace: Workspace, user: User, *, with_email: bool) -> Json:
    """A member as users.* return it; the address needs its own scope."""
    profile: dict[str, Any] = {
        "real_name": user.real_name,
        "display_name": user.name,
        "real_name_normalized": user.real_name,
        "display_name_normalized": user.name,
        "team": workspace.team_id,
    }
    if with_email and user.email:
        profile["email"] = user.email
    return {
        "id": user.id,
        "team_id": workspace.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name,
        "tz": user.tz,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "profile": profile,
    }


def show_channel(workspace: Workspace, channel: Channel) -> Json:
    """A conversation as conversations.info returns it."""
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.is_private,
        "is_group": False,
        "is_im": channel.id.startswith("D"),
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_member": workspace.bot.id in channel.members,
        "context_team_id": workspace.team_id,
    }


def show_view(workspace: Workspace, view: View, values: Json | None = None) -> Json:
    """A modal as views.* return it and as interactions carry it."""
    return {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "submit": None,
        "close": None,
        **view.content,
        "id": view.id,
        "team_id": workspace.team_id,
        "app_id": workspace.app_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot_id,
        "root_view_id": view.id,
        "previous_view_id": None,
        "hash": view.hash,
        "state": {"values": values or {}},
    }
