"""Reduced mode: an incoming webhook, which can post and can never edit.

A blocked deal is posted. Changes of its card stay unsaid, because a second message for the same
gap is the noise that gets a channel muted; HubSpot has the current state. Its end is posted as
one short message, since an alert that never resolves is trusted no longer.
"""

from __future__ import annotations

from datetime import datetime

import httpx
import orjson

from app.ports import AlertKind, Card, Group, MessageRef, Recipient

from .api import TIMEOUT
from .errors import refused_status, unreachable
from .group import group_message
from .message import Message, message
from .style import Style

CHANNEL = "incoming-webhook"
WHAT = "the incoming webhook"


class WebhookNotifier:
    """Posts cards to an incoming webhook's address, which is a secret and never shown."""

    def __init__(self, url: str, *, quotes: bool) -> None:
        self._url = url
        self._style = Style(quotes=quotes)
        self._client = httpx.Client(timeout=TIMEOUT, follow_redirects=False)

    def post(self, recipient: Recipient, card: Card) -> MessageRef:
        """Say something new; the reference names no message, Slack does not tell one.

        Whom it is for does not matter: such an address leads to one channel.
        """
        del recipient
        self._say(message(card, self._style))
        return MessageRef(CHANNEL, card.opened_at.isoformat())

    def edit(self, ref: MessageRef, card: Card) -> None:
        """Post the end of an episode; leave every other change unsaid."""
        del ref
        if card.kind is AlertKind.CLEARED:
            self._say(message(card, self._style))

    def find(self, recipient: Recipient, card: Card, since: datetime) -> MessageRef | None:
        """Nothing: what stands in the channel cannot be read this way."""
        del recipient, card, since
        return None

    def follow_up(self, ref: MessageRef, before: Card, card: Card, *, is_repeat: bool) -> None:
        """Nothing: a thread needs the message's own reference."""
        del ref, before, card, is_repeat

    def post_group(self, group: Group) -> MessageRef:
        """Say something new about many deals."""
        self._say(group_message(group))
        return MessageRef(CHANNEL, group.id)

    def edit_group(self, ref: MessageRef, group: Group) -> None:
        """Post the end of a group: when none of its deals is blocked any more."""
        del ref
        if all(card.kind is AlertKind.CLEARED for card in group.cards):
            self._say(group_message(group))

    def find_group(self, group: Group, since: datetime) -> MessageRef | None:
        """Nothing, as for a card."""
        del group, since
        return None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _say(self, said: Message) -> None:
        body = orjson.dumps({"text": said.text, "blocks": said.blocks})
        try:
            response = self._client.post(
                self._url, content=body, headers={"Content-Type": "application/json"}
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise unreachable(error, WHAT) from None
        if failure := refused_status(response, WHAT):
            raise failure
