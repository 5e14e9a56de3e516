"""What reading a note gives: questions, answers, facts, and their judgement over several notes.

Values only; nothing here reads or decides anything. Every answer carries the verbatim words it
rests on and a reason code, because a finding that cannot cite its sentence convinces nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, NewType, TypeVar

QuestionId = NewType("QuestionId", str)
"""Stable name of a question, for example `why_change`."""

WHY_CHANGE = QuestionId("why_change")
WHY_NOW = QuestionId("why_now")
WHY_FLOWFUSE = QuestionId("why_flowfuse")
WHYS = (WHY_CHANGE, WHY_NOW, WHY_FLOWFUSE)

MQL_ADOPTED = QuestionId("mql_adopted")
MQL_FOOTPRINT = QuestionId("mql_footprint")
MQL_PRODUCTION = QuestionId("mql_production")
MQL_PLANS = QuestionId("mql_plans")
MQL_QUESTIONS = (MQL_ADOPTED, MQL_FOOTPRINT, MQL_PRODUCTION, MQL_PLANS)

T_co = TypeVar("T_co", covariant=True)


class AnswerState(StrEnum):
    """How far a question is answered; only `answered` counts as known.

    `placeholder` is text without an answer in it, `asked_only` the bare question, `absent` no
    trace of either, `unclear` an answer that cannot be trusted as it stands.
    """

    ANSWERED = "answered"
    PLACEHOLDER = "placeholder"
    ASKED_ONLY = "asked_only"
    ABSENT = "absent"
    UNCLEAR = "unclear"


class QuestionKind(StrEnum):
    """What would be an answer of the right kind."""

    REASON = "reason"
    """Why change: a trouble, a trigger, something that no longer holds."""
    TIMING = "timing"
    """Why now: a date, a period, an event, or a reason for the timing."""
    VALUE = "value"
    """Why us: a value, a feature, a comparison, a recommendation."""
    SIGNAL = "signal"
    """A meeting's exit signal: something that was agreed or decided, not merely hoped for."""
    FACT = "fact"
    """A plain fact, where a "no" or a zero answers as well as a "yes"."""
    TEXT = "text"
    """Any text of substance."""


class ReasonCode(StrEnum):
    """Why an answer is judged as it is; stable codes to count by."""

    LABELLED = "labelled"
    """Answered under its own label."""
    STATED = "stated"
    """Answered in an unmistakable sentence without a label."""
    PLACEHOLDER = "placeholder"
    QUESTION_ONLY = "question_only"
    RETRACTED = "retracted"
    SUPERSEDED = "superseded"
    NEGATED = "negated"
    HEDGED = "hedged"
    ON_HOLD = "on_hold"
    DOUBTFUL = "doubtful"
    """Its words are as often those of a text without an answer."""
    NOT_DECIDED = "not_decided"
    SELLERS_VIEW = "sellers_view"
    PITCH = "pitch"
    TEMPLATE = "template"
    OTHER_DEAL = "other_deal"
    WRONG_WHY = "wrong_why"
    NO_TIMING = "no_timing"
    EMPTY_PRAISE = "empty_praise"
    REFERENCE = "reference"
    LINK_ONLY = "link_only"
    STALE = "stale"
    UNKNOWN_LANGUAGE = "unknown_language"
    COPIED = "copied"
    PARTIAL = "partial"
    ABSENT = "absent"


class OpsSign(StrEnum):
    """Which way one statement points on the operational axis."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Question:
    """One question that notes are read for.

    `labels` are the ways people head its answer, in any language ("Exit signal 1a", "1a exit");
    case, punctuation, spacing and small typos do not matter. `implied` are phrases after which an
    answer follows in running text ("they agreed to"); `asks` is the question as a person asks it.
    """

    id: QuestionId
    kind: QuestionKind
    labels: tuple[str, ...]
    asks: str
    implied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question.

    `quote` is verbatim in the stripped note, None where nothing can be quoted. `expires_at` is
    when the answer's own date has passed (a "why now" with a deadline), None when it has none.
    """

    state: AnswerState
    reason: ReasonCode
    quote: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fact(Generic[T_co]):
    """A value with the words that state it; `note_id` and `written_at` once it is judged."""

    value: T_co
    quote: str
    note_id: str | None = None
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What notes say about the customer's Node-RED and how they run it; None is not said.

    Counts are current ones. The last five are signs on the operational axis of the zone.
    """

    node_red_adopted: Fact[bool] | None = None
    node_red_instances: Fact[int] | None = None
    node_red_developers: Fact[int] | None = None
    node_red_in_production: Fact[bool] | None = None
    node_red_sites: Fact[int] | None = None
    next_year_plans: Fact[str] | None = None
    governance: Fact[OpsSign] | None = None
    standards_owner: Fact[OpsSign] | None = None
    security_owner: Fact[OpsSign] | None = None
    consistency: Fact[OpsSign] | None = None
    incidents: Fact[OpsSign] | None = None


@dataclass(frozen=True, slots=True)
class NoteReading:
    """One note, read: an answer for every question of the reader, and the facts."""

    answers: Mapping[QuestionId, Answer]
    facts: Facts


@dataclass(frozen=True, slots=True)
class SourceNote:
    """A note to judge together with others; `copies` counts other deals with the same text.

    `reading` is what was read in it before, and stands for its body then.
    """

    id: str
    body: str
    written_at: datetime
    copies: int = 0
    reading: NoteReading | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The answer that stands after all notes, where it was found, and what was read for it."""

    answer: Answer
    note_id: str | None
    written_at: datetime | None
    considered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Many notes together. `recheck_at` is when time alone would change an answer, else None."""

    answers: Mapping[QuestionId, Judged]
    facts: Facts
    recheck_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of a note that was judged for one question, as `--explain` shows it.

    `stands` marks the one that became the answer.
    """

    question: QuestionId
    label: str
    text: str
    state: AnswerState
    reason: ReasonCode
    why: str
    stands: bool = False
