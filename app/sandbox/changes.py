"""What happened in the portal, told once: the vocabulary between the portal and its webhooks.

A change says what became true and who did it. It refuses to know how HubSpot words it on the
wire: subscription names, both event forms and both directions of an association are the sender's
business, since one change may become several events or none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class ChangeKind(StrEnum):
    """Everything that can happen to a record."""

    CREATED = "created"
    UPDATED = "updated"
    ARCHIVED = "archived"
    RESTORED = "restored"
    MERGED = "merged"
    ASSOCIATED = "associated"
    DISSOCIATED = "dissociated"
    PRIVACY_DELETED = "privacy_deleted"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who made a change, in HubSpot's words.

    `source` is HubSpot's change source (`CRM_UI`, `INTEGRATION`, `IMPORT`,
    `AUTOMATION_PLATFORM`, ...), `source_id` is `userId:123` for a person and the app's id for an
    integration.
    """

    source: str
    source_id: str
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one record; fields that do not belong to `kind` are None.

    An association is told once, in the direction in which it was written. `properties_moved` is
    the count that HubSpot sends along with a merge.
    """

    kind: ChangeKind
    object_type: str
    object_id: int
    occurred_at: datetime
    actor: Actor
    property_name: str | None = None
    property_value: str | None = None
    to_type: str | None = None
    to_id: int | None = None
    type_id: int | None = None
    category: str | None = None
    is_primary: bool = False
    merged_ids: tuple[int, ...] = ()
    new_id: int | None = None
    properties_moved: int = 0
