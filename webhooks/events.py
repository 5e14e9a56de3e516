"""From the body of a verified delivery to the records that want looking at. Pure.

HubSpot sends an array of events in two forms that mean the same: `deal.propertyChange`, and
`object.propertyChange` with `objectTypeId` 0-3, which newer apps get. Fields come and go, ids are
numbers or strings, an association has two ends and no `objectId`, a merge has losers. So this
reads what it needs and lets the rest be; a type that it does not know is counted and not refused,
and an event that makes no sense never takes its neighbours with it.

Deliveries come in floods, so only the fields that matter are decoded, and events that differ in
nothing but their record are judged together: a delivery has a hundred events of a few such shapes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

import msgspec
import orjson

from app.domain.deal import IdsByKind, ObjectKey, ObjectKind
from webhooks.meaning import (
    Action,
    Fate,
    Meaning,
    Shape,
    kind_of_type_id,
    kinds_of_association,
    meaning_of,
)

MAX_EVENTS = 1000
"""HubSpot documents 100 for one delivery; ten times that is no delivery of HubSpot's."""
MAX_MERGED = 100
MAX_ID_DIGITS = 20
MAX_ID = 10**MAX_ID_DIGITS - 1


@dataclass(frozen=True, slots=True)
class Reading:
    """What a delivery points to.

    `ids` are the records that want looking at, by kind. `purge` are contacts whose words must go,
    besides being marked. `counts` has a bounded set of labels: kind and action of events that are
    known, "other" for the rest.
    """

    ids: IdsByKind
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
    ids: dict[ObjectKind, set[str]] = {}
    purge: set[ObjectKey] = set()
    counts: Counter[tuple[str, Fate]] = Counter()
    for shape, events in _by_shape(_events(body)).items():
        meaning = meaning_of(shape, own_prefix)
        is_read = meaning.fate is Fate.READ
        found, fates = _records(meaning, events) if is_read else ({}, {meaning.fate: len(events)})
        for kind, named in found.items():
            ids.setdefault(kind, set()).update(named)
            if meaning.action is Action.PRIVACY_DELETION:
                purge.update(ObjectKey(kind, each) for each in named)
        for fate, count in fates.items():
            counts[meaning.label, fate] += count
    return Reading(ids, frozenset(purge), counts)


class _Event(msgspec.Struct, gc=False):
    """The fields of an event that mean something to us, whatever is in them."""

    subscriptionType: Any = None  # noqa: N815 - HubSpot's names, here and below
    objectTypeId: Any = None  # noqa: N815
    propertyName: Any = None  # noqa: N815
    changeSource: Any = None  # noqa: N815
    objectId: Any = None  # noqa: N815
    associationType: Any = None  # noqa: N815
    fromObjectTypeId: Any = None  # noqa: N815
    fromObjectId: Any = None  # noqa: N815
    toObjectTypeId: Any = None  # noqa: N815
    toObjectId: Any = None  # noqa: N815
    primaryObjectId: Any = None  # noqa: N815
    newObjectId: Any = None  # noqa: N815
    mergedObjectIds: Any = ()  # noqa: N815


_FIELDS = tuple(msgspec.structs.fields(_Event))
_decode = msgspec.json.Decoder(list[_Event]).decode


def _events(body: bytes) -> list[_Event]:
    try:
        events = _decode(body)
    except (msgspec.DecodeError, RecursionError):
        # Not every item is an object, or one is deeper than that decoder goes.
        events = [_event(item) for item in _items(body)]
    if len(events) > MAX_EVENTS:
        message = f"the array has more than {MAX_EVENTS} events"
        raise UnreadableError(message)
    return events


def _items(body: bytes) -> list[Any]:
    try:
        items = orjson.loads(body)
    except orjson.JSONDecodeError:
        message = "the body is not JSON"
        raise UnreadableError(message) from None
    if not isinstance(items, list):
        message = "the body is not an array"
        raise UnreadableError(message)
    return items


