"""Where a recipient is in Slack: a channel's id, a person's direct messages, a mention.

Owners are found by their e-mail address; the policy's mentions override it. Answers are kept for
a while. Refuses to guess: somebody who is not found is named in text and gets no message, and the
policy's fallback is addressed where a deal has no owner or one who left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import structlog

from app.domain.deal import DealId
from app.domain.routing import AlertRules
from app.ports import OWNER_PREFIX, Card, Clock, Failure, Recipient, Terminal

from .api import SlackApi
from .errors import SlackRefused
from .markup import shown

KEPT_SECONDS = 86_400.0
"""How long somebody who was found is not looked up again."""
MISSED_SECONDS = 3_600.0
"""The same for somebody who was not: people are added to Slack every day."""
MAX_NAME_CHARS = 100

_ID = re.compile(r"[CDGUWS][A-Z0-9]{6,20}")

log = structlog.get_logger(__name__)


class Places:
    """Who and what is where in one workspace; safe to share between threads."""

    def __init__(
        self,
        api: SlackApi,
        clock: Clock,
        rules: AlertRules,
        main_channel: str,
        snoozed: Callable[[DealId, str, datetime], bool],
    ) -> None:
        self._snoozed = snoozed
        self._api = api
        self._clock = clock
        self._fallback = rules.fallback
        self._named = {each.email.casefold(): each.slack_id for each in rules.mentions}
        self._emails = {each.slack_id: each.email for each in rules.mentions}
        self._main_channel = main_channel
        self._kept: dict[str, tuple[str | None, datetime]] = {}
        self._lock = Lock()

    # ----------------------------------------------------------------- people

    def user(self, email: str | None) -> str | None:
        """The Slack id of the person with this address, None when nobody has it."""
        if not email:
            return None
        if named := self._named.get(email.casefold()):
            return named
        try:
            return self._remembered(f"user {email.casefold()}", lambda: self._lookup(email))
        except Failure as failure:
            # A mention is worth less than the message: it goes out with the name.
            log.info("people_not_asked", error=str(failure))
            return None

    def email(self, user: str) -> str | None:
        """The address under which HubSpot should know a Slack user. Raises Failure."""
        if user in self._emails:
            return self._emails[user]
        profile: Mapping[str, Any] = self._api.read("users.info", {"user": user}).get("user") or {}
        return (profile.get("profile") or {}).get("email")

    def mention(self, card: Card) -> str:
        """A deal's owner in mrkdwn: mentioned when known and not snoozing, else named.

        Where there is none, or one who left, the fallback is mentioned beside it.
        """
        owner = card.subject.owner
        if owner is not None and owner.active:
            user = self.user(owner.email)
            if user and not self._snoozed(card.subject.deal_id, user, self._clock.now()):
                return f"<@{user}>"
            return shown(owner.name, MAX_NAME_CHARS)
        said = "no owner" if owner is None else f"{owner.name} (has left)"
        instead = self._fallback_mention()
        return " · ".join(filter(None, (shown(said, MAX_NAME_CHARS), instead)))

    def _fallback_mention(self) -> str:
        user = self._fallback_id()
        if user is None:
            return ""
        return f"<!subteam^{user}>" if user.startswith("S") else f"<@{user}>"

    def _fallback_id(self) -> str | None:
        if self._fallback is None or _ID.fullmatch(self._fallback):
            return self._fallback
        return self.user(self._fallback)

    # ----------------------------------------------------------------- conversations

    def channel(self, recipient: Recipient, card: Card) -> str:
        """What to post to for a recipient: an id, or a channel's name. Raises Failure.

        A message for an owner who cannot be addressed goes to the fallback, else to the channel.
        """
        if not recipient.startswith(OWNER_PREFIX):
            return recipient or self._main_channel
        owner = card.subject.owner
        user = self.user(owner.email) if owner and owner.active else self._fallback_id()
        if user is None or user.startswith("S"):
            return self._main_channel
        return self._remembered(f"direct {user}", lambda: self._direct(user)) or user

    def channel_id(self, name: str) -> str:
        """The id of a channel that is given by name or id. Raises Failure."""
        if _ID.fullmatch(name):
            return name
        found = self._remembered(f"channel {name}", lambda: self._channel_named(name))
        if found is None:
            text = f"Slack has no channel {name} that the bot can see: invite it, or name the id"
            raise Terminal(text)
        return found

    def _channel_named(self, name: str) -> str | None:
        wanted = name.removeprefix("#")
        kinds = {"types": "public_channel,private_channel", "exclude_archived": "true"}
        for page in self._api.pages("conversations.list", kinds):
            for channel in page.get("channels") or ():
                if channel.get("name") == wanted:
                    return str(channel["id"])
        return None

    def _direct(self, user: str) -> str | None:
        answer = self._api.write("conversations.open", {"users": user})
        return (answer.get("channel") or {}).get("id")

    # ----------------------------------------------------------------- memory

    def _lookup(self, email: str) -> str | None:
        try:
            answer = self._api.read("users.lookupByEmail", {"email": email})
        except SlackRefused as refused:
            if refused.code != "users_not_found":
                log.warning("people_not_found", error=str(refused))
            return None
        return (answer.get("user") or {}).get("id")

    def _remembered(self, key: str, ask: Callable[[], str | None]) -> str | None:
        now = self._clock.now()
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and now < kept[1]:
            return kept[0]
        found = ask()
        seconds = MISSED_SECONDS if found is None else KEPT_SECONDS
        with self._lock:
            self._kept[key] = found, now + timedelta(seconds=seconds)
        return found
