"""The service's own OpenAPI: every path, every status that it may answer with.

FastAPI writes the probes; the webhook is an ASGI application of its own and is described here.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from webhooks.receiver import PATH

VERSION: Final = "0.1.0"
_ANSWERS: Final = {
    "200": "Signed, and makes no sense; repeating it would not help.",
    "204": "Taken: what it points to is marked durably.",
    "400": "Broken off before its end.",
    "401": "Not signed with the client secret, for this address, within five minutes.",
    "408": "The body came too slowly.",
    "413": "Longer than MAX_BODY_BYTES.",
    "503": "Not stored, or too much in hand; deliver it again.",
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The document; made once and then kept by the application."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=VERSION, routes=app.routes)
        document["paths"][PATH] = {"post": _delivery()}
        app.openapi_schema = document
    return app.openapi_schema


def _delivery() -> dict[str, Any]:
    return {
        "summary": "A delivery of HubSpot's",
        "operationId": "deliver",
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
            for name in ("X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp")
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"type": "array", "maxItems": 100, "items": {"type": "object"}}
                }
            },
        },
        "responses": {status: {"description": said} for status, said in _ANSWERS.items()},
    }
