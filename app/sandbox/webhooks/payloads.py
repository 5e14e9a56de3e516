"""From a change in the portal to the events that HubSpot would send about it.

One change becomes one event per matching subscription: none, one, or several. An association is
told in both directions, since HubSpot sends two events when both sides are subscribed. It refuses
to tell of properties that nobody subscribed to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..changes import Change, ChangeKind
from ..clock import to_epoch_ms
from ..portal.edges import PLAIN, PRIMARY
from ..portal.kinds import KINDS
from .subscriptions import CLASSIC_NAMES, TYPE_IDS, Book, Subscription

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]

_VERBS = {
    ChangeKind.CREATED: "creation",
    ChangeKind.UPDATED: "propertyChange",
    ChangeKind.ARCHIVED: "deletion",
    ChangeKind.RESTORED: "restore",
    ChangeKind.MERGED: "merge",
    ChangeKind.ASSOCIATED: "associationChange",
    ChangeKind.DISSOCIATED: "associationChange",
    ChangeKind.PRIVACY_DELETED: "privacyDeletion",
}
_SINGULAR = {kind.plural: kind.singular for kind in KINDS}
_CLASSIC_ENDS = CLASSIC_NAMES - {"product"}
_INVERSE = {
    edge.type_id: table[pair[::-1]].type_id
    for table in (PLAIN, PRIMARY)
    for pair, edge in table.items()
    if pair[::-1] in table
}


@dataclass(frozen=True, slots=True)
class Wording:
    """What every event of this app and portal carries."""

    portal_id: int
    app_id: int
    next_event_id: Callable[[], int]


def events_of(change: Change, book: Book, wording: Wording) -> Iterator[Json]:
    """The events for one change, in no promised order."""
    if change.kind in {ChangeKind.ASSOCIATED, ChangeKind.DISSOCIATED}:
        yield from _association_events(change, book, wording)
        return
    name = singular(change.object_type)
    for entry in _entries(book, name, _VERBS[change.kind], change.property_name):
        yield _common(change, entry, wording) | _about(change) | _generic(entry)


def singular(object_type: str) -> str:
    """`deals` → `deal`; event types and association types use the singular."""
    return _SINGULAR[object_type]


def _entries(
    book: Book, name: str, verb: str, property_name: str | None, *, classic: bool = True
) -> Iterator[Subscription]:
    """The active subscriptions, in both forms, for what happened to one kind of record."""
    keys = [("object." + verb, TYPE_IDS.get(name), property_name)]
    if classic:
        keys.append((f"{name}.{verb}", None, property_name))
    for key in keys:
        entry = book.active(key)
        if entry is not None:
            yield entry


def _common(change: Change, entry: Subscription, wording: Wording) -> Json:
    return {
        "eventId": wording.next_event_id(),
        "subscriptionId": entry.id,
        "portalId": wording.portal_id,
        "appId": wording.app_id,
        "occurredAt": to_epoch_ms(change.occurred_at),
        "subscriptionType": entry.event_type,
        "attemptNumber": 0,
        "changeSource": change.actor.source,
        "sourceId": change.actor.source_id,
    }


def _about(change: Change) -> Json:
    match change.kind:
        case ChangeKind.UPDATED:
            return {
                "objectId": change.object_id,
                "propertyName": change.property_name,
                "propertyValue": change.property_value or "",
            }
        case ChangeKind.CREATED:
            return {"objectId": change.object_id, "changeFlag": "NEW"}
        case ChangeKind.ARCHIVED:
            return {"objectId": change.object_id, "changeFlag": "DELETED"}
        case ChangeKind.MERGED:
            return {
                "objectId": change.new_id or change.object_id,
                "primaryObjectId": change.object_id,
                "mergedObjectIds": list(change.merged_ids),
                "newObjectId": change.new_id or change.object_id,
                "numberOfPropertiesMoved": change.properties_moved,
            }
        case _:
            return {"objectId": change.object_id}


def _generic(entry: Subscription) -> Json:
    if entry.object_type_id is None:
        return {}
    extra: Json = {"objectTypeId": entry.object_type_id}
    return extra | {"isSensitive": False} if entry.property_name else extra


def _association_events(change: Change, book: Book, wording: Wording) -> Iterator[Json]:
    if change.to_type is None:
        return
    here, there = singular(change.object_type), singular(change.to_type)
    type_id = change.type_id
    forward = (here, change.object_id, there, change.to_id, type_id)
    backward = (there, change.to_id, here, change.object_id, _INVERSE.get(type_id or 0, type_id))
    classic = {here, there} <= _CLASSIC_ENDS
    for from_name, from_id, to_name, to_id, end_type_id in (forward, backward):
        for entry in _entries(book, from_name, "associationChange", None, classic=classic):
            event = _common(change, entry, wording) | {
                "associationType": f"{from_name}_TO_{to_name}".upper(),
                "fromObjectId": from_id,
                "toObjectId": to_id,
                "associationRemoved": change.kind is ChangeKind.DISSOCIATED,
                "isPrimaryAssociation": change.is_primary,
            }
            if entry.object_type_id is not None:
                event |= {
                    "fromObjectTypeId": TYPE_IDS[from_name],
                    "toObjectTypeId": TYPE_IDS.get(to_name),
                    "associationTypeId": end_type_id,
                    "associationCategory": change.category,
                }
            yield event
