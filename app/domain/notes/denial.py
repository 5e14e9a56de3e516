"""Texts that take back what they say: the plan is off, no event will come, the trouble is over.

Judges one text by itself; whether a later sentence of the note withdraws an earlier answer is the
business of `revision`.
"""

from __future__ import annotations

import re

from app.domain.notes.answer import QuestionKind, ReasonCode
from app.domain.notes.stretch import Opinion, Stretch, blank

_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_CLAUSE_SIGNS = (", ", "(", "; ", " – ", " - ")
_BACK = re.compile(
    r"\W*(?:that|this|it|they|he|she|scrap|ignore|forget|strike|delete|disregard|correction|corrected"
    r"|update|edit|later|but|sorry|no longer|not any|now|meanwhile|das|dies|korrektur|nachtrag|dat"
    r"|correctie|cela|ca|correction|eso|esto|correccion)\b"
)
_MAX_WORDS_TO_DENIAL = 4
_MAX_WORDS_TO_CLOSE = 2
_MAX_WORDS_BEHIND_DENIAL = 3
_MAX_WORDS_SOLVED = 12
_DIGIT = re.compile(r"\d")


def withdrawn(stretch: Stretch) -> Opinion | None:
    """A text that says of itself that it no longer holds."""
    if stretch.opens_with("denied") and not (
        stretch.kind is QuestionKind.TIMING and stretch.has("time") and _DIGIT.search(stretch.text)
    ):
        return blank(ReasonCode.RETRACTED, "says that it no longer holds")
    if "denied" in stretch.passage.kinds and _taken_back(stretch):
        return blank(ReasonCode.RETRACTED, "is taken back in the next breath")
    return None


def _taken_back(stretch: Stretch) -> bool:
    """Whether a later sentence withdraws what the first says: "New hall in May. Scrap that."."""
    if _ends_denied(stretch):
        return True
    inside = [span for span in stretch.passage.sentences if stretch.start < span[0] < stretch.end]
    for index, (start, end) in enumerate(inside):
        later = stretch._replace(start=start, end=min(end, stretch.end))
        back = later.opens_with("denied", _MAX_WORDS_TO_DENIAL) and _BACK.match(later.folded)
        if back or (later.has("denied") and _echoes(stretch, later)):
            rest = sum(len(stretch.passage.text[a:b].split()) for a, b in inside[index + 1 :])
            return rest <= _MAX_WORDS_BEHIND_DENIAL
    return False


def _echoes(stretch: Stretch, later: Stretch) -> bool:
    """Whether a later sentence speaks of the same thing as what stands before it."""
    before = stretch._replace(end=later.start)
    said = set(_LONG_WORD.findall(before.folded)) - stretch.passage.fillers
    return not said.isdisjoint(_LONG_WORD.findall(later.folded))


def _ends_denied(stretch: Stretch) -> bool:
    """Whether its last clause withdraws it: "the audit, which is behind them now"."""
    if stretch.kind not in {QuestionKind.TIMING, QuestionKind.VALUE}:
        return False
    closing = max(stretch.text.rfind(sign) for sign in _CLAUSE_SIGNS)
    last = stretch._replace(start=stretch.start + closing)
    return (
        closing > 0
        and last.opens_with("denied", _MAX_WORDS_TO_CLOSE)
        and not _DIGIT.search(last.text)
    )


def dropped(stretch: Stretch) -> Opinion | None:
    """An event that will not come, with no other date beside it, is no reason for the timing."""
    if stretch.kind is not QuestionKind.TIMING or stretch.has("time"):
        return None
    if stretch.has("dropped") and not _DIGIT.search(stretch.text):
        return blank(ReasonCode.RETRACTED, "what it hung on will not come")
    return None


def solved(stretch: Stretch) -> Opinion | None:
    """Trouble that is over is no reason to change."""
    over = stretch.kind is QuestionKind.REASON and stretch.has("solved")
    if over and stretch.size <= _MAX_WORDS_SOLVED:
        return blank(ReasonCode.NEGATED, "the trouble is over")
    return None
