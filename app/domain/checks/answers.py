"""Checks on what notes say: a why, an exit signal, a set of questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from app.domain.case import Case, Check, Outcome, not_checkable, shown
from app.domain.checks.parameters import WordsByQuestion
from app.domain.deal import Unread
from app.domain.notes import AnswerState, QuestionId, ReasonCode
from app.domain.notes.phrase import fold, words_of
from app.domain.read_note import is_blank
from app.domain.verdict import State
from app.domain.wording import ATTACHMENT_FOUND, ATTACHMENT_ONLY, FOUND, question_name

_STATES: Mapping[AnswerState, State] = {
    AnswerState.ANSWERED: State.MET,
    AnswerState.PLACEHOLDER: State.UNMET,
    AnswerState.ASKED_ONLY: State.UNMET,
    AnswerState.ABSENT: State.UNMET,
    AnswerState.UNCLEAR: State.UNKNOWN,
}
REFUSED = "refused"
"""Reason code: the question is answered, but with a no where that does not count."""
MAX_REMEMBERED_TEXTS = 4_096


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
            found = f"{ATTACHMENT_FOUND}."
            return Outcome(State.UNKNOWN, ATTACHMENT_ONLY, found, headings=outcome.headings)
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
    trusted as they stand. An answer to `or_else` makes up for all of them. `refusals` gives, for
    a question whose answer has to be favourable, the words that make it a no: such an answer
    counts neither among the questions nor in their stead.
    """

    all_of: tuple[QuestionId, ...]
    or_else: tuple[QuestionId, ...] = ()
    refusals: WordsByQuestion = field(default_factory=dict, hash=False)

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        if isinstance(case.judgement, Unread):
            return not_checkable(case.judgement.reason)
        instead = [self._counted(case, question) for question in self.or_else]
        for outcome in instead:
            if outcome.state is State.MET:
                return outcome
        outcomes = {question: self._counted(case, question) for question in self.all_of}
        gaps = {q: o for q, o in outcomes.items() if o.state is not State.MET}
        total, count = len(outcomes), len(outcomes) - len(gaps)
        evidence = tuple(e for o in (*outcomes.values(), *instead) for e in o.evidence)
        if not gaps:
            return Outcome(State.MET, "answered", f"All {total} questions answered.", evidence)
        names = ", ".join(question_name(question) for question in gaps)
        refused = " ".join(o.message for o in (*gaps.values(), *instead) if o.reason == REFUSED)
        may_be = any(outcome.state is State.UNKNOWN for outcome in instead)
        unmet = not may_be and any(outcome.state is State.UNMET for outcome in gaps.values())
        return Outcome(
            State.UNMET if unmet else State.UNKNOWN,
            "incomplete" if unmet else "unclear",
            f"{count} of {total} questions answered; missing: {names}. {refused}".rstrip(),
            evidence,
            headings=tuple(heading for gap in gaps.values() for heading in gap.headings),
        )

    def questions(self) -> tuple[QuestionId, ...]:
        """All of them."""
        return (*self.all_of, *self.or_else)

    def flaw(self) -> tuple[tuple[str, ...], str] | None:
        """Refusals are of no use but for a question that is asked."""
        asked = self.questions()
        for question in self.refusals:
            if question not in asked:
                problem = f"{question!r} is not asked here; allowed: {', '.join(asked)}"
                return ("refusals", question), problem
        return None

    def _counted(self, case: Case, question: QuestionId) -> Outcome:
        """The answer to a question, unmet when it is a no that does not count."""
        outcome = _answer(case, question)
        refusals = self.refusals.get(question)
        if not refusals or outcome.state is not State.MET:
            return outcome
        said = _words(outcome.evidence[0].quote) if outcome.evidence else ()
        if not any(_holds(said, _words(refusal)) for refusal in refusals):
            return outcome
        cited = shown(outcome.evidence[0])
        message = f"The answer on {question_name(question)} is a no: {cited}."
        headings = (case.headings[question],)
        return Outcome(State.UNMET, REFUSED, message, outcome.evidence, headings=headings)


@lru_cache(MAX_REMEMBERED_TEXTS)
def _words(text: str) -> tuple[str, ...]:
    """The words of a text without case, accents and punctuation."""
    return tuple(word.text for word in words_of(fold(text)))


def _holds(words: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether the phrase stands among the words, whole and in its order."""
    size = len(phrase)
    return size > 0 and any(words[at : at + size] == phrase for at in range(len(words) - size + 1))


def _answer(case: Case, question: QuestionId) -> Outcome:
    if isinstance(case.judgement, Unread):
        return not_checkable(case.judgement.reason)
    judged = case.judgement.answers.get(question)
    if judged is None or judged.answer.reason is ReasonCode.ABSENT:
        return _absent(case.headings[question])
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
        headings=() if met else (case.headings[question],),
    )


@lru_cache(MAX_REMEMBERED_TEXTS)
def _absent(heading: str) -> Outcome:
    """The outcome of a question of which no note says anything."""
    said = f"{FOUND[ReasonCode.ABSENT]}."
    return Outcome(State.UNMET, ReasonCode.ABSENT.value, said, headings=(heading,))


def _has_bare_attachment(case: Case) -> bool:
    return any(note.has_attachments and is_blank(note) for note in case.notes.values())
