"""Slack's Web API: calls with one token over one connection pool, and what their answers mean.

Short troubles are retried here, longer ones are the caller's. A write whose answer is lost is
`Uncertain` and never repeated here, since Slack may have done it; the caller has to look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from time import sleep as sleep_for_real
from typing import Any

import httpx
import orjson
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from app.ports import Retryable, Uncertain

from .errors import refused_code, refused_status, unreachable

MAX_ATTEMPTS = 3
MAX_INLINE_WAIT_SECONDS = 2.0
FIRST_WAIT_SECONDS = 0.2
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
PAGE_SIZE = 200
MAX_PAGES = 20

Answer = Mapping[str, Any]


class SlackApi:
    """One workspace as one bot. `base_url` is where the methods live, without a slash.

    `token` is asked for each request, so that a rotated one is used at once.
    """

    def __init__(
        self,
        *,
        token: Callable[[], str],
        base_url: str,
        sleep: Callable[[float], None] = sleep_for_real,
    ) -> None:
        def authorized(request: httpx.Request) -> httpx.Request:
            request.headers["Authorization"] = f"Bearer {token()}"
            return request

        self._base_url = base_url
        self._client = httpx.Client(auth=authorized, timeout=TIMEOUT, follow_redirects=False)
        self._retrying = Retrying(
            retry=retry_if_exception(_is_short),
            wait=_wait_seconds,
            stop=stop_after_attempt(MAX_ATTEMPTS),
            sleep=sleep,
            reraise=True,
        )

    def write(self, method: str, body: Mapping[str, object]) -> Answer:
        """Call a method that changes something. Raises Retryable, Uncertain or Terminal."""
        content = orjson.dumps(body)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        url = f"{self._base_url}/{method}"
        return self._retrying(
            read_answer,
            lambda: self._client.post(url, content=content, headers=headers),
            method,
        )

    def read(self, method: str, parameters: Mapping[str, str | int]) -> Answer:
        """Call a method that only looks. Raises Retryable or Terminal."""
        url = f"{self._base_url}/{method}"
        return self._retrying(
            read_answer, lambda: self._client.get(url, params=dict(parameters)), method
        )

    def pages(self, method: str, parameters: Mapping[str, str | int]) -> Iterator[Answer]:
        """Every page of a method that lists, at most MAX_PAGES of them."""
        cursor = ""
        for _ in range(MAX_PAGES):
            asked = {**parameters, "limit": PAGE_SIZE, **({"cursor": cursor} if cursor else {})}
            answer = self.read(method, asked)
            yield answer
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def read_answer(ask: Callable[[], httpx.Response], what: str) -> Answer:
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
        raise Uncertain(text) from error
    if not isinstance(answer, dict) or answer.get("ok") is not True:
        raise refused_code(
            answer.get("error") if isinstance(answer, dict) else None, response, what
        )
    return answer


def _is_short(error: BaseException) -> bool:
    """Whether it is worth waiting here: a named short wait, or a call that never got through."""
    if not isinstance(error, Retryable) or isinstance(error, Uncertain):
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
