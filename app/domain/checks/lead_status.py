"""Checks on the lead statuses of a deal's contacts, taken together.

Refuse to take silence for a fault: contacts that were not read, a status property that the portal
lacks and a value that the policy does not know are unknown, each with its own reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.case import Case, Check, Outcome, not_checkable
from app.domain.contact_case import ContactCase
from app.domain.deal import Unread
from app.domain.lead_status import LeadStatus
from app.domain.verdict import State

NO_CONTACT = Outcome(State.UNMET, "no_contact", "The deal has no contact.")
_CAN_LEAD = Outcome(State.MET, "met", "The leading contact can lead.")


@dataclass(frozen=True, slots=True)
class SomeContactHasLeadStatus(Check):
    """Met when at least one contact of the deal carries the lead status."""

    status: LeadStatus

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        if isinstance(case.people, Unread):
            return not_checkable(case.people.reason)
        if not case.people:
            return NO_CONTACT
        wanted = case.lead_status.label(self.status)
        for person in case.people:
            if person.status == self.status:
                said = f"{person.contact.name} is {wanted}."
                return Outcome(State.MET, "met", said, (person.evidence(),))
        doubtful = _doubtful(case.people)
        if doubtful is not None:
            return doubtful
        seen = ", ".join(f"{person.contact.name}: {_status(person)}" for person in case.people)
        return Outcome(
            State.UNMET,
            "no_such_status",
            f"No contact of this deal has the lead status {wanted} ({seen}).",
            tuple(person.evidence() for person in case.people if person.status),
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
        if isinstance(case.people, Unread):
            return not_checkable(case.people.reason)
        if not case.people:
            return None
        bad = [person for person in case.leaders if person.status in self.refused]
        if len(bad) == len(case.leaders):
            return _refused(bad)
        if bad:
            names = ", ".join(person.contact.name for person in bad)
            return Outcome(
                State.UNKNOWN,
                "leader_unclear",
                f"Nothing says who leads this deal, and {names} cannot.",
                tuple(person.evidence() for person in bad),
                ask="Who leads this deal? Label that contact on the deal's record.",
            )
        return _doubtful(case.leaders) or _CAN_LEAD

    def statuses(self) -> tuple[LeadStatus, ...]:
        """The refused ones."""
        return self.refused


def _doubtful(people: Iterable[ContactCase]) -> Outcome | None:
    """The outcome when one of their statuses cannot be told; None when all can."""
    for person in people:
        if not isinstance(person.status, Unread):
            continue
        if person.rules.property not in person.contact.properties:
            return not_checkable(person.status.reason)
        return Outcome(
            State.UNKNOWN,
            "unknown_status",
            f"{person.status.reason}.",
            (person.evidence(),),
            ask="Which of the known lead statuses is it? Set that one, or add this to the policy.",
        )
    return None


def _refused(bad: Sequence[ContactCase]) -> Outcome:
    who = ", ".join(f"{person.contact.name} is {_status(person)}" for person in bad)
    reason = str(bad[0].status).lower()
    return Outcome(State.UNMET, reason, f"{who}.", tuple(person.evidence() for person in bad))


def _status(person: ContactCase) -> str:
    if isinstance(person.status, Unread):
        return "unknown"
    return person.rules.label(person.status) if person.status else "no status"
