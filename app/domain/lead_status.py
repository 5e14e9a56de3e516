"""What a contact's lead status says, read against the values that the policy knows.

Refuses to guess: a value that is not in the policy's list is unread rather than wrong, because a
portal's administrator can rename and add options at any time; and where nothing says who leads
the deal, every contact that may lead it counts as a possible leader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType

from app.domain.deal import Contact, ObjectKey, ObjectKind, Unread, value_of
from app.domain.verdict import Evidence

LeadStatus = NewType("LeadStatus", str)
"""Internal value of an option of the lead status property, for example `OPEN_DEAL`."""


@dataclass(frozen=True, slots=True)
class StatusOption:
    """One value of the lead status: its internal value, its label, and when it is right."""

    value: LeadStatus
    label: str
    when: str


@dataclass(frozen=True, slots=True)
class LeadStatusRules:
    """The lead status as the policy knows it.

    `open_deal` is the value that a contact of an opportunity carries. `leading_labels` are the
    association labels that name the leading contact, strongest first. `qualified_lifecycles` are
    the lifecycle stages whose contacts must carry a lead status at all.
    """

    property: str
    lifecycle_property: str
    qualified_lifecycles: tuple[str, ...]
    leading_labels: tuple[str, ...]
    open_deal: LeadStatus
    statuses: tuple[StatusOption, ...]
    source: str
    _labels: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Derive what every contact is looked up in."""
        object.__setattr__(self, "_labels", {s.value: s.label for s in self.statuses})

    def label(self, value: str) -> str:
        """The label that people see for a value; the value itself when it is not known."""
        return self._labels.get(value, value)

    def status_of(self, contact: Contact) -> LeadStatus | Unread | None:
        """The contact's status, None when it has none, Unread when it cannot be told."""
        value = value_of(contact.properties, self.property)
        if isinstance(value, Unread):
            return value
        if not value:
            return None
        if value in self._labels:
            return LeadStatus(value)
        known = ", ".join(self._labels.values())
        return Unread(
            f"{contact.name} has the lead status {value!r}, which the policy does not know "
            f"(it knows {known})"
        )

    def evidence(self, contact: Contact) -> Evidence:
        """The contact's status as evidence."""
        value = contact.properties.get(self.property) or ""
        key = ObjectKey(ObjectKind.CONTACT, contact.id)
        return Evidence(key, f"{self.property}: {self.label(value)}")

    def doubt_on(self, contact: Contact, status: LeadStatus | Unread | None) -> str:
        """Why this contact's status cannot be told, in one sentence; empty when it can."""
        if isinstance(status, Unread) and self.property in contact.properties:
            return f"Can't tell: {status.reason}."
        return ""
