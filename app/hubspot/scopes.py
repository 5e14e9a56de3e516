"""The scopes that Dealgate asks for, each with what it is used for; no other is ever needed.

HubSpot files notes, e-mails, meetings and calls under the scopes of contacts, pipelines under those
of deals, and property definitions may be read by whoever may read the records. Scopes that only
write are left out for an installation that writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Use(StrEnum):
    """When a scope is needed."""

    READING = "reading"
    WRITING = "writing"
    SETUP = "setup"


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope, what it is for, and when."""

    name: str
    reason: str
    use: Use


READ_DEALS = Scope(
    "crm.objects.deals.read", "read deals, their pipelines, stages and history", Use.READING
)
READ_CONTACTS = Scope(
    "crm.objects.contacts.read",
    "read contacts, and the notes, e-mails, meetings and calls that HubSpot files under contacts",
    Use.READING,
)
READ_COMPANIES = Scope("crm.objects.companies.read", "read companies", Use.READING)
READ_OWNERS = Scope(
    "crm.objects.owners.read", "name a deal's owner and address alerts to them", Use.READING
)
SCOPES = (
    READ_DEALS,
    READ_CONTACTS,
    READ_COMPANIES,
    READ_OWNERS,
    Scope("crm.objects.deals.write", "write blockers, standing and zone of deals", Use.WRITING),
    Scope(
        "crm.objects.contacts.write",
        "write the qualification of contacts, and the notes that document waivers",
        Use.WRITING,
    ),
    Scope("crm.objects.companies.write", "write the zone of companies", Use.WRITING),
    Scope("crm.schemas.deals.write", "create our properties of deals", Use.SETUP),
    Scope("crm.schemas.contacts.write", "create our properties of contacts", Use.SETUP),
    Scope("crm.schemas.companies.write", "create our properties of companies", Use.SETUP),
)


def scopes(*, writes: bool) -> Iterator[Scope]:
    """Those that an installation needs; without `writes` only the reading ones."""
    return (scope for scope in SCOPES if writes or scope.use is Use.READING)
