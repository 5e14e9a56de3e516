"""From the body of a verified delivery to the keys that want looking at. Pure.

HubSpot sends an array of events in two forms that mean the same: `deal.propertyChange`, and
`object.propertyChange` with `objectTypeId` 0-3, which newer apps get. Fields come and go, ids are
numbers or strings, an association has two ends and no `objectId`, a merge has losers. So this
reads what it needs and lets the rest be; a type that it does not know is counted and not refused,
and an event that makes no sense never takes its neighbours with it.

An event about one of our own properties that no person caused is the echo of our own write and is
dropped. Dropping too little costs one look that writes nothing, so an unnamed source is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from app.domain.deal import ObjectKey, ObjectKind

MAX_EVENTS = 1000
"""HubSpot documents 100 for one delivery; ten times that is no delivery of HubSpot's."""
MAX_MERGED = 100
_MAX_ID_DIGITS = 20

PEOPLE = frozenset({"CRM", "CRM_UI", "CRM_UI_BULK_ACTION", "MOBILE_ANDROID", "MOBILE_IOS", "USER"})
"""The `changeSource` values behind which a person sits."""

_KINDS = {
    "deal": ObjectKind.DEAL,
    "contact": ObjectKind.CONTACT,
    "company": ObjectKind.COMPANY,
    "note": ObjectKind.NOTE,
}
_KINDS_BY_TYPE_ID = {
    "0-1": ObjectKind.CONTACT,
    "0-2": ObjectKind.COMPANY,
    "0-3": ObjectKind.DEAL,
    "0-46": ObjectKind.NOTE,
}


class Action(StrEnum):
    """What may have happened to a record, in HubSpot's words."""

    CREATION = "creation"
    PROPERTY_CHANGE = "propertyChange"
    DELETION = "deletion"
    RESTORE = "restore"
    MERGE = "merge"
    ASSOCIATION_CHANGE = "associationChange"
    PRIVACY_DELETION = "privacyDeletion"


