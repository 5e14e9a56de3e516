"""HubSpot's refusals, and which of the two words each one means.

    Failure
    ├── Retryable
    │   ├── Throttled        429, and 500 with category RATE_LIMITS. Wait: Retry-After, else by
    │   │                    policyName SECONDLY 1 s, TEN_SECONDLY 10 s, DAILY until midnight
    │   ├── Locked           423. Wait: at least 2 s
    │   ├── Moving           477, the account is being migrated. Wait: Retry-After
    │   └── Unavailable      408, 425, other 5xx (521-526 come from the edge as HTML), timeouts,
    │                        resets, refused connections, bodies that are cut short or not JSON
    └── Terminal
        ├── Denied           401 token, 403 scope: a person has to change the app
        ├── Invalid          400, 414, 422: this request, or one row of it, is wrong
        ├── Missing          404, 410: no such record, property or path
        ├── Conflict         409: it is there already
        ├── Garbled          an answer of a shape that HubSpot does not document
        └── Terminal         every other status, redirects and TLS certificates among them

The mapping is total: any status, any exception of the HTTP library and any body, however broken,
yields one of these. Messages carry the operation, HubSpot's category, its error codes, property
names and correlation id. They never carry a token nor a property's value, because HubSpot quotes
rejected values and a value of ours may quote a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any, Final

import orjson
from urllib3 import exceptions as http

from app.ports import Failure, Retryable, Terminal

RATE_LIMITS: Final = "RATE_LIMITS"
NOT_FOUND: Final = "OBJECT_NOT_FOUND"
NO_ASSOCIATIONS: Final = "crm.associations.NO_ASSOCIATIONS_FOUND"

SECONDLY_SECONDS: Final = 1.0
TEN_SECONDLY_SECONDS: Final = 10.0
LOCK_SECONDS: Final = 2.0
MIGRATION_SECONDS: Final = 60.0
MAX_RETRY_AFTER_SECONDS: Final = 86_400.0
MAX_MESSAGE_CHARACTERS: Final = 160
MAX_CODES: Final = 5


class Throttled(Retryable):
    """A rate limit; `secondly` tells the search limit from the general ones."""

    def __init__(self, message: str, *, after_seconds: float, secondly: bool) -> None:
        super().__init__(message, after_seconds=after_seconds)
        self.secondly = secondly


class Locked(Retryable):
    """The record is locked by another write."""


class Moving(Retryable):
    """The account is being moved between HubSpot's data centres."""


class Unavailable(Retryable):
    """HubSpot, or the way to it, is not working right now."""


