"""What Slack says of the bot: whose it is, what it may do, and whom it knows.

Methods that change nothing, and one that posts a test message and takes it away at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx
import orjson

from app.ports import Retryable

from .api import TIMEOUT
from .errors import refused_code, refused_status, unreachable

NOT_FOUND = "users_not_found"
TRIAL = "Dealgate tries whether it may post here; this goes away by itself."


@dataclass(frozen=True, slots=True)
class Bot:
    """Who the token is, and the scopes that Slack names; empty when it names none."""

    name: str
    team: str
    scopes: frozenset[str]


class SlackProbe:
    """A look at Slack with the bot's token; use as a context manager."""

    def __init__(self, *, token: str, base_url: str) -> None:
        self._base_url = base_url
        self._client = httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._client.close()

    def bot(self) -> Bot:
        """Who we are. Raises Failure."""
        answer, headers = self._ask("auth.test", {})
        named = headers.get("x-oauth-scopes", "").split(",")
        return Bot(
            name=str(answer.get("user") or "the bot"),
            team=str(answer.get("team") or "its workspace"),
            scopes=frozenset(part.strip() for part in named if part.strip()),
        )

    def is_in(self, channel: str) -> bool:
        """Whether the bot is a member of a channel, by its id. Raises Failure."""
        answer, _ = self._ask("conversations.info", {"channel": channel})
        found = answer.get("channel")
        return isinstance(found, dict) and bool(found.get("is_member"))

    def knows(self, email: str) -> bool:
        """Whether somebody in the workspace has this address. Raises Failure."""
        answer, _ = self._ask("users.lookupByEmail", {"email": email}, NOT_FOUND)
        return answer.get("ok") is True

    def try_posting(self, channel: str) -> None:
        """Post a message that mentions nobody, and delete it. Raises Failure."""
        posted, _ = self._ask("chat.postMessage", {"channel": channel, "text": TRIAL})
        place = {"channel": str(posted.get("channel")), "ts": str(posted.get("ts"))}
        self._ask("chat.delete", place)

    def _ask(
        self, method: str, query: Mapping[str, str], harmless: str | None = None
    ) -> tuple[Mapping[str, Any], httpx.Headers]:
        """The answer of a method and its headers; `harmless` is an error code that is one too."""
        try:
            response = self._client.post(f"{self._base_url}/{method}", data=dict(query))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise unreachable(error, method) from error
        if failure := refused_status(response, method):
            raise failure
        try:
            answer = orjson.loads(response.content)
        except orjson.JSONDecodeError as error:
            message = f"Slack's answer to {method} is no JSON; a proxy in between?"
            raise Retryable(message) from error
        code = answer.get("error") if isinstance(answer, dict) else None
        if not isinstance(answer, dict) or (answer.get("ok") is not True and code != harmless):
            raise refused_code(code, response, method)
        return answer, response.headers
