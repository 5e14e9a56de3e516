"""Which events an app wants: the book of its subscriptions and the settings beside it.

One subscription is one (event type, property) pair, in the classic form (`deal.propertyChange`) or
in the generic one (`object.propertyChange` with an object type id). It refuses what HubSpot
refuses: unknown event types, properties that cannot be subscribed to, and more than 1,000 entries.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from ..portal.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ..clock import SandboxClock

MAX_SUBSCRIPTIONS = 1_000
DEFAULT_MAX_CONCURRENT_REQUESTS = 10
LEAST_CONCURRENT_REQUESTS = 6
UNSUBSCRIBABLE = frozenset(
    {"hs_lastmodifieddate", "lastmodifieddate", "num_unique_conversion_events"}
)
TYPE_IDS = {kind.singular: kind.type_id for kind in KINDS}
CLASSIC_NAMES = frozenset({"contact", "company", "deal", "ticket", "line_item", "product"})
_VERBS = frozenset({"creation", "deletion", "merge", "propertyChange", "restore"})
EVENT_TYPES = frozenset(
    {f"{name}.{verb}" for name in (*CLASSIC_NAMES, "object") for verb in _VERBS}
    | {f"{name}.associationChange" for name in (*(CLASSIC_NAMES - {"product"}), "object")}
    | {f"conversation.{verb}" for verb in ("creation", "deletion", "newMessage")}
    | {"conversation.privacyDeletion", "conversation.propertyChange"}
    | {"contact.privacyDeletion", "event.completed"}
)

Key = tuple[str, str | None, str | None]


class Form(StrEnum):
    """Which form the default subscriptions take; notes are generic in both."""

    LEGACY = "legacy"
    GENERIC = "generic"


class SubscriptionRefused(ValueError):
    """HubSpot would answer 400 with this message."""


@dataclass(slots=True)
class Subscription:
    """One entry of the book."""

    id: int
    event_type: str
    property_name: str | None
    object_type_id: str | None
    active: bool
    created_at: datetime
    updated_at: datetime

    @property
    def key(self) -> Key:
        """What makes an entry unique."""
        return self.event_type, self.object_type_id, self.property_name


@dataclass(slots=True)
class Settings:
    """Where deliveries go, and how many may be under way at once."""

    created_at: datetime
    updated_at: datetime
    target_url: str | None = None
    max_concurrent_requests: int = DEFAULT_MAX_CONCURRENT_REQUESTS


@dataclass(slots=True)
class Book:
    """All subscriptions of the one app; ids come from the seed."""

    clock: SandboxClock
    seed: int
    _by_key: dict[Key, Subscription] = field(default_factory=dict)
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(f"subscriptions-{self.seed}")

    def __iter__(self) -> Iterator[Subscription]:
        return iter(self._by_key.values())

    def add(
        self,
        event_type: str,
        *,
        property_name: str | None = None,
        object_type_id: str | None = None,
        active: bool = False,
    ) -> Subscription:
        """Enter a subscription.

        Raises:
            SubscriptionRefused: HubSpot would not accept it.
        """
        key = (event_type, object_type_id, property_name)
        self._check(key)
        now = self.clock.now()
        entry = Subscription(
            id=self._chance.randint(1_000_000, 9_999_999),
            event_type=event_type,
            property_name=property_name,
            object_type_id=object_type_id,
            active=active,
            created_at=now,
            updated_at=now,
        )
        self._by_key[key] = entry
        return entry

    def _check(self, key: Key) -> None:
        event_type, object_type_id, property_name = key
        if event_type not in EVENT_TYPES:
            message = f"Invalid eventType '{event_type}'"
        elif event_type.endswith(".propertyChange") == (property_name is None):
            message = f"propertyName is required for, and only for, propertyChange: {event_type}"
        elif property_name in UNSUBSCRIBABLE:
            message = f"Can't create a subscription for property '{property_name}'"
        elif event_type.startswith("object.") == (object_type_id is None):
            message = f"objectTypeId is required for, and only for, object events: {event_type}"
        elif key in self._by_key:
            message = f"A subscription of type {event_type} already exists"
        elif len(self._by_key) >= MAX_SUBSCRIPTIONS:
            message = (
                "Couldn't create another subscription. You've reached the maximum number "
                f"allowed per application ({MAX_SUBSCRIPTIONS})."
            )
        else:
            return
        raise SubscriptionRefused(message)

    def get(self, subscription_id: int) -> Subscription | None:
        """The entry with that id."""
        return next((entry for entry in self if entry.id == subscription_id), None)

    def set_active(self, entry: Subscription, *, active: bool) -> None:
        """Pause or resume an entry."""
        entry.active, entry.updated_at = active, self.clock.now()

    def remove(self, entry: Subscription) -> None:
        """Strike an entry out."""
        del self._by_key[entry.key]

    def active(self, key: Key) -> Subscription | None:
        """The active entry for a key."""
        entry = self._by_key.get(key)
        return entry if entry is not None and entry.active else None

    def use_defaults(self, form: Form) -> None:
        """Replace everything by what a user of this service would subscribe to."""
        self._by_key.clear()
        for name, verb, property_name in _DEFAULTS:
            generic = name not in CLASSIC_NAMES or form is Form.GENERIC
            self.add(
                f"object.{verb}" if generic else f"{name}.{verb}",
                property_name=property_name,
                object_type_id=TYPE_IDS[name] if generic else None,
                active=True,
            )
        self.add("contact.privacyDeletion", active=True)


_WATCHED = {
    "deal": (
        "dealstage",
        "pipeline",
        "amount",
        "closedate",
        "hubspot_owner_id",
        "dealname",
        "hs_next_step",
        "hs_manual_forecast_category",
        "closed_lost_reason",
    ),
    "contact": (
        "hs_lead_status",
        "lifecyclestage",
        "hs_buying_role",
        "hubspot_owner_id",
        "email",
    ),
    "company": ("name", "domain", "hubspot_owner_id"),
    "note": ("hs_note_body", "hs_timestamp"),
}


def _defaults() -> Iterator[tuple[str, str, str | None]]:
    for name, properties in _WATCHED.items():
        for verb in ("creation", "deletion", "restore", "associationChange"):
            yield name, verb, None
        if name != "note":
            yield name, "merge", None
        for property_name in properties:
            yield name, "propertyChange", property_name


_DEFAULTS = tuple(_defaults())
