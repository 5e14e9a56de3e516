"""Posting a digest: one message, and its details beneath it.

The message goes first; a reply that fails leaves the message as it stands. Refuses to edit: a
digest is of its morning.
"""

from __future__ import annotations

from app.ports import Terminal

from .api import SlackApi
from .digest import Digest
from .message import Message


class Bulletin:
    """Posts digests to one channel."""

    def __init__(self, api: SlackApi, channel: str) -> None:
        self._api = api
        self._channel = channel

    def post(self, digest: Digest) -> None:
        """Say it. Raises Retryable, Uncertain or Terminal."""
        answer = self._api.write("chat.postMessage", self._body(digest.head))
        ts = answer.get("ts")
        if not isinstance(ts, str):
            message = "Slack accepted the digest without saying where it stands (no ts)."
            raise Terminal(message)
        for reply in digest.thread:
            self._api.write("chat.postMessage", {**self._body(reply), "thread_ts": ts})

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _body(self, message: Message) -> dict[str, object]:
        body: dict[str, object] = {
            "channel": self._channel,
            "text": message.text,
            "blocks": list(message.blocks),
            "unfurl_links": False,
        }
        return body | ({"metadata": message.metadata} if message.metadata else {})
