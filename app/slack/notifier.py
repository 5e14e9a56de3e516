"""The bot that posts to the channel and edits what it posted.

Speaks two methods of Slack's Web API, `chat.postMessage` and `chat.update`, over one connection
pool. Short troubles are retried here, longer ones are the sender's. A post whose answer is lost
is not repeated here, since Slack may have taken it; the sender decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import sleep as sleep_for_real

import httpx
import orjson
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from app.ports import Card, MessageRef, Retryable, Terminal

from .errors import refused_code, refused_status, unreachable
from .message import Message, message

MAX_ATTEMPTS = 3
MAX_INLINE_WAIT_SECONDS = 2.0
FIRST_WAIT_SECONDS = 0.2
TIMEOUT = httpx.Timeout(10.0, connect=5.0)


class SlackNotifier:
    """Posts cards to one channel. `base_url` is where Slack's methods live, without a slash."""

    def __init__(
        self,
        *,
        token: str,
        channel: str,
        base_url: str,
        quotes: bool,
        sleep: Callable[[float], None] = sleep_for_real,
    ) -> None:
        self._channel = channel
        self._base_url = base_url
        self._quotes = quotes
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT, follow_redirects=False
        )
        self._retrying = Retrying(
            retry=retry_if_exception(_is_short),
            wait=_wait_seconds,
            stop=stop_after_attempt(MAX_ATTEMPTS),
            sleep=sleep,
            reraise=True,
        )

    def post(self, card: Card) -> MessageRef:
        """Say something new. Raises Retryable or Terminal."""
        said = message(card, quotes=self._quotes)
        answer = self._call("chat.postMessage", {"channel": self._channel, **_fields(said)})
        channel, ts = answer.get("channel"), answer.get("ts")
        if not isinstance(channel, str) or not isinstance(ts, str):
            text = "Slack accepted a message without saying where it stands (no channel or ts)."
            raise Terminal(text)
        return MessageRef(channel, ts)

    def edit(self, ref: MessageRef, card: Card) -> None:
        """Make an earlier message say this. Raises Retryable, Terminal or MessageGone."""
        said = message(card, quotes=self._quotes)
        self._call("chat.update", {"channel": ref.channel, "ts": ref.ts, **_fields(said)})

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _call(self, method: str, body: Mapping[str, object]) -> Mapping[str, object]:
        return self._retrying(self._call_once, method, orjson.dumps(body))

    def _call_once(self, method: str, body: bytes) -> Mapping[str, object]:
        return read_answer(
            lambda: self._client.post(
                f"{self._base_url}/{method}",
                content=body,
                headers={"Content-Type": "application/json; charset=utf-8"},
            ),
            method,
        )


def read_answer(ask: Callable[[], httpx.Response], what: str) -> Mapping[str, object]:
    """The answer of one call of Slack's Web API. Raises Failure for everything but `ok: true`."""
    try:
        response = ask()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise unreachable(error, what) from error
    if failure := refused_status(response, what):
        raise failure
    try:
        answer = orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        text = f"Slack's answer to {what} is no JSON; a proxy in between?"
        raise Retryable(text) from error
    if not isinstance(answer, dict) or answer.get("ok") is not True:
        raise refused_code(
            answer.get("error") if isinstance(answer, dict) else None, response, what
        )
    return answer


def _fields(said: Message) -> Mapping[str, object]:
    return {
        "text": said.text,
        "blocks": said.blocks,
        "metadata": said.metadata,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _is_short(error: BaseException) -> bool:
    """Whether it is worth waiting here: a named short wait, or a call that never got through."""
    if not isinstance(error, Retryable):
        return False
    if error.after_seconds is not None:
        return error.after_seconds <= MAX_INLINE_WAIT_SECONDS
    return isinstance(
        error.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout
    )


def _wait_seconds(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    named = error.after_seconds if isinstance(error, Retryable) else None
    return FIRST_WAIT_SECONDS * state.attempt_number if named is None else named
