"""The state of one Slack workspace and the rules that hold in it.

It never sees HTTP: operations take plain values and raise `SlackError` with Slack's error word.
Names and ids come from a seed, times from the sandbox's clock; a `ts` is unique per channel.
"""

from __future__ import annotations

import random
import string
from typing import TYPE_CHECKING

from .records import Channel, Content, Edit, Json, Message, ResponseUrl, User, View
from .refusals import Refusal, SlackError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..clock import SandboxClock

RESPONSE_URL_LIFETIME_MS = 30 * 60 * 1_000
TRIGGER_LIFETIME_MS = 3_000
BOT_SCOPES = frozenset(
    {
        "chat:write",
        "chat:write.public",
        "commands",
        "users:read",
        "users:read.email",
        "channels:read",
        "channels:history",
        "groups:history",
        "groups:read",
        "im:history",
        "im:write",
        "incoming-webhook",
    }
)
_ID_ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LETTERS_AND_DIGITS = string.ascii_letters + string.digits


class Workspace:
    """One workspace with one installed app and its bot.

    Args:
        clock: Tells the time of messages and the age of response URLs and triggers.
        seed: Makes ids, tokens and secrets; the same seed gives the same workspace.
        channels: Names of the public channels; the bot is a member of each.
    """

    def __init__(self, *, clock: SandboxClock, seed: int, channels: Iterable[str]) -> None:
        self._clock = clock
        self._chance = random.Random(f"slack-{seed}")
        self.team_id = self._id("T")
        self.team_name = "Dealgate Sandbox"
        self.app_id = self._id("A")
        self.bot_id = self._id("B")
        self.users: dict[str, User] = {}
        self.bot = self.add_user("dealgate", "Dealgate", None, is_bot=True)
        self.channels: dict[str, Channel] = {}
        for name in channels:
            self.add_channel(name)
        self.bot_token = f"xoxb-{self._digits(12)}-{self._digits(13)}-{self._secret(24)}"
        self.scopes_by_token: dict[str, frozenset[str]] = {self.bot_token: BOT_SCOPES}
        self.signing_secret = "".join(self._chance.choices("0123456789abcdef", k=32))
        self.verification_token = self._secret(24)
        first = next(iter(self.channels.values()))
        self.webhook_path = f"/slack/services/{self.team_id}/{self.bot_id}/{self._secret(24)}"
        self.webhooks: dict[str, str] = {self.webhook_path: first.id}
        self.messages: dict[tuple[str, str], Message] = {}
        self.views: dict[str, View] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.triggers: dict[str, tuple[str, int]] = {}
        self._last_ts_us: dict[str, int] = {}

    # People and places

    def add_user(
        self, name: str, real_name: str, email: str | None, *, is_bot: bool = False
    ) -> User:
        """Make a member; the id is Slack's kind (`U…`)."""
        user = User(self._id("U"), name, real_name, email, is_bot=is_bot)
        self.users[user.id] = user
        return user

    def add_channel(self, name: str, *, with_bot: bool = True) -> Channel:
        """Make a public channel; without the bot, posting there is refused."""
        channel = Channel(self._id("C"), name, members={self.bot.id} if with_bot else set())
        self.channels[channel.id] = channel
        return channel

    def user_by_email(self, email: str) -> User:
        """The active member with that address; `users_not_found` otherwise."""
        wanted = email.strip().lower()
        for user in self.users.values():
            if user.email and user.email.lower() == wanted and not user.deleted:
                return user
        raise SlackError(Refusal.USERS_NOT_FOUND)

    def find_user(self, reference: str | None) -> User:
        """A member by id, handle or address; the first person when nothing is asked for."""
        people = [user for user in self.users.values() if not user.is_bot]
        if reference is None and people:
            return people[0]
        for user in self.users.values():
            if reference is not None and reference in {user.id, user.name, user.email}:
                return user
        raise SlackError(Refusal.USER_NOT_FOUND)

    def channel(self, reference: str) -> Channel:
        """A channel by id or by name, with or without `#`; a user's id is their direct message."""
        if reference in self.channels:
            return self.channels[reference]
        name = reference.removeprefix("#")
        for channel in self.channels.values():
            if channel.name == name:
                return channel
        if reference in self.users:
            return self._direct_message(reference)
        raise SlackError(Refusal.CHANNEL_NOT_FOUND)

    def _direct_message(self, user_id: str) -> Channel:
        direct = Channel(
            "D" + user_id[1:], user_id, is_private=True, members={self.bot.id, user_id}
        )
        return self.channels.setdefault(direct.id, direct)

    # Messages

    def post(
        self,
        channel: Channel,
        content: Content,
        *,
        via: str,
        thread_ts: str | None = None,
        reply_broadcast: bool = False,
        ephemeral_to: str | None = None,
        user: str | None = None,
    ) -> Message:
        """Add a message by the bot (or by `user`).

        Raises:
            SlackError: The channel is archived, the bot is not in it, or there is no such thread.
        """
        if channel.is_archived:
            raise SlackError(Refusal.IS_ARCHIVED)
        if self.bot.id not in channel.members:
            raise SlackError(Refusal.NOT_IN_CHANNEL)
        if thread_ts is not None and (channel.id, thread_ts) not in self.messages:
            raise SlackError(Refusal.THREAD_NOT_FOUND)
        message = Message(
            channel=channel.id,
            ts=self._next_ts(channel.id),
            user=user or self.bot.id,
            content=content,
            via=via,
            thread_ts=thread_ts,
            reply_broadcast=reply_broadcast,
            ephemeral_to=ephemeral_to,
        )
        self.messages[channel.id, message.ts] = message
        return message

    def message(self, channel_id: str, ts: str) -> Message:
        """A message that can still be seen by everybody; `message_not_found` otherwise."""
        message = self.messages.get((channel_id, ts))
        if message is None or message.deleted or message.ephemeral_to is not None:
            raise SlackError(Refusal.MESSAGE_NOT_FOUND)
        return message

    def edit(self, message: Message, content: Content, *, via: str) -> None:
        """Show `content` instead; the earlier form is kept."""
        ts = self._next_ts(message.channel)
        message.edits.append(Edit(ts, via, message.content))
        message.content = content
        message.edited_ts = ts

    def delete(self, message: Message, *, via: str) -> None:
        """Take a message away; its last form stays in the record of edits."""
        message.edits.append(Edit(self._next_ts(message.channel), via, message.content))
        message.deleted = True

    def seen_in(self, channel_id: str) -> list[Message]:
        """The messages of a channel that everybody can see, newest first, replies included."""
        seen = [
            message
            for message in self.messages.values()
            if message.channel == channel_id and not message.deleted and not message.ephemeral_to
        ]
        return sorted(seen, key=lambda message: message.ts, reverse=True)

    def replies(self, channel_id: str, thread_ts: str) -> list[Message]:
        """The replies in one thread, oldest first, without the message that it hangs on."""
        return [m for m in reversed(self.seen_in(channel_id)) if m.thread_ts == thread_ts]

    # Views, triggers, response URLs

    def new_trigger(self, user: str) -> str:
        """A trigger id; a modal may be opened with it once, within three seconds."""
        trigger = f"{self._digits(13)}.{self._digits(12)}.{self._secret(32).lower()}"
        self.triggers[trigger] = (user, self._clock.epoch_ms() + TRIGGER_LIFETIME_MS)
        return trigger

    def open_view(self, trigger: str, content: Json) -> View:
        """Open a modal for the person who made the trigger."""
        user, expires_at_ms = self.triggers.pop(trigger, (None, 0))
        if user is None:
            raise SlackError(Refusal.INVALID_TRIGGER_ID)
        if self._clock.epoch_ms() > expires_at_ms:
            raise SlackError(Refusal.EXPIRED_TRIGGER_ID)
        view = View(self._id("V"), self._view_hash(), user, content)
        self.views[view.id] = view
        return view

    def update_view(self, view_id: str, content: Json, view_hash: str | None) -> View:
        """Replace what an open modal shows; a stale hash is a conflict."""
        view = self.views.get(view_id)
        if view is None or not view.open:
            raise SlackError(Refusal.NOT_FOUND)
        if view_hash is not None and view_hash != view.hash:
            raise SlackError(Refusal.HASH_CONFLICT)
        view.content, view.hash = content, self._view_hash()
        return view

    def new_response_url(self, channel: str, user: str, message_ts: str | None) -> str:
        """The path of a response URL for one interaction."""
        path = f"/slack/actions/{self.team_id}/{self._digits(13)}/{self._secret(24)}"
        expires_at_ms = self._clock.epoch_ms() + RESPONSE_URL_LIFETIME_MS
        self.response_urls[path] = ResponseUrl(channel, user, message_ts, expires_at_ms)
        return path

    def use_response_url(self, path: str) -> ResponseUrl:
        """Spend one use of a response URL."""
        url = self.response_urls.get(path)
        if url is None or self._clock.epoch_ms() > url.expires_at_ms:
            raise SlackError(Refusal.EXPIRED_URL)
        if url.uses_left == 0:
            raise SlackError(Refusal.USED_URL)
        url.uses_left -= 1
        return url

    # Chance and time

    def _next_ts(self, channel_id: str) -> str:
        micros = max(self._clock.epoch_ms() * 1_000, self._last_ts_us.get(channel_id, 0) + 1)
        self._last_ts_us[channel_id] = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def _view_hash(self) -> str:
        return f"{self._clock.epoch_ms() // 1_000}.{self._secret(8)}"

    def _id(self, prefix: str) -> str:
        return prefix + "0" + "".join(self._chance.choices(_ID_ALPHABET, k=9))

    def _digits(self, count: int) -> str:
        return "".join(self._chance.choices("123456789", k=count))

    def _secret(self, count: int) -> str:
        return "".join(self._chance.choices(_LETTERS_AND_DIGITS, k=count))
