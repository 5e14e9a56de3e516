"""Reduced mode: an incoming webhook, which can post and can never edit.

A blocked deal is posted. Changes of its card stay unsaid, because a second message for the same
gap is the noise that gets a channel muted; HubSpot has the current state. Its end is posted as
one short message, since an alert that never resolves is trusted no longer.
"""

from __future__ import annotations

import httpx
import orjson

from app.ports import AlertKind, Card, MessageRef

from .errors import refused_status, unreachable
from .message import message
from .notifier import TIMEOUT

CHANNEL = "incoming-webhook"
WHAT = "the incoming webhook"


class WebhookNotifier:
    """Posts cards to an incoming webhook's address, which is a secret and never shown."""

    def __init__(self, url: str, *, quotes: bool) -> None:
        self._url = url
        self._quotes = quotes
        self._client = httpx.Client(timeout=TIMEOUT, follow_redirects=False)

    def post(self, card: Card) -> MessageRef:
        """Say something new; the reference names no message, Slack does not tell one."""
        said = message(card, quotes=self._quotes)
        body = orjson.dumps({"text": said.text, "blocks": said.blocks})
        try:
            response = self._client.post(
                self._url, content=body, headers={"Content-Type": "application/json"}
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise unreachable(error, WHAT) from None
        if failure := refused_status(response, WHAT):
            raise failure
        return MessageRef(CHANNEL, card.opened_at.isoformat())

    def edit(self, ref: MessageRef, card: Card) -> None:
        """Post the end of an episode; leave every other change unsaid."""
        del ref
        if card.kind is AlertKind.CLEARED:
            self.post(card)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
