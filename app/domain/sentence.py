"""A criterion as one English sentence: from when on, what must be true, and what follows if not.

For the handbook page and for comparing two versions of a policy. Says what a check demands and
never what a deal shows. Total over the closed list of checks (tested), so that no rule can reach
a salesperson unexplained.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.domain.case import Check
from app.domain.checks import (
    Answered,
    ExitSignal,
    LeadingContactLeadStatus,
    ProcessFitsZone,
    PropertyPresent,
    QuestionsAnswered,
    SomeContactHasLeadStatus,
    StageKnown,
)
from app.domain.criterion import Criterion, When
from app.domain.demands import RECORD_DEMANDS, Demand
from app.domain.notes import QuestionId
from app.domain.policy import Policy
from app.domain.verdict import Severity
from app.domain.waiving import named
from app.domain.wording import QUESTION_NAMES, in_words

CONSEQUENCES: Mapping[Severity, str] = {
    Severity.BLOCKER: "otherwise the deal is blocked",
    Severity.WARNING: "otherwise the deal carries a warning",
    Severity.HINT: "otherwise the deal carries a hint",
}


def sentence(criterion: Criterion, policy: Policy) -> str:
    """The whole rule in one sentence."""
    consequence = CONSEQUENCES[criterion.severity]
    if isinstance(criterion.check, StageKnown):  # never unmet, so it never says more than this
        consequence = "otherwise nobody can tell what it needs"
    said = f"{_when(criterion, policy)}, {demand(criterion.check, policy)}; {consequence}"
    return f"{said}, {deviating(criterion, policy)}."


def deviating(criterion: Criterion, policy: Policy) -> str:
    """Who may deviate from it, as the end of a sentence."""
    if not criterion.waivable:
        return "and nobody may deviate from this"
    return f"unless {named(policy.grantors(criterion))} documents a deviation"


def demand(check: Check, policy: Policy) -> str:
    """What the check asks for, as a clause without a full stop."""
    return DEMANDS[type(check)](check, policy)


def question_title(question: QuestionId, policy: Policy) -> str:
    """A question as people know it: its own name, else the heading under which notes answer it."""
    return QUESTION_NAMES.get(question) or policy.headings.get(question) or question


def _when(criterion: Criterion, policy: Policy) -> str:
    names = {process.id: process.label for process in policy.processes}
    where = in_words((names[each] for each in criterion.processes), "and")
    inside = f" in {where}" if criterion.processes else ""
    meeting = _ends_in(criterion, policy)
    if criterion.when is When.CLOSED_WON:
        return f"For a won deal{inside}"
    if criterion.when is When.CLOSED_LOST:
        return f"For a lost deal{inside}"
    if meeting:
        return f"After {meeting}"
    if criterion.from_stage:
        return f"From {criterion.from_stage} on{inside}"
    return f"In every open stage{inside}"


def _ends_in(criterion: Criterion, policy: Policy) -> str | None:
    """The stages whose meetings end with this exit signal; None for other criteria."""
    labels = {
        stage.label: None
        for process in policy.processes
        for stage in process.stages
        if any(meeting.exit.id == criterion.id for meeting in stage.meetings)
    }
    return in_words(labels, "or") or None


# ------------------------------------------------------------------ one clause per check


def _answered(check: Answered, policy: Policy) -> str:
    title = question_title(check.question, policy)
    return f"a note on the deal, its contacts or its company must answer “{title}”"


def _exit_signal(check: ExitSignal, policy: Policy) -> str:
    signals = {
        meeting.signal: None
        for process in policy.processes
        for stage in process.stages
        for meeting in stage.meetings
        if check.question in meeting.exit.check.questions()
    }
    said = in_words((f"“{signal}”" for signal in signals), "or") or f"“{check.question}”"
    return f"a note must put on record that the customer gave the exit signal {said}"


def _questions_answered(check: QuestionsAnswered, policy: Policy) -> str:
    titles = in_words((question_title(each, policy) for each in check.all_of), "and")
    instead = in_words((question_title(each, policy) for each in check.or_else), "or")
    firm = in_words((question_title(each, policy) for each in check.refusals), "and")
    return (
        f"notes must answer, favourably or not: {titles}"
        + (f"; or instead {instead}" if instead else "")
        + (f" (a no to {firm} does not count)" if firm else "")
    )


def _some_contact(check: SomeContactHasLeadStatus, policy: Policy) -> str:
    status = policy.lead_status.label(check.status)
    return f"at least one contact of the deal must have the lead status “{status}”"


def _leading_contact(check: LeadingContactLeadStatus, policy: Policy) -> str:
    return f"the leading contact must not be {_statuses(check.refused, policy)}"


def _property_present(check: PropertyPresent, _policy: Policy) -> str:
    return f"the deal property {check.property} must be filled in"


def _stage_known(_check: StageKnown, _policy: Policy) -> str:
    return "the deal must stand in a pipeline and a stage that this policy knows"


def _process_fits_zone(_check: ProcessFitsZone, _policy: Policy) -> str:
    return "the deal must run in the process that its customer's zone calls for"


def _statuses(values: Sequence[str], policy: Policy) -> str:
    return in_words((f"“{policy.lead_status.label(value)}”" for value in values), "or")


DEMANDS: Mapping[type[Check], Demand] = {
    Answered: _answered,
    ExitSignal: _exit_signal,
    QuestionsAnswered: _questions_answered,
    SomeContactHasLeadStatus: _some_contact,
    LeadingContactLeadStatus: _leading_contact,
    PropertyPresent: _property_present,
    StageKnown: _stage_known,
    ProcessFitsZone: _process_fits_zone,
    **RECORD_DEMANDS,
}
"""The clause of each check in `CHECKS`."""
