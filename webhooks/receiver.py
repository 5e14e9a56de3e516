"""`POST /webhooks/hubspot`: from a stranger's request to a durable mark, or to a plain no.

    length ─▶ headers ─▶ body (bounded) ─▶ signature ─▶ events ─▶ keys durable ─▶ 204

Nothing is parsed before the signature holds, and 204 is said only when the marks are on disk. What
is signed and still makes no sense gets 200: HubSpot repeats every 4xx ten times over 24 hours, and
no repetition would mend it. When the marks cannot be stored the answer is 503, so that HubSpot
does repeat. A refusal never says which part was wrong, and no body is ever logged.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum

import structlog
from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from app.ports import Clock, Failure, Wake
from webhooks import metrics
from webhooks.commit import GroupCommit, Marker
from webhooks.events import Reading, UnreadableError, read_delivery
from webhooks.signature import is_fresh, is_signed

PATH = "/webhooks/hubspot"
MAX_BODY_BYTES = 8 * 1024 * 1024
"""A hundred events whose values are notes of the greatest length, 65,536 characters each."""
ACK_DEADLINE_SECONDS = 4.0
"""HubSpot waits 5 seconds; a commit that takes longer is answered while HubSpot still listens."""
RETRY_AFTER_SECONDS = 10
MAX_LENGTH_DIGITS = 18

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReceiverSettings:
    """What the door has to know.

    `public_base_url` is the address that HubSpot calls, up to but without the path. Several
    `client_secrets` allow a rotation; with none the door stays closed.
    """

    public_base_url: str
    client_secrets: tuple[str, ...]
    property_prefix: str = "ff_"
    max_body_bytes: int = MAX_BODY_BYTES


class Outcome(StrEnum):
    """What became of a delivery."""

    ACCEPTED = "accepted"
    UNREADABLE = "unreadable"
    FORGED = "forged"
    OVERSIZED = "oversized"
    BROKEN_OFF = "broken_off"
    UNSTORED = "unstored"


_STATUS = {
    Outcome.ACCEPTED: 204,
    Outcome.UNREADABLE: 200,
    Outcome.FORGED: 401,
    Outcome.OVERSIZED: 413,
    Outcome.BROKEN_OFF: 400,
    Outcome.UNSTORED: 503,
}


def receiver(settings: ReceiverSettings, ledger: Marker, clock: Clock, wake: Wake) -> APIRouter:
    """The route; `wake` is called after each commit."""
    door = _Door(settings, clock, GroupCommit(ledger, clock, wake))
    router = APIRouter()
    router.add_route(PATH, door.answer, methods=["POST"], include_in_schema=False)
    return router


class _RefusedError(Exception):
    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class _Door:
    def __init__(self, settings: ReceiverSettings, clock: Clock, commit: GroupCommit) -> None:
        self._secrets = tuple(secret for secret in settings.client_secrets if secret)
        self._base = settings.public_base_url.rstrip("/").encode()
        self._prefix = settings.property_prefix
        self._max_body_bytes = settings.max_body_bytes
        self._clock = clock
        self._commit = commit

    async def answer(self, request: Request) -> Response:
        try:
            body = await self._verified_body(request)
            outcome = await self._take(body)
        except _RefusedError as refusal:
            outcome = refusal.outcome
            log.info("delivery_refused", outcome=outcome)
        metrics.DELIVERIES.labels(outcome).inc()
        wait = {"Retry-After": str(RETRY_AFTER_SECONDS)} if outcome is Outcome.UNSTORED else None
        return Response(status_code=_STATUS[outcome], headers=wait)

    async def _verified_body(self, request: Request) -> bytes:
        """The raw body of a request that is HubSpot's; the cheap questions come first."""
        signature = _header(request, "x-hubspot-signature-v3")
        timestamp = _header(request, "x-hubspot-request-timestamp")
        if _declared_bytes(request) > self._max_body_bytes:
            raise _RefusedError(Outcome.OVERSIZED)
        now = self._clock.now()
        if not self._secrets or not signature or not timestamp or not is_fresh(timestamp, now):
            raise _RefusedError(Outcome.FORGED)
        body = await self._bounded_body(request)
        is_ours = is_signed(
            secrets=self._secrets,
            method=request.method,
            uri=self._base + _target(request),
            body=body,
            signature=signature,
            timestamp=timestamp,
            now=now,
        )
        if not is_ours:
            raise _RefusedError(Outcome.FORGED)
        return body

    async def _bounded_body(self, request: Request) -> bytes:
        """The body as it comes, given up as soon as it is too long, whatever its header said."""
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > self._max_body_bytes:
                    raise _RefusedError(Outcome.OVERSIZED)
        except ClientDisconnect:
            raise _RefusedError(Outcome.BROKEN_OFF) from None
        return bytes(body)

    async def _take(self, body: bytes) -> Outcome:
        try:
            reading = read_delivery(body, self._prefix)
        except UnreadableError as error:
            log.warning("delivery_unreadable", reason=str(error), bytes=len(body))
            return Outcome.UNREADABLE
        if reading.keys and not await self._store(reading):
            return Outcome.UNSTORED
        for (kind, fate), count in reading.counts.items():
            metrics.EVENTS.labels(kind, fate).inc(count)
        return Outcome.ACCEPTED

    async def _store(self, reading: Reading) -> bool:
        try:
            storing = self._commit.store(reading.keys, reading.purge)
            await asyncio.wait_for(storing, ACK_DEADLINE_SECONDS)
        except (Failure, TimeoutError) as error:
            log.warning("delivery_unstored", error=str(error), keys=len(reading.keys))
            return False
        except Exception:
            # A defect of ours must not cost HubSpot's event: asked to repeat, it is not lost.
            log.exception("delivery_unstored", keys=len(reading.keys))
            return False
        return True


def _declared_bytes(request: Request) -> int:
    """The length that the header claims; 0 when it claims none that a server could mean."""
    digits = request.headers.get("content-length", "")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= MAX_LENGTH_DIGITS
    return int(digits) if is_number else 0


def _header(request: Request, name: str) -> bytes | None:
    value = request.headers.get(name)
    return None if value is None else value.encode("latin-1")


def _target(request: Request) -> bytes:
    """Path and query exactly as they were sent; a decoded path would not fit the signature."""
    path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope["query_string"]
    return path + b"?" + query if query else path
