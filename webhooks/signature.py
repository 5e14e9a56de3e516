"""Whether a delivery was signed by HubSpot for this address, within the last five minutes.

HubSpot's v3 signature: base64 of HMAC-SHA256 under the app's client secret over method, URI, body
and timestamp. The URI is the public one that HubSpot called, with a fixed list of escapes decoded;
behind a proxy it cannot be told from the request, so the caller builds it from PUBLIC_BASE_URL.

Never raises, whatever the headers hold: an answer other than "no" to a stranger is a hint. Times
from the future are refused like stale ones, because a captured delivery dated ahead would stay
valid for as long as its forger likes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime

MAX_SKEW_SECONDS = 300
_MAX_TIMESTAMP_DIGITS = 16

_DECODED = {
    b"3A": b":", b"2F": b"/", b"3F": b"?", b"40": b"@", b"21": b"!", b"24": b"$", b"27": b"'",
    b"28": b"(", b"29": b")", b"2A": b"*", b"2C": b",", b"3B": b";",
}  # fmt: skip
"""The only escapes that HubSpot decodes before it signs; every other one stays as it was sent."""
_ESCAPE = re.compile(rb"%(" + b"|".join(_DECODED) + rb")", re.IGNORECASE)


def is_signed(
    *,
    secrets: Sequence[str],
    method: str,
    uri: bytes,
    body: bytes,
    signature: bytes | None,
    timestamp: bytes | None,
    now: datetime,
) -> bool:
    """Whether `signature` is right for this request under any of `secrets`.

    `uri` is the public URI as sent, escapes and query included; `timestamp` holds milliseconds
    since the epoch as the header gave them. No secret, or an empty one, signs nothing.
    """
    if signature is None or timestamp is None or not is_fresh(timestamp, now):
        return False
    # Every secret is tried, so that the time taken does not tell which one fitted.
    made = [sign(secret, method, uri, body, timestamp) for secret in secrets if secret]
    return sum(hmac.compare_digest(each, signature) for each in made) > 0


def is_fresh(timestamp: bytes, now: datetime) -> bool:
    """Whether a timestamp in milliseconds is at most MAX_SKEW_SECONDS from now, either way."""
    if not timestamp.isdigit() or len(timestamp) > _MAX_TIMESTAMP_DIGITS:
        return False
    return abs(int(timestamp) / 1000 - now.timestamp()) <= MAX_SKEW_SECONDS


def sign(secret: str, method: str, uri: bytes, body: bytes, timestamp: bytes) -> bytes:
    """HubSpot's v3 signature of a request, as it stands in the header."""
    decoded = _ESCAPE.sub(lambda escape: _DECODED[escape[1].upper()], uri)
    message = method.encode() + decoded + body + timestamp
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest())
