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
        └── Terminal         every other status, and certificates that are not trusted

The mapping is total: any status, any exception of the HTTP library and any body, however broken,
yields one of these. Messages carry the operation, HubSpot's category, its error codes, property
names and correlation id. They never carry a token nor a property's value (see `bodies`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Final

from urllib3 import exceptions as http

from app.hubspot.bodies import ErrorBody, causes, codes, is_not_found, named_in, parsed, told
from app.ports import Failure, Retryable, Terminal

RATE_LIMITS: Final = "RATE_LIMITS"

SECONDLY_SECONDS: Final = 1.0
TEN_SECONDLY_SECONDS: Final = 10.0
LOCK_SECONDS: Final = 2.0
MIGRATION_SECONDS: Final = 60.0
MAX_RETRY_AFTER_SECONDS: Final = 86_400.0


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
    error = parsed(body)
    said = f"{operation}: HubSpot answered {status}{told(error)}"
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


def row_refusal(operation: str, error: ErrorBody) -> Failure:
    """The failure that one entry of a 207's `errors` means for the rows that it names."""
    category = str(error.get("category") or "")
    said = f"{operation}: HubSpot refused a row{told(error)}"
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


# ------------------------------------------------------------------ the terminal half


_TERMINAL: Final[Mapping[int, tuple[type[Terminal], str]]] = {
    400: (Invalid, "the request is wrong"),
    404: (Missing, "no such record or path"),
    409: (Conflict, "it exists already"),
    410: (Missing, "no longer there"),
    414: (Invalid, "the address is too long"),
    422: (Invalid, "the request is wrong"),
}


def _terminal(said: str, status: int, error: ErrorBody) -> Failure:
    if status == 401:
        return Denied(f"{said}: the access token is not valid; check HUBSPOT_ACCESS_TOKEN")
    if status == 403:
        return _denied(said, error)
    kind, meaning = _TERMINAL.get(status, (Terminal, "unexpected; is HUBSPOT_BASE_URL right?"))
    return kind(f"{said}: {meaning}{_advice(error)}")


def _denied(said: str, error: ErrorBody) -> Denied:
    scopes = tuple(dict.fromkeys(_scopes_of(error)))
    wanted = f"add the scope {', '.join(scopes)}" if scopes else "add the missing scope"
    return Denied(f"{said}: {wanted} to the app that issued the token", scopes=scopes)


def _scopes_of(error: ErrorBody) -> Iterable[str]:
    keys = ("requiredGranularScopes", "requiredScopes", "missingScopes")
    yield from named_in(error, *keys)
    for detail in causes(error):
        yield from named_in(detail, *keys)


def _advice(error: ErrorBody) -> str:
    said = {code for code, _ in codes(error)}
    if "PROPERTY_DOESNT_EXIST" in said:
        return "; run `dealgate setup` to create the properties that are missing"
    if "INVALID_OPTION" in said:
        return "; run `dealgate setup` to add the options that are missing"
    return ""


# ------------------------------------------------------------------ the retryable half


def _throttled(said: str, error: ErrorBody, after: float | None, moment: Moment) -> Throttled:
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
