"""Who may see what, and what every answer carries.

Metrics and the details of readiness are the operator's: they answer to callers on this machine,
and elsewhere only to the token. A request that came through a proxy names another caller in its
headers and is never taken for local. The headers keep a browser from doing anything with an
answer, since none of them is a page.
"""

from __future__ import annotations

import hmac
import ipaddress
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
STRICT_TRANSPORT: Final = (b"strict-transport-security", b"max-age=31536000")


def may_see(request: Request, token: str | None) -> bool:
    """Whether this caller is the operator: by the token, or by calling from this machine."""
    given = request.headers.get("authorization", "").encode()
    if token and hmac.compare_digest(given, f"Bearer {token}".encode()):
        return True
    if any(name in request.headers for name in FORWARDED) or request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def guarded(app: ASGIApp, *, is_https: bool) -> ASGIApp:
    """The application with the headers on every answer; what an answer sets itself stays."""
    added = (*HEADERS, STRICT_TRANSPORT) if is_https else HEADERS

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", [])
                names = {name.lower() for name, _ in own}
                more = [pair for pair in added if pair[0] not in names]
                message = {**message, "headers": [*own, *more]}
            await send(message)

        await app(scope, receive, send_guarded if scope["type"] == "http" else send)

    return guard
