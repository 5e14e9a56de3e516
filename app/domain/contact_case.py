"""One contact of a deal, prepared for the rules that hold for each contact by itself.

Nothing in it depends on the deal that it was read for, so that every deal of the contact says the
same of it. What several rules look at is derived once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from app.domain.deal import Contact, ObjectKey, ObjectKind, Snapshot, Unread
from app.domain.exchange import Exchange, ReplyRules
from app.domain.lead_status import LeadStatus, LeadStatusRules
from app.domain.verdict import Evidence


@dataclass(frozen=True, slots=True)
class ContactCase:
    """One contact as its rules see it as of `now`; `snapshot` is that of any of its deals.

    `status` is its lead status, `exchange` what was said between us and this contact,
    `has_open_deal` whether any of its deals is open.
    """

    contact: Contact
    now: datetime
    snapshot: Snapshot
    replies: ReplyRules
    rules: LeadStatusRules
    key: ObjectKey = field(init=False)
    status: LeadStatus | Unread | None = field(init=False)
    exchange: Exchange | Unread = field(init=False)
    has_open_deal: bool | Unread = field(init=False)

    def __post_init__(self) -> None:
        """Derive what the rules look at."""
        key = ObjectKey(ObjectKind.CONTACT, self.contact.id)
        exchange = self.replies.exchange(self.snapshot.activities, self.now, key)
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "status", self.rules.status_of(self.contact))
        object.__setattr__(self, "exchange", exchange)
        object.__setattr__(self, "has_open_deal", _has_open_deal(self.snapshot, key))

    @property
    def link(self) -> str:
        """The address of the deal's record, from where the contact is a click away."""
        return self.snapshot.link

    def evidence(self) -> Evidence:
        """The contact's lead status as evidence."""
        return self.rules.evidence(self.contact)


def _has_open_deal(snapshot: Snapshot, key: ObjectKey) -> bool | Unread:
    position, siblings = snapshot.position, snapshot.siblings
    if not isinstance(position, Unread) and not (position.is_closed or position.is_won):
        return True
    if isinstance(siblings, Unread):
        return siblings
    if any(key in sibling.shares for sibling in siblings):
        return True
    return position if isinstance(position, Unread) else False
