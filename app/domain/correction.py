"""Corrections of a contact's lead status that a policy asks for; off unless it switches them on.

A rule that knows which status is right may be told to have it set. It then proposes; a sweep
writes, keeps what stood there before, and can take it back. A deviation on record, or a rule that
cannot tell, corrects nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.domain.checks.contact_rule import ContactRule
from app.domain.contact_case import ContactCase
from app.domain.deal import Contact, ContactId, Snapshot, Unread
from app.domain.lead_status import LeadStatus
from app.domain.policy import Policy
from app.domain.verdict import CriterionId, State, Verdict


@dataclass(frozen=True, slots=True)
class Correction:
    """A contact property to be set: what stands there, what shall, which criterion says so."""

    contact: ContactId
    name: str
    property: str
    before: str
    after: str
    criterion: CriterionId


def corrections(
    policy: Policy, snapshot: Snapshot, verdict: Verdict, now: datetime
) -> tuple[Correction, ...]:
    """What to correct on the contacts of a deal; the first rule of the policy that says so wins."""
    rules = list(_rules(policy, verdict))
    if not rules or isinstance(snapshot.contacts, Unread):
        return ()
    found = {
        contact.id: correction
        for contact in snapshot.contacts
        if (correction := _first(policy, snapshot, contact, rules, now)) is not None
    }
    return tuple(found.values())


def _rules(
    policy: Policy, verdict: Verdict
) -> Iterator[tuple[CriterionId, ContactRule, LeadStatus]]:
    """The rules that correct and whose finding on the deal stands, without a deviation."""
    unmet = {
        finding.criterion
        for finding in verdict.findings
        if finding.state is State.UNMET and finding.waiver is None
    }
    for criterion in policy.criteria:
        check = criterion.check
        if criterion.id in unmet and isinstance(check, ContactRule):
            status = check.correction()
            if status is not None:
                yield criterion.id, check, status


def _first(
    policy: Policy,
    snapshot: Snapshot,
    contact: Contact,
    rules: list[tuple[CriterionId, ContactRule, LeadStatus]],
    now: datetime,
) -> Correction | None:
    case = ContactCase(contact, now, snapshot, policy.replies, policy.lead_status)
    name = policy.lead_status.property
    for criterion, rule, status in rules:
        outcome = rule.on_contact(case)
        if outcome is not None and outcome.state is State.UNMET:
            before = contact.properties.get(name) or ""
            return Correction(contact.id, contact.name, name, before, status, criterion)
    return None
