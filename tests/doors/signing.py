"""HubSpot's side of the door, for tests: signs as the vendor documents it, on its own feet."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"


def milliseconds(at: datetime) -> str:
    """A time as the timestamp header has it."""
    return str(int(at.timestamp() * 1000))


def signed_headers(
    body: bytes, uri: str, at: datetime, *, secret: str = SECRET, method: str = "POST"
) -> dict[str, str]:
    """The headers that make `body` HubSpot's at that address and time."""
    timestamp = milliseconds(at)
    source = method.encode() + uri.encode() + body + timestamp.encode()
    digest = hmac.new(secret.encode(), source, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "x-hubspot-signature-v3": base64.b64encode(digest).decode(),
        "x-hubspot-request-timestamp": timestamp,
    }
