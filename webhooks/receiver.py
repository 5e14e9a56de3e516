"""`POST /webhooks/hubspot`: from a stranger's request to a durable mark, or to a plain no.

    length ─▶ headers ─▶ body (bounded) ─▶ signature ─▶ events ─▶ keys durable ─▶ 204

Nothing is parsed before the signature holds, and 204 is said only when the marks are on disk. What
is signed and still makes no sense gets 200: HubSpot repeats every 4xx ten times over 24 hours, and
no repetition would mend it. When the marks cannot be stored the answer is 503, so that HubSpot
does repeat. A refusal never says which part was wrong, and no body is ever logged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import structlog
from fastapi import APIRouter
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from app.ports import Clock, Failure, Wake
from app.telemetry import span
from webhooks import metrics
from webhooks.commit import GroupCommit, Marker
from webhooks.events import Reading, UnreadableError, read_delivery
from webhooks.signature import is_fresh, is_signed

PATH = "/webhooks/hubspot"
MAX_BODY_BYTES = 8 * 1024 * 1024
"""A hundred events whose values are notes of the greatest length, 65,536 characters each."""
BODY_SECONDS = 4.0
"""HubSpot gives a whole delivery 5 seconds; who sends a body more slowly is not HubSpot."""
MAX_BODIES_BYTES = 64 * 1024 * 1024
"""Bodies in hand at once: nobody is known to be HubSpot before the end of his body."""
ACK_DEADLINE_SECONDS = 4.0
"""HubSpot waits 5 seconds; a commit that takes longer is answered while HubSpot still listens."""
RETRY_AFTER_SECONDS = 10
MAX_LENGTH_DIGITS = 18

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReceiverSettings:
    """What the door has to know.

    `public_base_url` is the address that HubSpot calls, up to but without the path. Several
    `client_secrets`, asked for at each delivery, allow a rotation; with none the door is closed.
    """

    public_base_url: str
    client_secrets: Callable[[], tuple[str, ...]]
    property_prefix: str = "ff_"
    max_body_bytes: int = MAX_BODY_BYTES


class Outcome(StrEnum):
    """What became of a delivery."""

    ACCEPTED = "accepted"
    UNREADABLE = "unreadable"
    FORGED = "forged"
    OVERSIZED = "oversized"
    BROKEN_OFF = "broken_off"
    SLOW = "slow"
    BUSY = "busy"
    UNSTORED = "unstored"


_STATUS: Final = {
    Outcome.ACCEPTED: 204,
    Outcome.UNREADABLE: 200,
    Outcome.FORGED: 401,
    Outcome.OVERSIZED: 413,
    Outcome.BROKEN_OFF: 400,
    Outcome.SLOW: 408,
    Outcome.BUSY: 503,
    Outcome.UNSTORED: 503,
}


def _start(outcome: Outcome) -> Message:
    headers = [(b"content-length", b"0")] if _STATUS[outcome] != 204 else []
    if _STATUS[outcome] == 503:
        headers.append((b"retry-after", str(RETRY_AFTER_SECONDS).encode()))
    return {"type": "http.response.start", "status": _STATUS[outcome], "headers": headers}


_START: Final = {outcome: _start(outcome) for outcome in Outcome}
_END: Final[Message] = {"type": "http.response.body", "body": b""}


def receiver(settings: ReceiverSettings, ledger: Marker, clock: Clock, wake: Wake) -> APIRouter:
    """The route; `wake` is called after each commit that marked something new."""
    router = APIRouter()
    door = _Door(settings, clock, GroupCommit(ledger, clock, wake))
    # An ASGI application of its own: what the framework would do to a request is not needed here.
    router.routes.append(Route(PATH, door, methods=["POST"], include_in_schema=False))
    return router


class _RefusedError(Exception):
    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class _Door:
    def __init__(self, settings: ReceiverSettings, clock: Clock, commit: GroupCommit) -> None:
        self._secrets = settings.client_secrets
        self._base = settings.public_base_url.rstrip("/").encode()
        self._prefix = settings.property_prefix
        self._max_body_bytes = settings.max_body_bytes
        self._clock = clock
        self._commit = commit
        self._bytes_in_hand = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body, sent_at = await self._verified_body(scope, receive)
            with span("delivery", bytes=len(body)):
                outcome = await self._take(body)
            metrics.SECONDS.observe(max(0.0, self._clock.now().timestamp() - sent_at))
        except _RefusedError as refusal:
            outcome = refusal.outcome
            log.info("delivery_refused", outcome=outcome)
        metrics.delivered(outcome)
        await send(_START[outcome])
        await send(_END)

    async def _verified_body(self, scope: Scope, receive: Receive) -> tuple[bytes, float]:
        """The raw body of a request that is HubSpot's, and when it was sent, in epoch seconds.

        The cheap questions come first.
        """
        # Of a header that is sent twice the last one counts, and then has to hold.
        headers: dict[bytes, bytes] = dict(scope["headers"])
        signature = headers.get(b"x-hubspot-signature-v3")
        timestamp = headers.get(b"x-hubspot-request-timestamp")
        if _declared_bytes(headers) > self._max_body_bytes:
            raise _RefusedError(Outcome.OVERSIZED)
        now = self._clock.now()
        secrets = self._secrets()
        if not secrets or not signature or not timestamp or not is_fresh(timestamp, now):
            raise _RefusedError(Outcome.FORGED)
        body = await self._timely_body(receive)
        is_ours = is_signed(
            secrets=secrets,
            method=scope["method"],
            uri=self._base + _target(scope),
            body=body,
            signature=signature,
            timestamp=timestamp,
            now=now,
        )
        if not is_ours:
            raise _RefusedError(Outcome.FORGED)
        return body, int(timestamp) / 1000

    async def _timely_body(self, receive: Receive) -> bytes:
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                await self._fill(body, receive)
        except TimeoutError:
            raise _RefusedError(Outcome.SLOW) from None
        finally:
            self._bytes_in_hand -= len(body)
        return bytes(body)

    async def _fill(self, body: bytearray, receive: Receive) -> None:
        """Take the body as it comes, and give up as soon as it, or all in hand, is too long."""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _RefusedError(Outcome.BROKEN_OFF)
            chunk = message.get("body", b"")
            body += chunk
            self._bytes_in_hand += len(chunk)
            if len(body) > self._max_body_bytes:
                raise _RefusedError(Outcome.OVERSIZED)
            if self._bytes_in_hand > MAX_BODIES_BYTES:
                raise _RefusedError(Outcome.BUSY)
            if not message.get("more_body", False):
                return

    async def _take(self, body: bytes) -> Outcome:
        try:
            reading = read_delivery(body, self._prefix)
        except UnreadableError as error:
            log.warning("delivery_unreadable", reason=str(error), bytes=len(body))
            return Outcome.UNREADABLE
        if reading.ids and not await self._store(reading):
            return Outcome.UNSTORED
        for (label, fate), count in reading.counts.items():
            metrics.read(label, fate, count)
        return Outcome.ACCEPTED

    async def _store(self, reading: Reading) -> bool:
        try:
            async with asyncio.timeout(ACK_DEADLINE_SECONDS):
                await self._commit.store(reading.ids, reading.purge)
        except (Failure, TimeoutError) as error:
            log.warning("delivery_unstored", error=str(error))
            return False
        except Exception:
            # A defect of ours must not cost HubSpot's event: asked to repeat, it is not lost.
            log.exception("delivery_unstored")
            return False
        return True


def _declared_bytes(headers: Mapping[bytes, bytes]) -> int:
    """The length that the header claims; 0 when it claims none that a server could mean."""
    digits = headers.get(b"content-length", b"")
    return int(digits) if digits.isdigit() and len(digits) <= MAX_LENGTH_DIGITS else 0


def _target(scope: Scope) -> bytes:
    """Path and query exactly as they were sent; a decoded path would not fit the signature."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return path + b"?" + query if query else path
