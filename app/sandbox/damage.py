"""What a fault does to an exchange: refuse it, cut it, slow it down or spoil its body.

The refusals look as the real ones do: HubSpot's JSON errors, the HTML of the edge in front of it,
Slack's `ratelimited`.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from .calls import Side
from .connections import cut
from .faults import FaultKind, Rule

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

DEFAULT_LATENCY_MS = 1_000.0
DEFAULT_SLOW_BODY_MS = 2_000.0
SLOW_BODY_PIECES = 10
DEFAULT_RETRY_AFTER_SECONDS = 1
SETTLE_SECONDS = 0.01  # half a body must leave before its connection is reset
DROPPED = "dropped"

_POLICIES = {
    "TEN_SECONDLY_ROLLING": "You have reached your ten_secondly_rolling limit.",
    "SECONDLY": "You have reached your secondly limit.",
    "DAILY": "You have reached your daily limit.",
}
_EDGE_PAGE = """<!DOCTYPE html>
<html lang="en-US"><head><title>api.hubapi.com | {title}</title></head>
<body><div id="cf-wrapper"><h1><span>Error code {status}</span></h1><h2>{title}</h2>
<p>The web server is not responding as expected. Please try again in a few minutes.</p>
</div></body></html>
"""
_EDGE_TITLES = {
    502: "502: Bad gateway",
    504: "504: Gateway time-out",
    521: "521: Web server is down",
}


@dataclass(slots=True)
class Answer:
    """A complete response."""

    status: int
    body: bytes
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and the application that would answer it."""

    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send


class _Held:
    """Takes the place of `send` and keeps the response instead of passing it on."""

    def __init__(self) -> None:
        self._status = 500
        self._headers: list[tuple[bytes, bytes]] = []
        self._pieces: list[bytes] = []

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            self._pieces.append(message.get("body", b""))

    def answer(self) -> Answer:
        return Answer(self._status, b"".join(self._pieces), self._headers)


async def pause(rule: Rule) -> None:
    """A latency fault."""
    await asyncio.sleep(rule.milliseconds(default=DEFAULT_LATENCY_MS) / 1_000)


async def inflict(rule: Rule, side: Side, exchange: Exchange) -> int | str:
    """Carry out a fault other than latency; returns the status to count."""
    spoil = _SPOILERS.get(rule.kind)
    held = _Held()
    if spoil is not None or rule.params.get("applied"):
        await exchange.app(exchange.scope, exchange.receive, held.send)
    if spoil is not None:
        return await spoil(rule, held.answer(), exchange)
    if rule.kind is FaultKind.DROP:
        return await _drop(exchange)
    answer = refusal(rule, side)
    await _send(answer, exchange.send)
    return answer.status


def refusal(rule: Rule, side: Side) -> Answer:
    """The answer of a status fault, worded by the side that gives it."""
    status = int(rule.kind.value.removesuffix("_html"))
    retry_after = rule.params.get("retry_after", DEFAULT_RETRY_AFTER_SECONDS)
    if side is Side.SLACK:
        word = "ratelimited" if status == 429 else "internal_error"
        answer = _json(status, {"ok": False, "error": word})
        has_retry_after = status == 429
    elif status in _EDGE_TITLES:
        page = _EDGE_PAGE.format(status=status, title=_EDGE_TITLES[status])
        answer = Answer(status, page.encode(), [(b"content-type", b"text/html; charset=UTF-8")])
        has_retry_after = False
    else:
        answer = _json(status, _hubspot_body(rule, status))
        has_retry_after = status == 477 or "retry_after" in rule.params
    if has_retry_after:
        answer.headers.append((b"retry-after", str(retry_after).encode()))
    return answer


def _hubspot_body(rule: Rule, status: int) -> dict[str, Any]:
    body: dict[str, Any] = {"status": "error", "correlationId": str(uuid.uuid4())}
    if status == 429:
        policy = str(rule.params.get("policy", "TEN_SECONDLY_ROLLING"))
        message = _POLICIES.get(policy, "You have reached your limit.")
        return body | {
            "message": message,
            "errorType": "RATE_LIMIT",
            "category": "RATE_LIMITS",
            "policyName": policy,
            "requestId": uuid.uuid4().hex,
        }
    messages = {
        423: "The record is locked by another request, try again in 2 seconds",
        477: "This account is being migrated to another data center",
        503: "Service temporarily unavailable",
    }
    return body | {"message": messages.get(status, "internal error")}


def _json(status: int, body: dict[str, Any]) -> Answer:
    headers = [(b"content-type", b"application/json;charset=utf-8")]
    return Answer(status, orjson.dumps(body), headers)


async def _send(answer: Answer, send: Send) -> None:
    await _start(answer, len(answer.body), send)
    await send({"type": "http.response.body", "body": answer.body})


async def _start(answer: Answer, length: int, send: Send) -> None:
    headers = [(name, value) for name, value in answer.headers if name != b"content-length"]
    headers.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})


async def _drop(exchange: Exchange) -> str:
    """Reset the connection, and wait until the server has noticed."""
    cut(exchange.scope)
    while (await exchange.receive())["type"] != "http.disconnect":
        pass
    return DROPPED


async def _slow_body(rule: Rule, answer: Answer, exchange: Exchange) -> int | str:
    await _start(answer, len(answer.body), exchange.send)
    pause_seconds = rule.milliseconds(default=DEFAULT_SLOW_BODY_MS) / 1_000 / SLOW_BODY_PIECES
    size = max(1, -(-len(answer.body) // SLOW_BODY_PIECES))
    for start in range(0, len(answer.body), size):
        await asyncio.sleep(pause_seconds)
        piece = answer.body[start : start + size]
        await exchange.send({"type": "http.response.body", "body": piece, "more_body": True})
    await exchange.send({"type": "http.response.body"})
    return answer.status


async def _truncate(_rule: Rule, answer: Answer, exchange: Exchange) -> int | str:
    await _start(answer, len(answer.body), exchange.send)
    half = answer.body[: len(answer.body) // 2]
    await exchange.send({"type": "http.response.body", "body": half, "more_body": True})
    await asyncio.sleep(SETTLE_SECONDS)
    return await _drop(exchange)


async def _malformed_json(_rule: Rule, answer: Answer, exchange: Exchange) -> int | str:
    answer.body = answer.body[: len(answer.body) * 2 // 3]
    await _send(answer, exchange.send)
    return answer.status


_SPOILERS: dict[FaultKind, Callable[[Rule, Answer, Exchange], Awaitable[int | str]]] = {
    FaultKind.SLOW_BODY: _slow_body,
    FaultKind.TRUNCATE: _truncate,
    FaultKind.MALFORMED_JSON: _malformed_json,
}
