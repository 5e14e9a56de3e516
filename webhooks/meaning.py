"""What HubSpot's words for an event mean to us, asked once for each combination of them. Pure.

An event about one of our own properties that no person caused is the echo of our own write and is
dropped. Dropping too little costs one look that writes nothing, so an unnamed source is kept.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from app.domain.deal import ObjectKind

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

Shape = tuple[object, ...]
"""An event's `subscriptionType`, `objectTypeId`, `propertyName` and `changeSource` as they came."""


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


class Meaning(NamedTuple):
    """`fate` is READ for events whose records are worth reading; else it is final.

    `action` is None where the words mean nothing to us, `kind` also where each end of an
    association has a kind of its own.
    """

    label: str
    fate: Fate
    kind: ObjectKind | None = None
    action: Action | None = None


_STRANGE = Meaning("other", Fate.UNKNOWN)


def meaning_of(shape: Shape, own_prefix: str) -> Meaning:
    """What events of a shape mean; `own_prefix` begins the names of our own properties."""
    subscription, type_id, property_name, source = shape
    if not isinstance(subscription, str):
        return Meaning("other", Fate.MALFORMED)
    meaning = _meaning_of_type(subscription, type_id if isinstance(type_id, str) else None)
    is_echo = (
        meaning.action is Action.PROPERTY_CHANGE
        and isinstance(property_name, str)
        and property_name.startswith(own_prefix)
        and isinstance(source, str)
        and source not in PEOPLE
    )
    return meaning._replace(fate=Fate.ECHO) if is_echo else meaning


def kind_of_type_id(value: object) -> ObjectKind | None:
    """The kind behind an id such as 0-3, if we judge on it."""
    return _KINDS_BY_TYPE_ID.get(value) if isinstance(value, str) else None


def kinds_of_association(value: object) -> tuple[ObjectKind | None, ObjectKind | None]:
    """The kinds of both ends of an association named such as DEAL_TO_CONTACT."""
    if not isinstance(value, str):
        return None, None
    from_noun, _, to_noun = value.lower().partition("_to_")
    return _KINDS.get(from_noun), _KINDS.get(to_noun)


@lru_cache(maxsize=256)
def _meaning_of_type(subscription: str, type_id: str | None) -> Meaning:
    noun, _, verb = subscription.partition(".")
    kind = kind_of_type_id(type_id) if noun == "object" else _KINDS.get(noun)
    try:
        action = Action(verb)
    except ValueError:
        return _STRANGE
    if action is Action.PRIVACY_DELETION and kind is not ObjectKind.CONTACT:
        return _STRANGE
    if kind is None and action is not Action.ASSOCIATION_CHANGE:
        return _STRANGE
    return Meaning(f"{kind or 'object'}.{action}", Fate.READ, kind, action)
