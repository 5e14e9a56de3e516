"""Checks on the lead statuses of a deal's contacts, taken together.

Refuse to take silence for a fault: contacts that were not read, a status property that the portal
lacks and a value that the policy does not know are unknown, each with its own reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.case import Case, Check, Outcome, not_checkable
from app.domain.deal import Contact, Unread
from app.domain.lead_status import LeadStatus
from app.domain.verdict import State

ContactStatus = tuple[Contact, LeadStatus | Unread | None]


@dataclass(frozen=True, slots=True)
class SomeContactHasLeadStatus(Check):
    """Met when at least one contact of the deal carries the lead status."""

    status: LeadStatus

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        if isinstance(case.contacts, Unread):
            return not_checkable(case.contacts.reason)
        if not case.contacts:
            return Outcome(State.UNMET, "no_contact", "The deal has no contact.")
        rules = case.lead_status
        wanted = rules.label(self.status)
        statuses = [(contact, rules.status_of(contact)) for contact in case.contacts]
        for contact, status in statuses:
            if status == self.status:
                return Outcome(
                    State.MET,
                    "met",
                    f"{contact.name} is {wanted}.",
                    (case.lead_status.evidence(contact),),
                )
        doubtful = _doubtful(case, statuses)
        if doubtful is not None:
            return doubtful
        seen = ", ".join(f"{contact.name}: {_name(case, status)}" for contact, status in statuses)
        return Outcome(
            State.UNMET,
            "no_such_status",
            f"No contact of this deal has the lead status {wanted} ({seen}).",
            tuple(case.lead_status.evidence(contact) for contact, status in statuses if status),
        )

    def statuses(self) -> tuple[LeadStatus, ...]:
        """The one status."""
        return (self.status,)


@dataclass(frozen=True, slots=True)
class LeadingContactLeadStatus(Check):
    """Met when the deal's leading contact carries none of the refused lead statuses.

    Does not apply to a deal without contacts. When nothing says who leads and only some of the
    possible leaders are refused, it is unknown.
    """

    refused: tuple[LeadStatus, ...]

    def __call__(self, case: Case) -> Outcome | None:
        """See the class."""
        if isinstance(case.contacts, Unread):
            return not_checkable(case.contacts.reason)
        if not case.contacts:
            return None
        leaders = case.lead_status.possible_leaders(case.contacts)
        statuses = [(contact, case.lead_status.status_of(contact)) for contact in leaders]
        bad = [(contact, status) for contact, status in statuses if status in self.refused]
        if len(bad) == len(leaders):
            return _refused(case, bad)
        if bad:
            names = ", ".join(contact.name for contact, _ in bad)
            return Outcome(
                State.UNKNOWN,
                "leader_unclear",
                f"Nothing says who leads this deal, and {names} cannot.",
                tuple(case.lead_status.evidence(contact) for contact, _ in bad),
                ask="Who leads this deal? Label that contact on the deal's record.",
            )
        doubtful = _doubtful(case, statuses)
        if doubtful is not None:
            return doubtful
        return Outcome(State.MET, "met", f"{leaders[0].name} can lead.")

    def statuses(self) -> tuple[LeadStatus, ...]:
        """The refused ones."""
        return self.refused


def _doubtful(case: Case, statuses: Sequence[ContactStatus]) -> Outcome | None:
    """The outcome when one of these statuses cannot be told; None when all can."""
    for contact, status in statuses:
        if not isinstance(status, Unread):
            continue
        if case.lead_status.property not in contact.properties:
            return not_checkable(status.reason)
        return Outcome(
            State.UNKNOWN,
            "unknown_status",
            f"{status.reason}.",
            (case.lead_status.evidence(contact),),
            ask="Which of the known lead statuses is it? Set that one, or add this to the policy.",
        )
    return None


def _refused(case: Case, bad: Sequence[tuple[Contact, LeadStatus]]) -> Outcome:
    who = ", ".join(f"{contact.name} is {_name(case, status)}" for contact, status in bad)
    reason = str(bad[0][1]).lower()
    evidence = tuple(case.lead_status.evidence(contact) for contact, _ in bad)
    return Outcome(State.UNMET, reason, f"{who}.", evidence)


def _name(case: Case, status: LeadStatus | Unread | None) -> str:
    if isinstance(status, Unread):
        return "unknown"
    return case.lead_status.label(status) if status else "no status"
