"""What a salesperson reads about an answer in a note, by its reason code.

Each phrase completes what was found; the quote judged follows it. Total over the reason codes
(tested), so that a new way to fail an answer cannot reach a person as a bare code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.domain.notes import (
    MQL_ADOPTED,
    MQL_FOOTPRINT,
    MQL_PLANS,
    MQL_PRODUCTION,
    WHY_CHANGE,
    WHY_FLOWFUSE,
    WHY_NOW,
    Question,
    QuestionId,
    ReasonCode,
)

FOUND: Mapping[ReasonCode, str] = {
    ReasonCode.LABELLED: "Answered",
    ReasonCode.STATED: "Answered",
    ReasonCode.PLACEHOLDER: "There is a placeholder where the answer should be",
    ReasonCode.QUESTION_ONLY: "The question is written down, but no answer follows",
    ReasonCode.RETRACTED: "An earlier answer was taken back",
    ReasonCode.SUPERSEDED: "An earlier answer no longer holds",
    ReasonCode.NEGATED: "The note says that there is none",
    ReasonCode.HEDGED: "The answer is a maybe",
    ReasonCode.ON_HOLD: "The note says that this is on hold",
    ReasonCode.DOUBTFUL: "The words there rarely answer such a question",
    ReasonCode.NOT_DECIDED: "Nothing has been agreed or decided yet",
    ReasonCode.SELLERS_VIEW: "This is our own view; the customer's is not on record",
    ReasonCode.PITCH: "This is our own pitch; the customer's words are not on record",
    ReasonCode.TEMPLATE: "Only the template's own text is there",
    ReasonCode.OTHER_DEAL: "The answer belongs to another deal",
    ReasonCode.WRONG_WHY: "What is written there answers another question",
    ReasonCode.NO_TIMING: "There is no date, event or reason for the timing",
    ReasonCode.EMPTY_PRAISE: "Sympathy is no reason: no value, feature or comparison is named",
    ReasonCode.REFERENCE: "The answer is only referred to, not written down",
    ReasonCode.LINK_ONLY: "There is a link where the answer should be, which cannot be read here",
    ReasonCode.STALE: "The date given has passed",
    ReasonCode.UNKNOWN_LANGUAGE: "The answer is in a language that cannot be read here",
    ReasonCode.COPIED: "The same text stands on other deals",
    ReasonCode.PARTIAL: "Only a part of the question is answered",
    ReasonCode.ABSENT: "No note on the deal, its contacts or its company says so",
}

ATTACHMENT_ONLY = "attachment_only"
"""Reason code: nothing is written, but a note consists of an attachment alone."""
ATTACHMENT_FOUND = "The answer may be in an attachment, which cannot be read here"

QUESTION_NAMES: Mapping[QuestionId, str] = {
    MQL_ADOPTED: "Node-RED adopted",
    MQL_FOOTPRINT: "instances and developers",
    MQL_PRODUCTION: "used in production",
    MQL_PLANS: "plans for the next year",
}
"""The built-in questions in a few words, for lists of what is missing."""


WHY_HEADINGS: Mapping[QuestionId, str] = {
    WHY_CHANGE: "Why change?",
    WHY_NOW: "Why now?",
    WHY_FLOWFUSE: "Why FlowFuse?",
}


def headings(questions: Iterable[Question]) -> Mapping[QuestionId, str]:
    """For each question, built-in ones too, a heading under which a note answers it."""
    built_in = {question: name[:1].upper() + name[1:] for question, name in QUESTION_NAMES.items()}
    return {**WHY_HEADINGS, **built_in, **{own.id: own.labels[0] for own in questions}}


def question_name(question: QuestionId) -> str:
    """A question in a few words: its own name, else its id as words."""
    return QUESTION_NAMES.get(question) or question.replace("_", " ")


def in_words(items: Iterable[str], last: str) -> str:
    """`a, b and c` with the given last joint; empty for nothing."""
    *most, end = [*items] or [""]
    return f"{', '.join(most)} {last} {end}" if most else end
