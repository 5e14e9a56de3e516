"""A second opinion on what the vocabulary takes for substance, by how its words lean.

Only ever lowers: what leans clearly away from an answer is blank, what leans a little away
cannot be told. It refuses to raise a text to an answer, since a bad deal that passes costs more
than a question too many.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from app.domain.notes.answer import AnswerState, ReasonCode
from app.domain.notes.candidate import ASKED, Candidate
from app.domain.notes.label import Place
from app.domain.notes.leaning import KINDS, built_in
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.stretch import Opinion, blank, unclear

EMPTY_BELOW = 0.1
DOUBTFUL_BELOW = 0.25
"""Where leaning away ends, found on notes whose authors the weights had not learned from."""
ASIDE_BELOW = 0.5
"""A text after an empty line is no heading's own; it has to speak for itself to be its answer."""


def doubted(script: Manuscript, candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates, those that do not read like an answer lowered."""
    return [_doubted(script, candidate) for candidate in candidates]


def _doubted(script: Manuscript, candidate: Candidate) -> Candidate:
    kind = script.kinds[candidate.question]
    if candidate.state is not AnswerState.ANSWERED or kind not in KINDS:
        return candidate
    text = script.page.text[candidate.start : candidate.end]
    leanings = built_in()
    leaning = leanings.lean(text, kind)
    if leaning < ASIDE_BELOW and _stands_aside(script, candidate):
        return candidate._replace(opinion=ASKED)
    if leaning >= DOUBTFUL_BELOW:
        return candidate
    return candidate._replace(opinion=_opinion(leaning, leanings.telling(text, kind)))


def _stands_aside(script: Manuscript, candidate: Candidate) -> bool:
    """Whether an empty line parts the text from the label that it would answer."""
    lines = (passage.line for passage in script.passages[candidate.passage + 1 :])
    between = takewhile(lambda line: line.start <= candidate.start, lines)
    return candidate.place is Place.HEAD and any(line.gap for line in between)


def _opinion(leaning: float, words: list[str]) -> Opinion:
    why = f"reads like no answer ({leaning:.2f}): {', '.join(words)}"
    if leaning < EMPTY_BELOW:
        return blank(ReasonCode.PLACEHOLDER, why)
    return unclear(ReasonCode.DOUBTFUL, why)
