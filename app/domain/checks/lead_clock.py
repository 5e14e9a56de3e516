"""The lead status against what happened: replies, outreach, meetings, open deals.

Each class is one rule for each contact by itself. They read who wrote when, never what was
written, and propose a status without ever setting one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.case import Outcome, not_checkable
from app.domain.checks.contact_rule import ContactRule
from app.domain.checks.parameters import ContactPropertyName, Days
from app.domain.contact_case import ContactCase
from app.domain.deal import Unread, value_of
from app.domain.exchange import activity_evidence, day, told
from app.domain.lead_status import LeadStatus
from app.domain.moments import moment_of, plus_business_days, plus_days
from app.domain.needs import Needs
from app.domain.verdict import State

_ANSWERED = Outcome(State.MET, "met", "Nothing of ours is unanswered.")
_NO_REPLY = Outcome(State.MET, "met", "No reply of late.")
_NOT_CONTACTED = Outcome(State.MET, "met", "No contact by sales is logged.")
_HAS_STATUS = Outcome(State.MET, "met", "Every qualified contact has a lead status.")
_HAS_DEAL = Outcome(State.MET, "met", "The contact has an open deal.")
_SET = Outcome(State.MET, "met", "It is set.")
_NOT_MET = Outcome(State.MET, "met", "No meeting was held yet.")


@dataclass(frozen=True, slots=True)
class StatusAfterSilence(ContactRule):
    """Unmet while a contact has one of the statuses and has not replied for `days`.

    The clock starts at our last outreach and stops with the customer's next word; our own
    messages never count as a reply. Without any outreach it does not run. With `correct` the
    nightly sweep sets what the status `becomes`.
    """

    while_in: tuple[LeadStatus, ...]
    days: Days
    becomes: LeadStatus
    correct: bool = False

    def correction(self) -> LeadStatus | None:
        """What the status becomes, if it is to be set."""
        return self.becomes if self.correct else None

    def on_contact(self, case: ContactCase) -> Outcome | None:
        """See the class."""
        if case.status not in self.while_in:
            return None
        if isinstance(case.exchange, Unread):
            return not_checkable(case.exchange.reason)
        outreach, reply = case.exchange.outreach, case.exchange.reply
        if outreach is None or (reply is not None and reply.at >= outreach.at):
            return _ANSWERED
        name = case.contact.name
        due = plus_days(outreach.at, self.days)
        if case.now < due:
            message = f"{name}: our {told(outreach)} may be answered until {day(due)}."
            return Outcome(State.MET, "met", message, recheck_at=due)
        becomes = case.rules.label(self.becomes)
        return Outcome(
            State.UNMET,
            "no_reply",
            f"{name} has not replied to our {told(outreach)} within {self.days} days; the lead "
            f"status should be “{becomes}”.",
            (activity_evidence(outreach, case.link), case.evidence()),
        )

    def statuses(self) -> tuple[LeadStatus, ...]:
        """All that it names."""
        return (*self.while_in, self.becomes)

    def needs(self) -> Needs:
        """The activities."""
        return Needs(activities=True)


@dataclass(frozen=True, slots=True)
class StatusAfterReply(ContactRule):
    """Unmet while a contact has one of the statuses and replied within the last `days`."""

    while_in: tuple[LeadStatus, ...]
    days: Days

    def on_contact(self, case: ContactCase) -> Outcome | None:
        """See the class."""
        if case.status not in self.while_in:
            return None
        if isinstance(case.exchange, Unread):
            return not_checkable(case.exchange.reason)
        reply = case.exchange.reply
        if reply is None or case.now >= plus_days(reply.at, self.days):
            return _NO_REPLY
        return Outcome(
            State.UNMET,
            "replied",
            f"{case.contact.name} replied ({told(reply)}), but the lead status still says "
            f"“{case.rules.label(str(case.status))}”.",
            (activity_evidence(reply, case.link), case.evidence()),
            recheck_at=plus_days(reply.at, self.days),
        )

    def statuses(self) -> tuple[LeadStatus, ...]:
        """Those that a reply ends."""
        return self.while_in

    def needs(self) -> Needs:
        """The activities."""
        return Needs(activities=True)


@dataclass(frozen=True, slots=True)
class StatusBeforeContact(ContactRule):
    """Unmet while a contact has one of the statuses although sales spoke or wrote to them."""

    while_in: tuple[LeadStatus, ...]

    def on_contact(self, case: ContactCase) -> Outcome | None:
        """See the class."""
        if case.status not in self.while_in:
            return None
        if isinstance(case.exchange, Unread):
            return not_checkable(case.exchange.reason)
        first = case.exchange.met or case.exchange.outreach or case.exchange.reply
        if first is None:
            return _NOT_CONTACTED
        return Outcome(
            State.UNMET,
            "contacted",
            f"Sales has been in contact with {case.contact.name} ({told(first)}), but the lead "
            f"status still says “{case.rules.label(str(case.status))}”.",
            (activity_evidence(first, case.link), case.evidence()),
        )

    def statuses(self) -> tuple[LeadStatus, ...]:
        """Those before any contact."""
        return self.while_in

    def needs(self) -> Needs:
        """The activities."""
        return Needs(activities=True)


@dataclass(frozen=True, slots=True)
class StatusNotForLong(ContactRule):
    """Unmet when a contact keeps the status more than so many business days.

    The days count from the date in the contact property `since`; without a date it is unknown.
    """

    status: LeadStatus
    business_days: Days
    since: ContactPropertyName

    def on_contact(self, case: ContactCase) -> Outcome | None:
        """See the class."""
        if case.status != self.status:
            return None
        since = self._since(case)
        if isinstance(since, Unread):
            return not_checkable(since.reason)
        due = plus_business_days(since, self.business_days)
        name, label = case.contact.name, case.rules.label(self.status)
        if case.now < due:
            message = f"{name} may be “{label}” until {day(due)}."
            return Outcome(State.MET, "met", message, recheck_at=due)
        return Outcome(
            State.UNMET,
            "too_long",
            f"{name} is “{label}” since {day(since)}, longer than {self.business_days} business "
            f"days.",
            (case.evidence(),),
        )

    def _since(self, case: ContactCase) -> datetime | Unread:
        value = value_of(case.contact.properties, self.since)
        if isinstance(value, Unread):
            return value
        return moment_of(value) or Unread(f"{case.contact.name} has no {self.since}")

    def statuses(self) -> tuple[LeadStatus, ...]:
        """The one status."""
        return (self.status,)

    def needs(self) -> Needs:
        """The property that dates it."""
        return Needs(contact_properties=(self.since,))


@dataclass(frozen=True, slots=True)
class QualifiedHaveLeadStatus(ContactRule):
    """Unmet for a contact at a qualified lifecycle stage without any lead status."""

    def on_contact(self, case: ContactCase) -> Outcome | None:
        """See the class."""
        lifecycle = case.contact.properties.get(case.rules.lifecycle_property)
        if lifecycle not in case.rules.qualified_lifecycles:
            return None
        status = case.status
        if isinstance(status, Unread):
            return not_checkable(status.reason)
        if status is not None:
            return _HAS_STATUS
        return Outcome(
            State.UNMET,
            "no_lead_status",
            f"{case.contact.name} is a qualified lead without any lead status.",
            (case.evidence(),),
        )


@dataclass(frozen=True, slots=True)
class StatusNeedsOpenDeal(ContactRule):
    """Unmet for a contact in the status who has no open deal at all."""

    status: LeadStatus

    def on_contact(self, case: ContactCase) -> Outcome | None:
        """See the class."""
        if case.status != self.status:
            return None
        if isinstance(case.has_open_deal, Unread):
            return not_checkable(case.has_open_deal.reason)
        if case.has_open_deal:
            return _HAS_DEAL
        name, label = case.contact.name, case.rules.label(self.status)
        return Outcome(
            State.UNMET,
            "no_open_deal",
            f"{name} is “{label}” without any open deal.",
            (case.evidence(),),
        )

    def statuses(self) -> tuple[LeadStatus, ...]:
        """The one status."""
        return (self.status,)

    def needs(self) -> Needs:
        """The other deals of the contact."""
        return Needs(siblings=True)


@dataclass(frozen=True, slots=True)
class SetAfterMeeting(ContactRule):
    """Unmet when a first meeting with a contact was held and the contact property is empty."""

    property: ContactPropertyName

    def on_contact(self, case: ContactCase) -> Outcome | None:
        """See the class."""
        value = value_of(case.contact.properties, self.property)
        if value and not isinstance(value, Unread):
            return _SET
        if isinstance(case.exchange, Unread):
            return not_checkable(case.exchange.reason)
        held = case.exchange.met
        if held is None:
            return _NOT_MET
        if isinstance(value, Unread):
            return not_checkable(value.reason)
        return Outcome(
            State.UNMET,
            "not_set",
            f"A first meeting with {case.contact.name} was held ({told(held)}), but "
            f"{self.property} is empty.",
            (activity_evidence(held, case.link),),
        )

    def needs(self) -> Needs:
        """The property and the meetings."""
        return Needs(contact_properties=(self.property,), activities=True)
