"""Evidence that a text is of the kind asked for: a time for why now, more than a time for the rest.

A text under a label is taken at its word unless it is empty or plainly of another kind. "Their
gauges drift" names nothing that a date could hang on, hence it does not say why now, and "Q4"
alone names neither trouble nor merit. Nothing here asks whether the words make a good reason.
"""

from __future__ import annotations

import re

from app.domain.notes.answer import QuestionKind, ReasonCode
from app.domain.notes.stretch import Opinion, Stretch, blank
from app.domain.notes.vocabulary import WORDS

_DIGIT = re.compile(r"\d")
_LIKING = re.compile(
    r"\W*(?:they|he|she|we|customer|team|everybody|everyone)\s(?:\w+\s){0,2}?"
    r"(?:likes?d?|loves?d?|prefers?|preferred|appreciates?)\b"
)


def misplaced(stretch: Stretch) -> Opinion | None:
    """Why a text that is not empty is none of the kind; None when nothing speaks against it."""
    if stretch.kind is QuestionKind.TIMING:
        return None if _names_a_time(stretch) else _TIMELESS
    if stretch.kind not in {QuestionKind.REASON, QuestionKind.VALUE}:
        return None
    if "time" in stretch.passage.kinds and _only(stretch, "time"):
        return _ONLY_A_TIME
    if stretch.has("footprint") and _DIGIT.search(stretch.text) and _only(stretch, "footprint"):
        return _ONLY_COUNTS
    if stretch.kind is QuestionKind.REASON and _praises_us(stretch):
        return _PRAISE
    return None


def _names_a_time(stretch: Stretch) -> bool:
    if stretch.has("time") or _DIGIT.search(stretch.text):
        return True
    passage, words = stretch.passage, stretch.passage.words
    inside = passage.words_in(*stretch.span)
    return any(
        hit.kind == "occasion"
        and inside.start <= hit.first < inside.stop
        and not any(
            w.text in WORDS["no_occasion"] for w in words[max(0, hit.first - 2) : hit.first]
        )
        for hit in passage.hits
    )


def _only(stretch: Stretch, kind: str) -> bool:
    """Whether nothing but phrases of a class, numbers and small words stand there."""
    passage = stretch.passage
    named = {
        place for hit in passage.hits if hit.kind == kind for place in range(hit.first, hit.last)
    }
    return all(
        place in named
        or passage.words[place].text in passage.fillers
        or passage.words[place].text.isdecimal()
        for place in passage.words_in(*stretch.span)
    )


def _praises_us(stretch: Stretch) -> bool:
    """Whether they like the product, which tells why us and not why change."""
    liking = _LIKING.match(stretch.folded)
    return liking is not None and stretch.has("merit") and stretch.has("ourselves")


_TIMELESS = blank(ReasonCode.NO_TIMING, "names no date, period or event")
_ONLY_A_TIME = blank(ReasonCode.WRONG_WHY, "only a time, no reason")
_ONLY_COUNTS = blank(ReasonCode.WRONG_WHY, "counts what they run, no reason")
_PRAISE = blank(ReasonCode.WRONG_WHY, "speaks of the product, not of trouble")
