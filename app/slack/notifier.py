"""The bot that posts, edits what it posted, and finds what it may have posted.

Every message carries metadata that names its deal and episode, so that one whose answer was lost
is found again instead of said twice. Refuses to look anywhere but where it would have posted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.ports import Card, Group, MessageRef, Recipient, Terminal

from . import group as groups
from . import history
from . import message as messages
from .api import Answer, SlackApi
from .errors import SlackRefused
from .message import Message
from .places import Places
from .style import Style


class SlackNotifier:
    """Posts cards to their recipients; closing it closes the connections."""

    def __init__(self, api: SlackApi, places: Places, style: Style) -> None:
        self._api = api
        self._places = places
        self._style = style

    # ----------------------------------------------------------------- one deal

    def post(self, recipient: Recipient, card: Card) -> MessageRef:
        """Say something new. Raises Retryable, Uncertain or Terminal."""
        channel = self._places.channel(recipient, card)
        return self._post(channel, messages.message(card, self._style))

    def edit(self, ref: MessageRef, card: Card) -> None:
        """Make an earlier message say this. Raises Retryable, Terminal or MessageGone."""
        self._edit(ref, messages.message(card, self._style))

    def find(self, recipient: Recipient, card: Card, since: datetime) -> MessageRef | None:
        """The message of this card's episode, posted since then. Raises Retryable or Terminal."""
        channel = self._places.channel(recipient, card)
        return self._find(channel, messages.EVENT_TYPE, messages.episode_of(card), since)

    def follow_up(self, ref: MessageRef, before: Card, card: Card, *, is_repeat: bool) -> None:
        """Note beneath a message what changed, once. Raises Retryable, Uncertain or Terminal."""
        said = history.history_line(before, card)
        if said is None:
            return
        if is_repeat and self._stands_beneath(ref, history.step_of(before, card)):
            return
        body = {"channel": ref.channel, "thread_ts": ref.ts, **_fields(said)}
        self._api.write("chat.postMessage", body)

    # ----------------------------------------------------------------- many deals

    def post_group(self, group: Group) -> MessageRef:
        """Say something new about many deals."""
        channel = self._places.channel(group.recipient, group.cards[0])
        return self._post(channel, groups.group_message(group))

    def edit_group(self, ref: MessageRef, group: Group) -> None:
        """Make the message of a group say this. Raises as `edit` does."""
        self._edit(ref, groups.group_message(group))

    def find_group(self, group: Group, since: datetime) -> MessageRef | None:
        """The message of a group, posted since then. Raises as `find` does."""
        channel = self._places.channel(group.recipient, group.cards[0])
        return self._find(channel, groups.EVENT_TYPE, {"group": group.id}, since)

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    # ----------------------------------------------------------------- Slack's methods

    def _post(self, channel: str, said: Message) -> MessageRef:
        answer = self._api.write("chat.postMessage", {"channel": channel, **_fields(said)})
        place, ts = answer.get("channel"), answer.get("ts")
        if not isinstance(place, str) or not isinstance(ts, str):
            text = "Slack accepted a message without saying where it stands (no channel or ts)."
            raise Terminal(text)
        return MessageRef(place, ts)

    def _edit(self, ref: MessageRef, said: Message) -> None:
        self._api.write("chat.update", {"channel": ref.channel, "ts": ref.ts, **_fields(said)})

    def _find(
        self, channel: str, event: str, payload: Mapping[str, str], since: datetime
    ) -> MessageRef | None:
        place = self._places.channel_id(channel)
        asked = {
            "channel": place,
            "oldest": f"{since.timestamp():.6f}",
            "include_all_metadata": "true",
        }
        for page in self._api.pages("conversations.history", asked):
            for found in page.get("messages") or ():
                if _is_ours(found, event, payload):
                    return MessageRef(place, str(found["ts"]))
        return None

    def _stands_beneath(self, ref: MessageRef, step: str) -> bool:
        asked = {"channel": ref.channel, "ts": ref.ts, "include_all_metadata": "true"}
        try:
            return any(
                _is_ours(found, history.EVENT_TYPE, {"step": step})
                for page in self._api.pages("conversations.replies", asked)
                for found in page.get("messages") or ()
            )
        except SlackRefused:
            # Who may not look says a line of history twice at worst.
            return False


def _is_ours(found: Answer, event: str, payload: Mapping[str, str]) -> bool:
    stamp = found.get("metadata") or {}
    said = stamp.get("event_payload") or {}
    return stamp.get("event_type") == event and payload.items() <= said.items()


def _fields(said: Message) -> Mapping[str, object]:
    return {
        "text": said.text,
        "blocks": said.blocks,
        "metadata": said.metadata,
        "unfurl_links": False,
        "unfurl_media": False,
    }
