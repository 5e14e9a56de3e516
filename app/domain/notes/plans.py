"""What the customer intends to build in the coming year."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.notes.answer import AnswerState, Fact, QuestionKind
from app.domain.notes.frame import Frame
from app.domain.notes.label import Mark
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.passage import Part
from app.domain.notes.substance import judge_text

_QUESTION = "next_year_plans"


def plans(script: Manuscript, found: Iterable[tuple[Mark, list[Part]]]) -> Fact[str] | None:
    """The verbatim plans: under a label for them, or a sentence with a time frame; else None."""
    for mark, parts in found:
        if _QUESTION not in mark.questions or not parts:
            continue
        (first, (start, end)), (last, (_, stop)) = parts[0], parts[-1]
        opinion = judge_text(first, start, end, QuestionKind.TEXT)
        if opinion.state is AnswerState.ANSWERED:
            quote = script.page.text[first.line.start + start : last.line.start + stop]
            return Fact(quote, quote)
    return _stated(script)


def _stated(script: Manuscript) -> Fact[str] | None:
    for passage in script.passages:
        if script.frames[passage.index] is not Frame.NOTE or script.labelled(passage.index):
            continue
        if "plan_time" not in passage.kinds:
            continue
        for sentence in passage.sentences:
            if passage.has("plan_time", *sentence) and passage.has("intends", *sentence):
                quote = passage.text[slice(*sentence)]
                if not quote.rstrip().endswith("?"):
                    return Fact(quote, quote)
    return None
