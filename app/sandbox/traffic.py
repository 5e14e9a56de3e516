"""What every request to the two vendors' interfaces passes through: counting, latency, faults.

The sandbox's own control paths are exempt, so that a rehearsal can always be steered.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .calls import Calls, operation, side_of
from .damage import Exchange, inflict, pause
from .faults import FaultKind, Faults

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTROL_PREFIX = "/_sandbox"


class Traffic:
    """ASGI middleware. `latency_ms` is added to every request."""

    def __init__(
        self, app: ASGIApp, *, calls: Calls, faults: Faults, latency_ms: float = 0.0
    ) -> None:
        self._app = app
        self._calls = calls
        self._faults = faults
        self._latency_ms = latency_ms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, late or damaged or not at all, and count it."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_PREFIX):
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        side, name = side_of(path), operation(method, path)
        if self._latency_ms:
            await asyncio.sleep(self._latency_ms / 1_000)
        struck = None
        for rule in self._faults.hits(side, name, method, path):
            if rule.kind is FaultKind.LATENCY:
                await pause(rule)
            else:
                struck = rule
        status: int | str
        if struck is None:
            status = await self._pass(scope, receive, send)
        else:
            status = await inflict(struck, side, Exchange(self._app, scope, receive, send))
        self._calls.count(side, name, status)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> int:
        status = 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self._app(scope, receive, watch)
        return status