def _event(item: Any) -> _Event:
    """An item as an event, one without any field if it is no object."""
    given = item if isinstance(item, dict) else {}
    return _Event(**{field.name: given[field.name] for field in _FIELDS if field.name in given})


_shape_of: Callable[[_Event], Shape] = attrgetter(
    "subscriptionType", "objectTypeId", "propertyName", "changeSource"
)


def _by_shape(events: list[_Event]) -> Mapping[Shape, list[_Event]]:
    """The events by what they share."""
    shapes: dict[Shape, list[_Event]] = {}
    for event in events:
        try:
            shapes.setdefault(_shape_of(event), []).append(event)
        except TypeError:  # a list or an object where HubSpot has a word
            shapes.setdefault(_plain(event), []).append(event)
    return shapes


def _plain(event: _Event) -> Shape:
    """The shape without what is no word; it would mean nothing anyway."""
    words = (each if isinstance(each, str) else None for each in _shape_of(event))
    return tuple(words)


Found = Mapping[ObjectKind, set[str]]
Fates = Mapping[Fate, int]


def _records(meaning: Meaning, events: list[_Event]) -> tuple[Found, Fates]:
    """The records that events of one meaning name, and what became of the events."""
    if meaning.kind is None or meaning.action is Action.ASSOCIATION_CHANGE:
        return _read_each(events, partial(_ends, kind=meaning.kind))
    if meaning.action is Action.MERGE:
        return _read_each(events, partial(_merged, kind=meaning.kind))
    ids = [_id(event.objectId) for event in events]
    malformed = ids.count(None)
    named = {each for each in ids if each is not None}
    fates = {Fate.READ: len(ids) - malformed, Fate.MALFORMED: malformed}
    return {meaning.kind: named}, {fate: count for fate, count in fates.items() if count}


def _read_each(
    events: list[_Event], ends: Callable[[_Event], Iterator[tuple[ObjectKind, str]]]
) -> tuple[Found, Fates]:
    """Events that name several records, or none."""
    found: dict[ObjectKind, set[str]] = {}
    fates: Counter[Fate] = Counter()
    for event in events:
        try:
            records = tuple(ends(event))
        except _MalformedError:
            fates[Fate.MALFORMED] += 1
            continue
        fates[Fate.READ if records else Fate.UNKNOWN] += 1
        for kind, object_id in records:
            found.setdefault(kind, set()).add(object_id)
    return found, fates


def _ends(event: _Event, kind: ObjectKind | None) -> Iterator[tuple[ObjectKind, str]]:
    """Both ends of an association, as far as they are of a kind that we judge on."""
    from_kind, to_kind = kinds_of_association(event.associationType)
    from_kind = kind_of_type_id(event.fromObjectTypeId) or from_kind or kind
    to_kind = kind_of_type_id(event.toObjectTypeId) or to_kind
    if from_kind is not None:
        yield from_kind, _needed_id(event.fromObjectId)
    if to_kind is not None:
        yield to_kind, _needed_id(event.toObjectId)


def _merged(event: _Event, kind: ObjectKind) -> Iterator[tuple[ObjectKind, str]]:
    """The winner of a merge, which may be a new record, and every loser."""
    losers = event.mergedObjectIds
    if not isinstance(losers, list | tuple) or len(losers) > MAX_MERGED:
        raise _MalformedError
    winners = (event.objectId, event.primaryObjectId, event.newObjectId)
    named = [value for value in (*winners, *losers) if value is not None]
    if not named:
        raise _MalformedError
    for value in named:
        yield kind, _needed_id(value)


def _needed_id(value: object) -> str:
    found = _id(value)
    if found is None:
        raise _MalformedError
    return found


def _id(value: object) -> str | None:
    """A record's id as HubSpot writes it; numbers and strings of digits are the same id.

    None for anything else.
    """
    if type(value) is int:
        return str(value) if 0 <= value <= MAX_ID else None
    if not isinstance(value, str) or not value.isascii() or not value.isdigit():
        return None
    return str(int(value)) if len(value) <= MAX_ID_DIGITS else None
