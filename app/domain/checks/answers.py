"""Checks on what notes say: a why, an exit signal, a set of questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.case import Case, Check, Outcome, not_checkable, shown
from app.domain.deal import Unread
from app.domain.notes import Answer, AnswerState, Judged, QuestionId, ReasonCode, stripped
from app.domain.verdict import State
from app.domain.wording import ATTACHMENT_FOUND, ATTACHMENT_ONLY, FOUND, question_name

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
    trusted as they stand. An answer to `or_else` makes up for all of them.
    """

    all_of: tuple[QuestionId, ...]
    or_else: tuple[QuestionId, ...] = ()

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        if isinstance(case.judgement, Unread):
            return not_checkable(case.judgement.reason)
        for question in self.or_else:
            instead = _answer(case, question)
            if instead.state is State.MET:
                return instead
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
        return (*self.all_of, *self.or_else)


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
