"""Reading notes like a careful sales manager: from free text to answers, each with its quote.

Pure: no clock, no I/O, no logging; the note's date and `now` are inputs. See `docs/notes.md`.
"""

from app.domain.notes.answer import (
    MQL_ADOPTED,
    MQL_FOOTPRINT,
    MQL_PLANS,
    MQL_PRODUCTION,
    MQL_QUESTIONS,
    WHY_CHANGE,
    WHY_FLOWFUSE,
    WHY_NOW,
    WHYS,
    Answer,
    AnswerState,
    Fact,
    Facts,
    Judged,
    Judgement,
    NoteReading,
    OpsSign,
    Question,
    QuestionId,
    QuestionKind,
    ReasonCode,
    Segment,
    SourceNote,
)
from app.domain.notes.page import stripped
from app.domain.notes.reader import Reader
from app.domain.notes.rendering import answers_as_json
from app.domain.notes.vocabulary import Vocabulary

__all__ = [
    "MQL_ADOPTED",
    "MQL_FOOTPRINT",
    "MQL_PLANS",
    "MQL_PRODUCTION",
    "MQL_QUESTIONS",
    "WHYS",
    "WHY_CHANGE",
    "WHY_FLOWFUSE",
    "WHY_NOW",
    "Answer",
    "AnswerState",
    "Fact",
    "Facts",
    "Judged",
    "Judgement",
    "NoteReading",
    "OpsSign",
    "Question",
    "QuestionId",
    "QuestionKind",
    "Reader",
    "ReasonCode",
    "Segment",
    "SourceNote",
    "Vocabulary",
    "answers_as_json",
    "stripped",
]
