"""What an error body of HubSpot says, as far as it may be repeated.

Bodies are taken as they come: HTML, nothing at all, any field missing or of another type. What is
told are HubSpot's category, error codes, property names and correlation id, and its message up to
the first place where a value may stand, because HubSpot quotes the values that it rejects and a
value of ours may quote a note.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

NOT_FOUND: Final = "OBJECT_NOT_FOUND"
NO_ASSOCIATIONS: Final = "crm.associations.NO_ASSOCIATIONS_FOUND"
MAX_MESSAGE_CHARACTERS: Final = 160
MAX_CODES: Final = 5

ErrorBody = Mapping[str, Any]


def is_not_found(error: ErrorBody) -> bool:
    """Whether a 207's error says that there is no such record, or that it has no associations."""
    return error.get("category") == NOT_FOUND or error.get("subCategory") == NO_ASSOCIATIONS


def named_in(error: ErrorBody, *keys: str) -> tuple[str, ...]:
    """The ids that an error's context names under one of these keys."""
    context = error.get("context")
    if not isinstance(context, Mapping):
        return ()
    return tuple(str(value) for key in keys for value in _listed(context.get(key)))


def parsed(body: bytes) -> ErrorBody:
    """The error as a mapping, empty when the body is nothing of the kind."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def told(error: ErrorBody) -> str:
    """HubSpot's words in brackets, as far as they cannot hold a value."""
    parts = [_word(error.get("category") or error.get("errorType"))]
    parts.append(_word(error.get("subCategory")))
    parts.append(_harmless(error.get("message")))
    parts += [f"{code} on {name}" if name else code for code, name in codes(error)[:MAX_CODES]]
    parts.append(f"correlation id {cid}" if (cid := _word(error.get("correlationId"))) else "")
    told = "; ".join(part for part in parts if part)
    return f" ({told})" if told else ""


def _harmless(message: object) -> str:
    """A message up to its first colon, quote or bracket, behind which values may stand."""
    if not isinstance(message, str):
        return ""
    return re.split(r"[:\"'\[{(<]", message, maxsplit=1)[0].strip()[:MAX_MESSAGE_CHARACTERS]


def _word(value: object) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"[\w.\-]{1,80}", value) else ""


def codes(error: ErrorBody) -> list[tuple[str, str]]:
    """The (code, property name) pairs of an error, from its details or its message."""
    pairs = [
        (_word(d.get("code") or d.get("error")), _word(d.get("name")) or _first_name(d))
        for d in (*causes(error), *_embedded(error.get("message")))
    ]
    return list(dict.fromkeys(pair for pair in pairs if pair[0]))


def _first_name(detail: ErrorBody) -> str:
    return next((word for name in named_in(detail, "propertyName") if (word := _word(name))), "")


def causes(error: ErrorBody) -> list[ErrorBody]:
    """The single errors inside an error."""
    return [detail for detail in _listed(error.get("errors")) if isinstance(detail, dict)]


def _embedded(message: object) -> list[ErrorBody]:
    """The list that HubSpot prints inside "Property values were not valid: [...]"."""
    if not isinstance(message, str) or "[{" not in message:
        return []
    try:
        found = orjson.loads(message[message.index("[{") :])
    except orjson.JSONDecodeError:
        return []
    return [entry for entry in _listed(found) if isinstance(entry, dict)]


def _listed(value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None or isinstance(value, Mapping) else [value]
