"""Checks on who buys: committee roles, a deal on one thread, several deals at one company."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.case import Case, Check, Outcome, not_checkable
from app.domain.checks.parameters import Count, PropertyName, RoleId
from app.domain.checks.record import number_of
from app.domain.committee import BUYING_ROLE
from app.domain.deal import ObjectKey, ObjectKind, Unread, value_of
from app.domain.needs import Needs
from app.domain.verdict import Evidence, State

_NO_OTHER_DEAL = Outcome(State.MET, "met", "No other open deal at the company.")


@dataclass(frozen=True, slots=True)
class CommitteeRole(Check):
    """Met when a contact of the deal holds the role."""

    role: RoleId

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        if isinstance(case.contacts, Unread):
            return not_checkable(case.contacts.reason)
        role = next(each for each in case.committee if each.id == self.role)
        held = [(contact, role.is_held_by(contact)) for contact in case.contacts]
        for contact, holds in held:
            if holds is True:
                cited = Evidence(ObjectKey(ObjectKind.CONTACT, contact.id), role.label)
                return Outcome(State.MET, "met", f"{role.label}: {contact.name}.", (cited,))
        for _, holds in held:
            if isinstance(holds, Unread):
                return not_checkable(holds.reason)
        return Outcome(State.UNMET, "no_such_role", f"No contact is the {role.label}.")

    def roles(self) -> tuple[RoleId, ...]:
        """The one role."""
        return (self.role,)

    def needs(self) -> Needs:
        """The contacts' buying roles."""
        return Needs(contact_properties=(BUYING_ROLE,))


@dataclass(frozen=True, slots=True)
class ContactsForAmount(Check):
    """Met when a deal of at least `amount` has at least so many contacts.

    Does not apply below that amount, nor to a deal without an amount.
    """

    amount: Count
    at_least: Count
    property: PropertyName

    def __call__(self, case: Case) -> Outcome | None:
        """See the class."""
        value = value_of(case.snapshot.properties, self.property)
        if isinstance(value, Unread):
            return not_checkable(value.reason)
        number = number_of(value or "")
        if number is None or number < self.amount:
            return None
        if isinstance(case.contacts, Unread):
            return not_checkable(case.contacts.reason)
        count = len(case.contacts)
        said = f"{count} of {self.at_least} contacts on a deal of {value}."
        if count < self.at_least:
            return Outcome(State.UNMET, "single_threaded", said)
        return Outcome(State.MET, "met", said)

    def needs(self) -> Needs:
        """The amount."""
        return Needs(deal_properties=(self.property,))


@dataclass(frozen=True, slots=True)
class OneDealPerCompany(Check):
    """Unmet when another open deal belongs to one of the deal's companies."""

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        siblings = case.snapshot.siblings
        if isinstance(siblings, Unread):
            return not_checkable(siblings.reason)
        others = [
            sibling
            for sibling in siblings
            if any(key.kind is ObjectKind.COMPANY for key in sibling.shares)
        ]
        if not others:
            return _NO_OTHER_DEAL
        names = ", ".join(sibling.name for sibling in others)
        cited = tuple(
            Evidence(ObjectKey(ObjectKind.DEAL, sibling.deal_id), sibling.name)
            for sibling in others
        )
        return Outcome(State.UNMET, "other_deals", f"Also open at the company: {names}.", cited)

    def needs(self) -> Needs:
        """The other deals of the company."""
        return Needs(siblings=True)
