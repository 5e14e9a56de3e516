"""`POST /webhooks/slack`: from a stranger's request to what a person asked for, or to a plain no.

    headers ─▶ body (bounded) ─▶ signature ─▶ form ─▶ desk ─▶ answer ─▶ whatever takes longer

Nothing is parsed before Slack's v0 signature holds over the raw bytes, and Slack is answered well
within its three seconds. A refusal never says which part was wrong, and no body is ever logged. A
form that makes no sense gets 200 with nothing in it: Slack would show its person an error
otherwise, and no repetition would mend it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl

import structlog
from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from app.ports import Clock, Failure
from webhooks import metrics

PATH = "/webhooks/slack"
MAX_BODY_BYTES = 1_048_576
BODY_SECONDS = 2.0
"""Slack waits three seconds for an answer; who sends a body more slowly is not Slack."""
MAX_SKEW_SECONDS = 300
_MAX_TIMESTAMP_DIGITS = 12
_MAX_FIELDS = 50

Secrets = Callable[[], Sequence[str]]
"""The signing secrets that hold now: several while they are rotated."""

log = structlog.get_logger(__name__)


class Taken(Protocol):
    """What a desk makes of a form."""

    @property
    def reply(self) -> Mapping[str, Any] | None:
        """The answer's body."""
        ...

    @property
    def later(self) -> Callable[[], None] | None:
        """What is to be done after the answer."""
        ...


class Desk(Protocol):
    """Who understands forms."""

    def take(self, form: Mapping[str, str]) -> Taken:
        """Answer a form. Raises ValueError for one that makes no sense, or Failure."""
        ...


def slack_door(secrets: Secrets, desk: Desk | None, clock: Clock) -> APIRouter:
    """The route; without a secret or a desk it is closed."""
    door = _Door(secrets, desk, clock)
    router = APIRouter()
    router.add_route(PATH, door.answer, methods=["POST"], include_in_schema=False)
    return router


def is_signed(
    secrets: Sequence[str],
    timestamp: str | None,
    body: bytes,
    signature: str | None,
    now: datetime,
) -> bool:
    """Whether Slack signed this body with one of these secrets within the last five minutes.

    Never raises, whatever the headers hold. Times ahead are refused like stale ones.
    """
    if not timestamp or not signature:
        return False
    if not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) > _MAX_TIMESTAMP_DIGITS:
        return False
    if abs(int(timestamp) - now.timestamp()) > MAX_SKEW_SECONDS:
        return False
    base = b"v0:" + timestamp.encode() + b":" + body
    given = signature.encode("utf-8", "replace")
    signed = [hmac.compare_digest(_sign(secret, base), given) for secret in secrets if secret]
    return any(signed)


def _sign(secret: str, base: bytes) -> bytes:
    return b"v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest().encode()


class _Door:
    def __init__(self, secrets: Secrets, desk: Desk | None, clock: Clock) -> None:
        self._secrets = secrets
        self._desk = desk
        self._clock = clock

    async def answer(self, request: Request) -> Response:
        body = await _bounded_body(request)
        headers = request.headers
        is_slacks = body is not None and is_signed(
            self._secrets(),
            headers.get("x-slack-request-timestamp"),
            body,
            headers.get("x-slack-signature"),
            self._clock.now(),
        )
        if body is None or not is_slacks or self._desk is None:
            return self._told("forged", Response(status_code=401))
        try:
            form = dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=_MAX_FIELDS))
            taken = await run_in_threadpool(self._desk.take, form)
        except ValueError as error:
            log.warning("interaction_unreadable", reason=str(error))
            return self._told("unreadable", Response(status_code=200))
        except Failure as failure:
            log.warning("interaction_untaken", error=str(failure))
            return self._told("untaken", Response(status_code=503))
        after = None if taken.later is None else BackgroundTask(run_in_threadpool, taken.later)
        if taken.reply is None:
            return self._told("taken", Response(status_code=200, background=after))
        return self._told("taken", JSONResponse(taken.reply, background=after))

    @staticmethod
    def _told(outcome: str, response: Response) -> Response:
        metrics.INTERACTIONS.labels(outcome).inc()
        return response


async def _bounded_body(request: Request) -> bytes | None:
    """The body as it comes; None as soon as it is too long, too slow or breaks off."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    return None
    except (ClientDisconnect, TimeoutError):
        return None
    return bytes(body)
