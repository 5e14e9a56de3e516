"""The closed list of checks that a policy may use.

A policy names a check and sets its parameters; it cannot bring code. Each class is one check: its
docstring says when the criterion is met, its fields are the parameters. What was not read is
never unmet here: every check answers `State.UNKNOWN` for it with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NewType

from app.domain.case import Case, Check, Outcome, not_checkable, shown
from app.domain.contact_checks import LeadingContactLeadStatus, SomeContactHasLeadStatus
from app.domain.deal import Unread, value_of
from app.domain.needs import Needs
from app.domain.notes import Answer, AnswerState, Judged, QuestionId, ReasonCode, stripped
from app.domain.verdict import State
from app.domain.wording import ATTACHMENT_FOUND, ATTACHMENT_ONLY, FOUND, question_name

PropertyName = NewType("PropertyName", str)
"""Internal name of a deal property."""

_STATES: Mapping[AnswerState, State] = {
    AnswerState.ANSWERED: State.MET,
    AnswerState.PLACEHOLDER: State.UNMET,
    AnswerState.ASKED_ONLY: State.UNMET,
    AnswerState.ABSENT: State.UNMET,
    AnswerState.UNCLEAR: State.UNKNOWN,
}
_NOWHERE = Judged(Answer(AnswerState.ABSENT, ReasonCode.ABSENT), None, None, ())


@dataclass(frozen=True, slots=True)
class Answered(Check):
    """Met when a note on the deal, its contacts or its company answers the question.

    An attachment without a word beside it could hold the answer, so it makes a missing answer
    unknown instead of unmet.
    """

    question: QuestionId

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        outcome = _answer(case, self.question)
        if outcome.reason == ReasonCode.ABSENT and _has_bare_attachment(case):
            return Outcome(State.UNKNOWN, ATTACHMENT_ONLY, f"{ATTACHMENT_FOUND}.")
        return outcome

    def questions(self) -> tuple[QuestionId, ...]:
        """The one question."""
        return (self.question,)


@dataclass(frozen=True, slots=True)
class ExitSignal(Check):
    """Met when a note puts on record that the meeting's exit signal was given.

    Stricter than `answered`: an attachment alone is no record of an agreement.
    """

    question: QuestionId

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        return _answer(case, self.question)

    def questions(self) -> tuple[QuestionId, ...]:
        """The one question."""
        return (self.question,)


@dataclass(frozen=True, slots=True)
class QuestionsAnswered(Check):
    """Met when notes answer every one of the questions, favourably or not.

    Unmet names those without an answer; unknown when the only gaps are answers that cannot be
    trusted as they stand.
    """

    all_of: tuple[QuestionId, ...]

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        if isinstance(case.judgement, Unread):
            return not_checkable(case.judgement.reason)
        outcomes = {question: _answer(case, question) for question in self.all_of}
        evidence = tuple(e for outcome in outcomes.values() for e in outcome.evidence)
        gaps = {q: o for q, o in outcomes.items() if o.state is not State.MET}
        total, count = len(outcomes), len(outcomes) - len(gaps)
        if not gaps:
            return Outcome(State.MET, "answered", f"All {total} questions answered.", evidence)
        names = ", ".join(question_name(question) for question in gaps)
        unmet = any(outcome.state is State.UNMET for outcome in gaps.values())
        return Outcome(
            State.UNMET if unmet else State.UNKNOWN,
            "incomplete" if unmet else "unclear",
            f"{count} of {total} questions answered; missing: {names}.",
            evidence,
        )

    def questions(self) -> tuple[QuestionId, ...]:
        """All of them."""
        return self.all_of


@dataclass(frozen=True, slots=True)
class PropertyPresent(Check):
    """Met when a property of the deal holds any value."""

    property: PropertyName

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        value = value_of(case.snapshot.properties, self.property)
        if isinstance(value, Unread):
            return not_checkable(value.reason)
        if not (value or "").strip():
            return Outcome(State.UNMET, "empty", f"The property {self.property} is empty.")
        return Outcome(State.MET, "met", f"The property {self.property} is set.")

    def needs(self) -> Needs:
        """The one property."""
        return Needs(deal_properties=(self.property,))


@dataclass(frozen=True, slots=True)
class StageKnown(Check):
    """Met when the deal's pipeline and stage are in the policy; unknown otherwise, never unmet.

    While it is unknown no exit signal can be demanded, so every policy has this check once.
    """

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        if isinstance(case.snapshot.position, Unread):
            return not_checkable(case.snapshot.position.reason)
        for part in (case.process, case.stage):
            if isinstance(part, Unread):
                found = f"Exit signals are not checkable: {part.reason}."
                return Outcome(State.UNKNOWN, "not_in_policy", found)
        return Outcome(State.MET, "met", f"{case.process}, stage {case.stage}.")


@dataclass(frozen=True, slots=True)
class ProcessFitsZone(Check):
    """Met when the deal runs in the process that its zone recommends.

    Does not apply where the zone recommends no process or the deal's process is not known.
    """

    def __call__(self, case: Case) -> Outcome | None:
        """See the class."""
        if isinstance(case.judgement, Unread):
            return not_checkable(case.judgement.reason)
        if isinstance(case.process, Unread):
            return None
        reading = case.zone
        evidence = reading.adoption.evidence + reading.operations.evidence
        if len(reading.candidates) != 1:
            names = ", ".join(reading.candidates)
            return Outcome(
                State.UNKNOWN,
                "zone_unknown",
                f"The zone is not known yet (possible: {names}).",
                evidence,
                ask=case.zone_rules.ask(reading),
            )
        if reading.recommended_process is None:
            return None
        if reading.recommended_process == case.process:
            return Outcome(State.MET, "met", f"{case.process} fits {reading.zone}.", evidence)
        return Outcome(
            State.UNMET,
            "other_process",
            f"{reading.zone} calls for {reading.recommended_process}; this deal runs in "
            f"{case.process}. {reading.basis}",
            evidence,
        )


CHECKS: Mapping[str, type[Check]] = {
    "answered": Answered,
    "exit_signal": ExitSignal,
    "questions_answered": QuestionsAnswered,
    "some_contact_has_lead_status": SomeContactHasLeadStatus,
    "leading_contact_lead_status": LeadingContactLeadStatus,
    "property_present": PropertyPresent,
    "stage_known": StageKnown,
    "process_fits_zone": ProcessFitsZone,
}
"""Every check by the name that a policy uses."""


def _answer(case: Case, question: QuestionId) -> Outcome:
    if isinstance(case.judgement, Unread):
        return not_checkable(case.judgement.reason)
    judged = case.judgement.answers.get(question, _NOWHERE)
    answer = judged.answer
    cited = case.cite_note(judged.note_id, answer.quote, judged.written_at)
    found = FOUND[answer.reason]
    met = answer.state is AnswerState.ANSWERED
    return Outcome(
        state=_STATES[answer.state],
        reason=answer.reason.value,
        message=f"{found}: {shown(cited)}." if cited else f"{found}.",
        evidence=(cited,) if cited else (),
        recheck_at=answer.expires_at if met else None,
    )


def _has_bare_attachment(case: Case) -> bool:
    return any(note.has_attachments and not stripped(note.body) for note in case.notes.values())
