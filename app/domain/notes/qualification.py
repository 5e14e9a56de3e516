"""The four questions from MQL to SQL, answered by the facts.

Answered is not favourable: "not in production" and "0 instances" are answers, and where Node-RED
is not used at all, the questions about its extent are answered with that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.notes.answer import (
    MQL_ADOPTED,
    MQL_FOOTPRINT,
    MQL_PLANS,
    MQL_PRODUCTION,
    Answer,
    AnswerState,
    Fact,
    Facts,
    Question,
    QuestionId,
    QuestionKind,
    ReasonCode,
)

ABSENT = Answer(AnswerState.ABSENT, ReasonCode.ABSENT)
QUALIFYING: tuple[Question, ...] = (
    Question(
        MQL_ADOPTED, QuestionKind.FACT, (), "Have they adopted Node-RED, and what have they built?"
    ),
    Question(
        MQL_FOOTPRINT, QuestionKind.FACT, (), "How many instances, and how many people develop?"
    ),
    Question(MQL_PRODUCTION, QuestionKind.FACT, (), "Is Node-RED used in production?"),
    Question(MQL_PLANS, QuestionKind.TEXT, (), "What do they plan to build in the next year?"),
)


def qualifying_facts(facts: Facts) -> Mapping[QuestionId, tuple[Fact[Any] | None, ...]]:
    """For each question the facts that would answer it; it is answered once none is None."""
    adopted = facts.node_red_adopted
    unused = adopted is not None and adopted.value is False
    extent = (facts.node_red_instances, facts.node_red_developers)
    return {
        MQL_ADOPTED: (adopted,),
        MQL_FOOTPRINT: (adopted,) if unused and not any(extent) else extent,
        MQL_PRODUCTION: (adopted if unused else facts.node_red_in_production,),
        MQL_PLANS: (facts.next_year_plans,),
    }


def qualifying_answers(facts: Facts) -> dict[QuestionId, Answer]:
    """The answers of the four questions; half an answer is unclear."""
    return {
        question: _answer([fact for fact in needed if fact is not None], len(needed))
        for question, needed in qualifying_facts(facts).items()
    }


def _answer(known: list[Fact[Any]], needed: int) -> Answer:
    if not known:
        return ABSENT
    if len(known) < needed:
        return Answer(AnswerState.UNCLEAR, ReasonCode.PARTIAL, known[0].quote)
    return Answer(AnswerState.ANSWERED, ReasonCode.LABELLED, known[0].quote)