class Fate(StrEnum):
    """What became of one event."""

    READ = "read"
    ECHO = "echo"
    UNKNOWN = "unknown"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a delivery points to.

    `purge` are contacts whose words must go, besides being marked. `counts` has a bounded set of
    labels: kind and action of events that are known, "other" for the rest.
    """

    keys: frozenset[ObjectKey]
    purge: frozenset[ObjectKey]
    counts: Mapping[tuple[str, Fate], int]


class UnreadableError(ValueError):
    """The body is not what HubSpot sends, and trying again will not make it so."""


class _MalformedError(ValueError):
    """One event lacks what its type promises."""


def read_delivery(body: bytes, own_prefix: str) -> Reading:
    """Read a body. Raises UnreadableError when it is no array of at most MAX_EVENTS events.

    `own_prefix` begins the names of the properties that we own, for example `ff_`.
    """
    try:
        events = orjson.loads(body)
    except orjson.JSONDecodeError:
        message = "the body is not JSON"
        raise UnreadableError(message) from None
    if not isinstance(events, list):
        message = "the body is not an array"
        raise UnreadableError(message)
    if len(events) > MAX_EVENTS:
        message = f"the array has more than {MAX_EVENTS} events"
        raise UnreadableError(message)
    read = [_read_event(event, own_prefix) for event in events]
    return Reading(
        keys=frozenset(key for one in read for key in one.keys),
        purge=frozenset(key for one in read if one.is_purge for key in one.keys),
        counts=Counter((one.label, one.fate) for one in read),
    )


class _Read(NamedTuple):
    label: str
    fate: Fate
    keys: tuple[ObjectKey, ...] = ()
    is_purge: bool = False


class _Type(NamedTuple):
    """What a `subscriptionType` means to us; `action` is None when it means nothing."""

    label: str
    kind: ObjectKind | None
    action: Action | None


_STRANGE = _Type("other", None, None)


def _read_event(event: Any, own_prefix: str) -> _Read:
    if not isinstance(event, dict) or not isinstance(event.get("subscriptionType"), str):
        return _Read("other", Fate.MALFORMED)
    type_id = event.get("objectTypeId")
    label, kind, action = _type_of(
        event["subscriptionType"], type_id if isinstance(type_id, str) else None
    )
    if action is None:
        return _Read(label, Fate.UNKNOWN)
    if action is Action.PROPERTY_CHANGE and _is_echo(event, own_prefix):
        return _Read(label, Fate.ECHO)
    try:
        keys = tuple(_keys(event, kind, action))
    except _MalformedError:
        return _Read(label, Fate.MALFORMED)
    if not keys:
        return _Read(label, Fate.UNKNOWN)
    return _Read(label, Fate.READ, keys, is_purge=action is Action.PRIVACY_DELETION)


@lru_cache(maxsize=256)
def _type_of(subscription: str, type_id: str | None) -> _Type:
    noun, _, verb = subscription.partition(".")
    kind = _kind_of_type_id(type_id) if noun == "object" else _KINDS.get(noun)
    try:
        action = Action(verb)
    except ValueError:
        return _STRANGE
    if action is Action.PRIVACY_DELETION and kind is not ObjectKind.CONTACT:
        return _STRANGE
    if kind is None and action is not Action.ASSOCIATION_CHANGE:
        return _STRANGE
    return _Type(f"{kind or 'object'}.{action}", kind, action)


def _is_echo(event: Mapping[str, Any], own_prefix: str) -> bool:
    name, source = event.get("propertyName"), event.get("changeSource")
    return (
        isinstance(name, str)
        and name.startswith(own_prefix)
        and isinstance(source, str)
        and source not in PEOPLE
    )


def _keys(event: Mapping[str, Any], kind: ObjectKind | None, action: Action) -> Iterable[ObjectKey]:
    if action is Action.ASSOCIATION_CHANGE:
        return _ends(event, kind)
    if kind is None:
        return ()
    if action is Action.MERGE:
        return _merged(event, kind)
    return (ObjectKey(kind, _id(event.get("objectId"))),)


def _ends(event: Mapping[str, Any], kind: ObjectKind | None) -> Iterator[ObjectKey]:
    """Both ends of an association, as far as they are of a kind that we judge on."""
    named = event.get("associationType")
    from_noun, _, to_noun = named.lower().partition("_to_") if isinstance(named, str) else ("",) * 3
    from_kind = _kind_of_type_id(event.get("fromObjectTypeId")) or _KINDS.get(from_noun) or kind
    to_kind = _kind_of_type_id(event.get("toObjectTypeId")) or _KINDS.get(to_noun)
    if from_kind is not None:
        yield ObjectKey(from_kind, _id(event.get("fromObjectId")))
    if to_kind is not None:
        yield ObjectKey(to_kind, _id(event.get("toObjectId")))


def _merged(event: Mapping[str, Any], kind: ObjectKind) -> Iterator[ObjectKey]:
    """The winner of a merge, which may be a new record, and every loser."""
    losers = event.get("mergedObjectIds", [])
    if not isinstance(losers, list) or len(losers) > MAX_MERGED:
        raise _MalformedError
    winners = [event.get(name) for name in ("objectId", "primaryObjectId", "newObjectId")]
    named = [value for value in (*winners, *losers) if value is not None]
    if not named:
        raise _MalformedError
    for value in named:
        yield ObjectKey(kind, _id(value))


def _kind_of_type_id(value: object) -> ObjectKind | None:
    return _KINDS_BY_TYPE_ID.get(value) if isinstance(value, str) else None


def _id(value: object) -> str:
    """A record's id as HubSpot writes it; numbers and strings of digits are the same id."""
    if type(value) is int and value >= 0:
        return str(value)
    if not isinstance(value, str) or not value.isascii() or not value.isdigit():
        raise _MalformedError
    if len(value) > _MAX_ID_DIGITS:
        raise _MalformedError
    return str(int(value))
