"""HubSpot's request signatures, made as HubSpot makes them: v1 and v3 on every CRM webhook.

v1 is the hex SHA-256 of secret and body. v3 is the base64 HMAC-SHA256 of method, URI, body and
timestamp, where the URI has a fixed list of percent escapes decoded and nothing else.
"""

import base64
import hashlib
import hmac
import re

_DECODED = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}
_ESCAPE = re.compile("|".join(_DECODED), re.IGNORECASE)


def sign_v1(secret: str, body: bytes) -> str:
    """The value of `X-HubSpot-Signature`."""
    return hashlib.sha256(secret.encode() + body).hexdigest()


def sign_v3(secret: str, method: str, uri: str, body: bytes, timestamp_ms: int) -> str:
    """The value of `X-HubSpot-Signature-v3` for a request to the full `uri`."""
    decoded = _ESCAPE.sub(lambda escape: _DECODED[escape.group().upper()], uri)
    message = f"{method}{decoded}".encode() + body + str(timestamp_ms).encode()
    return base64.b64encode(hmac.digest(secret.encode(), message, "sha256")).decode()
