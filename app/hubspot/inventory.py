"""What a portal has by way of property definitions: groups, properties, deleted ones, and room.

Read only, one kind of record at a time. Room is HubSpot's own count where the portal tells it, and
else the documented limit minus what is there. It refuses to guess about a property that it was
not shown: what cannot be read is raised as Failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.deal import ObjectKind
from app.hubspot import wire
from app.hubspot.client import HubSpotClient
from app.hubspot.errors import Denied, Missing
from app.hubspot.reading import PLURAL

MAX_CUSTOM_PROPERTIES: Final = 1_000
"""For each kind of record, unless the account's subscription allows fewer."""
TYPE_IDS: Final[Mapping[ObjectKind, str]] = {
    ObjectKind.CONTACT: "0-1",
    ObjectKind.COMPANY: "0-2",
    ObjectKind.DEAL: "0-3",
}


@dataclass(frozen=True, slots=True)
class Inventory:
    """What there is for one kind of record; `room` is how many more properties fit."""

    groups: frozenset[str]
    properties: Mapping[str, wire.Property]
    archived: Mapping[str, wire.Property]
    room: int


def inventory(client: HubSpotClient, kind: ObjectKind, rooms: Mapping[str, int]) -> Inventory:
    """What the portal has for `kind`; `rooms` is the answer of `rooms`. Raises Failure."""
    properties = _properties(client, kind, archived=False)
    ours = sum(not each.hubspotDefined for each in properties.values())
    return Inventory(
        groups=_groups(client, kind),
        properties=properties,
        archived=_properties(client, kind, archived=True),
        room=rooms.get(TYPE_IDS[kind], MAX_CUSTOM_PROPERTIES - ours),
    )


def rooms(client: HubSpotClient) -> Mapping[str, int]:
    """How many more custom properties fit, by object type id; empty when HubSpot does not say.

    An account may have a limit over all kinds together, which then bounds each. Raises Failure
    when HubSpot is away.
    """
    try:
        document = client.property_limits()
    except (Denied, Missing):
        return {}
    limits = wire.shaped(wire.PropertyLimits, document, "read the limits of custom properties")
    left = {
        each.objectTypeId: each.limit - each.usage
        for each in limits.byObjectType
        if each.limit is not None and each.usage is not None
    }
    if limits.overallLimit is None or limits.overallUsage is None:
        return left
    overall = limits.overallLimit - limits.overallUsage
    return {type_id: min(room, overall) for type_id, room in left.items()}


def _groups(client: HubSpotClient, kind: ObjectKind) -> frozenset[str]:
    document = client.property_groups(PLURAL[kind])
    answer = wire.shaped(wire.Groups, document, f"read the property groups of {PLURAL[kind]}")
    return frozenset(each.name for each in answer.results)


def _properties(
    client: HubSpotClient, kind: ObjectKind, *, archived: bool
) -> Mapping[str, wire.Property]:
    document = client.properties(PLURAL[kind], archived=archived)
    operation = f"read the properties of {PLURAL[kind]}"
    answer = wire.shaped(wire.PropertyDefinitions, document, operation)
    return {each.name: each for each in answer.results if bool(each.archived) is archived}
