"""Exactly the webhooks that a policy needs: the changes that can alter a verdict, and no others.

Each is (kind of record, event, property). HubSpot knows two forms of the same: generic ones
(`object.propertyChange` on an object type), which project apps use and the only ones that exist
for notes, and legacy ones (`deal.propertyChange`). Properties that HubSpot calculates never fire
and are left out, and so are our own: nobody else writes those, and the sweep heals them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from app.domain.deal import ObjectKind
from app.domain.needs import Needs
from app.hubspot.observing import BASE_PROPERTIES

MAX_SUBSCRIPTIONS: Final = 1_000
"""HubSpot's limit for one app."""
SILENT: Final = frozenset({"createdate", "hs_lastmodifieddate", "lastmodifieddate"})
SILENT_PREFIXES: Final = ("hs_v2_", "hs_date_", "hs_is_", "hs_time_in_", "notes_", "num_")
NOTE_PROPERTIES: Final = ("hs_note_body", "hs_timestamp")
_LIFE: Final = ("deletion", "restore", "merge", "associationChange")
_EVENTS: Final = {
    ObjectKind.DEAL: ("creation", *_LIFE),
    ObjectKind.CONTACT: _LIFE,  # a new contact matters once it is associated, which is told
    ObjectKind.COMPANY: _LIFE,
    ObjectKind.NOTE: ("creation", "deletion", "restore", "associationChange"),
}


@dataclass(frozen=True, slots=True)
class Subscription:
    """One event of one kind of record; `property` is set for, and only for, propertyChange."""

    kind: ObjectKind
    event: str
    property: str | None = None

    def generic(self) -> dict[str, Any]:
        """As an entry of `crmObjects` of a project app."""
        return self._entry(f"object.{self.event}", {"objectType": self.kind.value})

    def legacy(self) -> dict[str, Any]:
        """As an entry of `legacyCrmObjects`; raises ValueError for a note, which has no such."""
        if self.kind is ObjectKind.NOTE:
            message = "notes have generic subscriptions only"
            raise ValueError(message)
        return self._entry(f"{self.kind.value}.{self.event}", {})

    def _entry(self, name: str, of: dict[str, Any]) -> dict[str, Any]:
        changed = {"propertyName": self.property} if self.property else {}
        return {"subscriptionType": name, **of, **changed, "active": True}


PRIVACY_DELETION: Final = {"subscriptionType": "contact.privacyDeletion", "active": True}
"""The one hub event: stored quotes of the contact's deals are blanked."""


def subscriptions(needs: Needs) -> tuple[Subscription, ...]:
    """What a policy with these needs has to hear of, deals first."""
    watched = {
        **BASE_PROPERTIES,
        ObjectKind.DEAL: (*BASE_PROPERTIES[ObjectKind.DEAL], *needs.deal_properties),
        ObjectKind.CONTACT: (*BASE_PROPERTIES[ObjectKind.CONTACT], *needs.contact_properties),
        ObjectKind.NOTE: NOTE_PROPERTIES,
    }
    return tuple(
        subscription for kind in _EVENTS for subscription in _of(kind, watched.get(kind, ()))
    )


def _of(kind: ObjectKind, properties: Iterable[str]) -> Iterator[Subscription]:
    for event in _EVENTS[kind]:
        yield Subscription(kind, event)
    for name in dict.fromkeys(properties):
        if name not in SILENT and not name.startswith(SILENT_PREFIXES):
            yield Subscription(kind, "propertyChange", name)
