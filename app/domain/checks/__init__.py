"""The closed list of checks that a policy may use.

A policy names a check and sets its parameters; it cannot bring code. Each class is one check: its
docstring says when the criterion is met, its fields are the parameters. What was not read is
never unmet here: every check answers `State.UNKNOWN` for it with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.case import Check
from app.domain.checks.answers import Answered, ExitSignal, QuestionsAnswered
from app.domain.checks.committee import CommitteeRole, ContactsForAmount, OneDealPerCompany
from app.domain.checks.contact_rule import ContactRule
from app.domain.checks.fit import ProcessFitsZone, StageKnown
from app.domain.checks.lead_clock import (
    QualifiedHaveLeadStatus,
    SetAfterMeeting,
    StatusAfterReply,
    StatusAfterSilence,
    StatusBeforeContact,
    StatusNeedsOpenDeal,
    StatusNotForLong,
)
from app.domain.checks.lead_status import LeadingContactLeadStatus, SomeContactHasLeadStatus
from app.domain.checks.moves import NoStageSkipped, NotMovedBack, NotPushed, StageAge
from app.domain.checks.record import (
    DateAhead,
    HasCompany,
    HasContact,
    HasOwner,
    PropertyFitsStage,
    PropertyPositive,
    PropertyPresent,
)
from app.domain.checks.rhythm import NextStepCurrent, ReplyByStage
from app.domain.checks.secrets import NoSecretInNotes

__all__ = [
    "CHECKS",
    "Answered",
    "CommitteeRole",
    "ContactRule",
    "ContactsForAmount",
    "DateAhead",
    "ExitSignal",
    "HasCompany",
    "HasContact",
    "HasOwner",
    "LeadingContactLeadStatus",
    "NextStepCurrent",
    "NoSecretInNotes",
    "NoStageSkipped",
    "NotMovedBack",
    "NotPushed",
    "OneDealPerCompany",
    "ProcessFitsZone",
    "PropertyFitsStage",
    "PropertyPositive",
    "PropertyPresent",
    "QualifiedHaveLeadStatus",
    "QuestionsAnswered",
    "ReplyByStage",
    "SetAfterMeeting",
    "SomeContactHasLeadStatus",
    "StageAge",
    "StageKnown",
    "StatusAfterReply",
    "StatusAfterSilence",
    "StatusBeforeContact",
    "StatusNeedsOpenDeal",
    "StatusNotForLong",
]

CHECKS: Mapping[str, type[Check]] = {
    "answered": Answered,
    "exit_signal": ExitSignal,
    "questions_answered": QuestionsAnswered,
    "some_contact_has_lead_status": SomeContactHasLeadStatus,
    "leading_contact_lead_status": LeadingContactLeadStatus,
    "lead_status_after_silence": StatusAfterSilence,
    "lead_status_after_reply": StatusAfterReply,
    "lead_status_before_contact": StatusBeforeContact,
    "lead_status_not_for_long": StatusNotForLong,
    "lead_status_needs_open_deal": StatusNeedsOpenDeal,
    "qualified_have_lead_status": QualifiedHaveLeadStatus,
    "set_after_meeting": SetAfterMeeting,
    "committee_role": CommitteeRole,
    "contacts_for_amount": ContactsForAmount,
    "one_deal_per_company": OneDealPerCompany,
    "has_owner": HasOwner,
    "has_contact": HasContact,
    "has_company": HasCompany,
    "property_present": PropertyPresent,
    "property_positive": PropertyPositive,
    "property_fits_stage": PropertyFitsStage,
    "date_ahead": DateAhead,
    "not_pushed": NotPushed,
    "stage_age": StageAge,
    "no_stage_skipped": NoStageSkipped,
    "not_moved_back": NotMovedBack,
    "reply_by_stage": ReplyByStage,
    "next_step_current": NextStepCurrent,
    "no_secret_in_notes": NoSecretInNotes,
    "stage_known": StageKnown,
    "process_fits_zone": ProcessFitsZone,
}
"""Every check by the name that a policy uses."""
