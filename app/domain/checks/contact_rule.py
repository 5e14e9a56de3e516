"""Rules that hold for each contact by itself, and the deal's answer from all of them.

The same rule writes the finding on the contact's own record and the finding on each of its deals,
so that the two never disagree.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.case import Case, Check, Outcome, earliest, not_checkable
from app.domain.deal import Contact, ObjectKey, ObjectKind, Unread
from app.domain.exchange import Exchange
from app.domain.lead_status import LeadStatus, LeadStatusRules
from app.domain.verdict import Evidence, State


@dataclass(frozen=True, slots=True)
class ContactCase:
    """One contact as its rules see it; nothing in it depends on the deal that it was read for.

    `exchange` is what was said between us and this contact; `has_open_deal` whether any of its
    deals is open.
    """

    contact: Contact
    now: datetime
    exchange: Exchange | Unread
    has_open_deal: bool | Unread
    rules: LeadStatusRules
    link: str

    @property
    def key(self) -> ObjectKey:
        """The contact's key."""
        return ObjectKey(ObjectKind.CONTACT, self.contact.id)

    @property
    def status(self) -> LeadStatus | Unread | None:
        """The lead status."""
        return self.rules.status_of(self.contact)

    def evidence(self) -> Evidence:
        """The contact's lead status as evidence."""
        return self.rules.evidence(self.contact)


class ContactRule(Check):
    """A check that holds for each contact by itself.

    Met when every contact to which it applies meets it. Does not apply to a deal without such a
    contact. Names all contacts that fail, and the first that cannot be told.
    """

    __slots__ = ()

    @abstractmethod
    def on_contact(self, case: ContactCase) -> Outcome | None:
        """What one contact shows; None when the rule does not apply to it."""

    def __call__(self, case: Case) -> Outcome | None:
        """See the class."""
        if isinstance(case.contacts, Unread):
            return not_checkable(case.contacts.reason)
        outcomes = [
            outcome
            for contact in case.contacts
            if (outcome := self.on_contact(contact_case(case, contact))) is not None
        ]
        if not outcomes:
            return None
        recheck_at = earliest(outcome.recheck_at for outcome in outcomes)
        by_state: Mapping[State, list[Outcome]] = {
            state: [o for o in outcomes if o.state is state] for state in State
        }
        unmet = by_state[State.UNMET]
        if unmet:
            evidence = tuple(e for outcome in unmet for e in outcome.evidence)
            message = " ".join(outcome.message for outcome in unmet)
            return Outcome(State.UNMET, unmet[0].reason, message, evidence, recheck_at=recheck_at)
        first = (by_state[State.UNKNOWN] or outcomes)[0]
        return Outcome(
            first.state, first.reason, first.message, first.evidence, first.ask, recheck_at
        )


def contact_case(case: Case, contact: Contact) -> ContactCase:
    """A contact of the deal, by itself."""
    key = ObjectKey(ObjectKind.CONTACT, contact.id)
    activities = case.snapshot.activities
    return ContactCase(
        contact=contact,
        now=case.now,
        exchange=(
            activities
            if isinstance(activities, Unread)
            else case.replies.exchange(activities, case.now, key)
        ),
        has_open_deal=_has_open_deal(case, key),
        rules=case.lead_status,
        link=case.snapshot.link,
    )


def _has_open_deal(case: Case, key: ObjectKey) -> bool | Unread:
    position, siblings = case.snapshot.position, case.snapshot.siblings
    if not isinstance(position, Unread) and not (position.is_closed or position.is_won):
        return True
    if isinstance(siblings, Unread):
        return siblings
    if any(key in sibling.shares for sibling in siblings):
        return True
    return position if isinstance(position, Unread) else False