class Denied(Terminal):
    """The token is not valid, or lacks a scope; `scopes` names those that HubSpot asked for."""

    def __init__(self, message: str, *, scopes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.scopes = scopes


class Invalid(Terminal):
    """HubSpot validated the request and refused it."""


class Missing(Terminal):
    """There is no such thing."""


class Conflict(Terminal):
    """There is such a thing already."""


class Garbled(Terminal):
    """HubSpot answered in a shape that it does not document; the message names the place."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a refusal arrived and in which zone the account's days begin."""

    now: datetime
    zone: tzinfo

    @property
    def seconds_to_midnight(self) -> float:
        """How long until the account's daily quota starts afresh."""
        local = self.now.astimezone(self.zone)
        midnight = datetime.combine(local.date() + timedelta(days=1), time.min, self.zone)
        return max(1.0, midnight.timestamp() - self.now.timestamp())


def refusal(
    operation: str, status: int, headers: Mapping[str, str], body: bytes, moment: Moment
) -> Failure:
    """The failure that an answer with this status means; total over statuses and bodies."""
    error = _error_of(body)
    said = f"{operation}: HubSpot answered {status}{_details(error)}"
    after = _retry_after(headers)
    if status == 429 or (status == 500 and error.get("category") == RATE_LIMITS):
        return _throttled(said, error, after, moment)
    if status == 423:
        seconds = max(LOCK_SECONDS, after or 0.0)
        return Locked(f"{said}: the record is locked, try again shortly", after_seconds=seconds)
    if status == 477:
        seconds = MIGRATION_SECONDS if after is None else after
        return Moving(f"{said}: the account is being migrated, wait", after_seconds=seconds)
    if status in {408, 425} or 500 <= status <= 599:
        return Unavailable(f"{said}: try again shortly", after_seconds=after)
    return _terminal(said, status, error)


def breakage(operation: str, error: BaseException) -> Failure:
    """The failure that an exception of the HTTP library means."""
    kind = type(error).__name__
    cause = error.reason if isinstance(error, http.MaxRetryError) else error
    if isinstance(cause, http.SSLError):
        return Terminal(
            f"{operation}: no trusted connection to HubSpot ({kind}); check HUBSPOT_BASE_URL, the "
            "proxy and the certificates of this machine"
        )
    if isinstance(cause, http.LocationValueError):
        return Terminal(f"{operation}: the address is not usable ({kind}); check HUBSPOT_BASE_URL")
    return Unavailable(f"{operation}: HubSpot could not be reached ({kind}); try again shortly")


def not_json(operation: str, status: int) -> Failure:
    """A success whose body is no JSON: a page of some proxy, or an answer cut short."""
    return Unavailable(f"{operation}: HubSpot answered {status} with a body that is not JSON")


def row_refusal(operation: str, error: Mapping[str, Any]) -> Failure:
    """The failure that one entry of a 207's `errors` means for the rows that it names."""
    category = str(error.get("category") or "")
    said = f"{operation}: HubSpot refused a row{_details(error)}"
    if is_not_found(error):
        return Missing(f"{said}: no such record")
    if category == RATE_LIMITS:
        return Throttled(said, after_seconds=TEN_SECONDLY_SECONDS, secondly=False)
    if category in {"MISSING_SCOPES", "PERMISSION_DENIED"}:
        return _denied(said, error)
    if "LOCK" in category:
        return Locked(said, after_seconds=LOCK_SECONDS)
    if category in {"INTERNAL_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE", "GATEWAY_TIMEOUT"}:
        return Unavailable(f"{said}: try again shortly")
    return Invalid(f"{said}: trying again would fail the same way{_advice(error)}")


def is_not_found(error: Mapping[str, Any]) -> bool:
    """Whether a 207's error says that there is no such record, or that it has no associations."""
    return error.get("category") == NOT_FOUND or error.get("subCategory") == NO_ASSOCIATIONS


def named_in(error: Mapping[str, Any], *keys: str) -> tuple[str, ...]:
    """The ids that an error's context names under one of these keys."""
    context = error.get("context")
    if not isinstance(context, Mapping):
        return ()
    return tuple(str(value) for key in keys for value in _listed(context.get(key)))


# ------------------------------------------------------------------ the terminal half


_TERMINAL: Final[Mapping[int, tuple[type[Terminal], str]]] = {
    400: (Invalid, "the request is wrong"),
    404: (Missing, "no such record or path"),
    409: (Conflict, "it exists already"),
    410: (Missing, "no longer there"),
    414: (Invalid, "the address is too long"),
    422: (Invalid, "the request is wrong"),
}


def _terminal(said: str, status: int, error: Mapping[str, Any]) -> Failure:
    if status == 401:
        return Denied(f"{said}: the access token is not valid; check HUBSPOT_ACCESS_TOKEN")
    if status == 403:
        return _denied(said, error)
    kind, meaning = _TERMINAL.get(status, (Terminal, "unexpected; is HUBSPOT_BASE_URL right?"))
    return kind(f"{said}: {meaning}{_advice(error)}")


def _denied(said: str, error: Mapping[str, Any]) -> Denied:
    scopes = tuple(dict.fromkeys(_scopes_of(error)))
    wanted = f"add the scope {', '.join(scopes)}" if scopes else "add the missing scope"
    return Denied(f"{said}: {wanted} to the app that issued the token", scopes=scopes)


def _scopes_of(error: Mapping[str, Any]) -> Iterable[str]:
    keys = ("requiredGranularScopes", "requiredScopes", "missingScopes")
    yield from named_in(error, *keys)
    for detail in _details_of(error):
        yield from named_in(detail, *keys)


def _advice(error: Mapping[str, Any]) -> str:
    codes = [code for code, _ in _codes(error)]
    if "PROPERTY_DOESNT_EXIST" in codes:
        return "; run `dealgate setup` to create the properties that are missing"
    if "INVALID_OPTION" in codes:
        return "; run `dealgate setup` to add the options that are missing"
    return ""


# ------------------------------------------------------------------ the retryable half


def _throttled(
    said: str, error: Mapping[str, Any], after: float | None, moment: Moment
) -> Throttled:
    policy = f"{error.get('policyName') or ''} {error.get('message') or ''}".upper()
    daily = "DAILY" in policy
    secondly = "SECONDLY" in policy and "TEN_SECONDLY" not in policy
    if after is None:
        after = moment.seconds_to_midnight if daily else TEN_SECONDLY_SECONDS
        if secondly:
            after = SECONDLY_SECONDS
    what = "the account's daily quota is used up" if daily else "too many requests, slow down"
    return Throttled(f"{said}: {what}", after_seconds=after, secondly=secondly)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = next((v for k, v in headers.items() if k.lower() == "retry-after"), None)
    if value is None or not re.fullmatch(r"\s*\d{1,9}(\.\d{1,9})?\s*", value, re.ASCII):
        return None
    return min(float(value), MAX_RETRY_AFTER_SECONDS)


# ------------------------------------------------------------------ what may be repeated


def _error_of(body: bytes) -> Mapping[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _details(error: Mapping[str, Any]) -> str:
    """HubSpot's words as far as they cannot hold a value: see the module's docstring."""
    parts = [_word(error.get("category") or error.get("errorType"))]
    parts.append(_word(error.get("subCategory")))
    parts.append(_harmless(error.get("message")))
    parts += [f"{code} on {name}" if name else code for code, name in _codes(error)[:MAX_CODES]]
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


def _codes(error: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The (code, property name) pairs of an error, from its details or its message."""
    pairs = [
        (_word(d.get("code") or d.get("error")), _word(d.get("name")) or _first_name(d))
        for d in (*_details_of(error), *_embedded(error.get("message")))
    ]
    return list(dict.fromkeys(pair for pair in pairs if pair[0]))


def _first_name(detail: Mapping[str, Any]) -> str:
    return next((word for name in named_in(detail, "propertyName") if (word := _word(name))), "")


def _details_of(error: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [detail for detail in _listed(error.get("errors")) if isinstance(detail, dict)]


def _embedded(message: object) -> list[Mapping[str, Any]]:
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
