"""What each check on the record, its past, its people and the lead status asks for, in a clause.

The second half of `sentence`: one clause for each of these classes, without a full stop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.domain.case import Check
from app.domain.checks import (
    CommitteeRole,
    ContactsForAmount,
    DateAhead,
    HasCompany,
    HasContact,
    HasOwner,
    NextStepCurrent,
    NoSecretInNotes,
    NoStageSkipped,
    NotMovedBack,
    NotPushed,
    OneDealPerCompany,
    PropertyFitsStage,
    PropertyPositive,
    QualifiedHaveLeadStatus,
    ReplyByStage,
    SetAfterMeeting,
    StageAge,
    StatusAfterReply,
    StatusAfterSilence,
    StatusBeforeContact,
    StatusNeedsOpenDeal,
    StatusNotForLong,
)
from app.domain.policy import Policy
from app.domain.wording import in_words

Demand = Callable[[Any, Policy], str]
"""What a check of one class asks for, as a clause without a full stop."""


def _after_silence(check: StatusAfterSilence, policy: Policy) -> str:
    return (
        f"a contact who is {_statuses(check.while_in, policy)} must have replied within "
        f"{check.days} days of our last outreach, or become {_statuses([check.becomes], policy)}"
    )


def _after_reply(check: StatusAfterReply, policy: Policy) -> str:
    return (
        f"a contact who replied within the last {check.days} days must not be "
        f"{_statuses(check.while_in, policy)}"
    )


def _before_contact(check: StatusBeforeContact, policy: Policy) -> str:
    return f"a contact whom sales has contacted must not be {_statuses(check.while_in, policy)}"


def _not_for_long(check: StatusNotForLong, policy: Policy) -> str:
    return (
        f"a contact must not stay {_statuses([check.status], policy)} for {check.business_days} "
        f"business days from the date in {check.since}"
    )


def _needs_open_deal(check: StatusNeedsOpenDeal, policy: Policy) -> str:
    return f"a contact who is {_statuses([check.status], policy)} must have an open deal"


def _qualified(_check: QualifiedHaveLeadStatus, policy: Policy) -> str:
    stages = in_words(policy.lead_status.qualified_lifecycles, "or")
    return f"a contact at the lifecycle stage {stages} must have a lead status"


def _set_after_meeting(check: SetAfterMeeting, _policy: Policy) -> str:
    return f"the contact property {check.property} must be filled in once a first meeting was held"


def _role(check: CommitteeRole, policy: Policy) -> str:
    label = next(role.label for role in policy.committee if role.id == check.role)
    return f"a contact of the deal must be the {label}"


def _contacts(check: ContactsForAmount, _policy: Policy) -> str:
    return (
        f"a deal whose {check.property} is {check.amount} or more must have at least "
        f"{check.at_least} contacts"
    )


def _one_deal(_check: OneDealPerCompany, _policy: Policy) -> str:
    return "the deal's companies must have no other open deal"


def _owner(_check: HasOwner, _policy: Policy) -> str:
    return "the deal must have an owner who has not left"


def _contact(_check: HasContact, _policy: Policy) -> str:
    return "the deal must have a contact"


def _company(_check: HasCompany, _policy: Policy) -> str:
    return "the deal must have a company"


def _positive(check: PropertyPositive, _policy: Policy) -> str:
    return f"the deal property {check.property} must be above 0"


def _fits_stage(check: PropertyFitsStage, _policy: Policy) -> str:
    rows = (f"{in_words(words, 'or')} in {stage}" for stage, words in check.allowed.items())
    return f"the deal property {check.property}, where it is filled in, must be {'; '.join(rows)}"


def _date_ahead(check: DateAhead, _policy: Policy) -> str:
    return (
        f"the date in the deal property {check.property} must lie ahead, at most "
        f"{check.within_days} days"
    )


def _not_pushed(check: NotPushed, _policy: Policy) -> str:
    return (
        f"the date in the deal property {check.property} must not have been pushed "
        f"{check.pushes} times or more, once by {check.longest_days} days or more and by "
        f"{check.total_days} days or more together"
    )


def _stage_age(check: StageAge, _policy: Policy) -> str:
    return f"the deal must leave its stage in time ({_days(check.days)})"


def _no_skip(_check: NoStageSkipped, _policy: Policy) -> str:
    return "the deal must have stood in every open stage before its own"


def _no_way_back(_check: NotMovedBack, _policy: Policy) -> str:
    return "the deal must not stand before a stage that it had reached"


def _reply(check: ReplyByStage, _policy: Policy) -> str:
    return f"the customer must reply from time to time ({_days(check.days)})"


def _next_step(check: NextStepCurrent, _policy: Policy) -> str:
    return (
        f"the deal property {check.property} must hold a next step that is not over, written "
        f"within the last {check.days} days"
    )


def _no_secret(_check: NoSecretInNotes, _policy: Policy) -> str:
    return "no note may hold a password or a key"


def _days(days: Mapping[Any, int]) -> str:
    return ", ".join(f"{stage}: {count} days" for stage, count in days.items())


def _statuses(values: Sequence[str], policy: Policy) -> str:
    return in_words((f"“{policy.lead_status.label(value)}”" for value in values), "or")


RECORD_DEMANDS: Mapping[type[Check], Demand] = {
    StatusAfterSilence: _after_silence,
    StatusAfterReply: _after_reply,
    StatusBeforeContact: _before_contact,
    StatusNotForLong: _not_for_long,
    StatusNeedsOpenDeal: _needs_open_deal,
    QualifiedHaveLeadStatus: _qualified,
    SetAfterMeeting: _set_after_meeting,
    CommitteeRole: _role,
    ContactsForAmount: _contacts,
    OneDealPerCompany: _one_deal,
    HasOwner: _owner,
    HasContact: _contact,
    HasCompany: _company,
    PropertyPositive: _positive,
    PropertyFitsStage: _fits_stage,
    DateAhead: _date_ahead,
    NotPushed: _not_pushed,
    StageAge: _stage_age,
    NoStageSkipped: _no_skip,
    NotMovedBack: _no_way_back,
    ReplyByStage: _reply,
    NextStepCurrent: _next_step,
    NoSecretInNotes: _no_secret,
}
"""The clause of each of these checks."""
