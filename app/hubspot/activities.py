"""E-mails, meetings and calls as HubSpot holds them, without their content.

Says who spoke to whom as far as HubSpot says so, and refuses to guess: a forwarded e-mail, a
meeting and whatever was never delivered have no direction. An e-mail that came from one of our
own people is ours, although HubSpot logs it as received when it arrives through a second mailbox.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from app.domain.deal import Activity, Direction, ObjectKey, ObjectKind, OwnerId
from app.hubspot import wire
from app.hubspot.errors import Garbled

ACTIVITY_PROPERTIES: Final[Mapping[ObjectKind, tuple[str, ...]]] = {
    ObjectKind.EMAIL: (
        "hs_timestamp",
        "hs_createdate",
        "hubspot_owner_id",
        "hs_email_direction",
        "hs_email_status",
        "hs_email_subject",
        "hs_email_from_email",
    ),
    ObjectKind.MEETING: (
        "hs_timestamp",
        "hs_createdate",
        "hubspot_owner_id",
        "hs_meeting_start_time",
        "hs_meeting_outcome",
    ),
    ObjectKind.CALL: (
        "hs_timestamp",
        "hs_createdate",
        "hubspot_owner_id",
        "hs_call_direction",
        "hs_call_disposition",
        "hs_call_status",
    ),
}
"""What is read of each kind; bodies are not."""

_TIMES: Final = ("hs_meeting_start_time", "hs_timestamp", "hs_createdate")
_OUTCOMES: Final = (
    "hs_email_status",
    "hs_meeting_outcome",
    "hs_call_disposition",
    "hs_call_status",
)
_DIRECTIONS: Final[Mapping[str, Direction]] = {
    "EMAIL": Direction.OUTGOING,
    "INCOMING_EMAIL": Direction.INCOMING,
    "OUTBOUND": Direction.OUTGOING,
    "INBOUND": Direction.INCOMING,
}
_UNDELIVERED: Final = frozenset({"BOUNCED", "FAILED", "SCHEDULED", "SENDING"})


def activity_of(
    kind: ObjectKind,
    record: wire.Record,
    hangs_on: tuple[ObjectKey, ...],
    own_addresses: Collection[str],
) -> Activity:
    """One activity. Raises Garbled when HubSpot gives no time for it at all."""
    read = record.properties.get
    owner = read("hubspot_owner_id")
    return Activity(
        key=ObjectKey(kind, record.id),
        direction=_direction(record, own_addresses),
        at=_moment(kind, record),
        hangs_on=hangs_on,
        outcome=next((value for name in _OUTCOMES if (value := read(name))), None),
        subject=read("hs_email_subject") or "",
        owner=OwnerId(owner) if owner else None,
    )


def _moment(kind: ObjectKind, record: wire.Record) -> datetime:
    times = (*(record.properties.get(name) for name in _TIMES), record.createdAt)
    found = next((moment for moment in map(wire.moment, times) if moment is not None), None)
    if found is None:
        message = f"{kind} {record.id}: HubSpot gives no time for it"
        raise Garbled(message)
    return found


def _direction(record: wire.Record, own_addresses: Collection[str]) -> Direction:
    read = record.properties.get
    said = read("hs_email_direction") or read("hs_call_direction") or ""
    direction = _DIRECTIONS.get(said, Direction.UNKNOWN)
    sender = (read("hs_email_from_email") or "").strip().casefold()
    if direction is Direction.INCOMING and sender in own_addresses:
        return Direction.OUTGOING
    if direction is Direction.OUTGOING and read("hs_email_status") in _UNDELIVERED:
        return Direction.UNKNOWN
    return direction
