"""The buying committee: which roles there are, and how a contact is seen to hold one.

A role is read from HubSpot's buying role of the contact and from the labels of its association
with the deal, whichever says so. Job titles are not read: a title is no role in this purchase.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.domain.deal import Contact, Unread, value_of
from app.domain.labels import folded

BUYING_ROLE = "hs_buying_role"
_SEPARATOR = ";"


@dataclass(frozen=True, slots=True)
class Role:
    """A role with the buying roles (HubSpot's internal values) and labels that stand for it."""

    id: str
    label: str
    buying_roles: tuple[str, ...]
    labels: tuple[str, ...]
    _labels: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Derive what every contact's labels are held against."""
        object.__setattr__(self, "_labels", frozenset(map(folded, self.labels)))

    def is_held_by(self, contact: Contact) -> bool | Unread:
        """Whether the contact holds it; Unread when the buying role was not read."""
        if not self._labels.isdisjoint(map(folded, contact.labels)):
            return True
        value = value_of(contact.properties, BUYING_ROLE)
        if isinstance(value, Unread):
            return value if self.buying_roles else False
        return not set((value or "").split(_SEPARATOR)).isdisjoint(self.buying_roles)
