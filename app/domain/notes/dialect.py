"""Which short ways of heading answers a note uses: its own abbreviations, letters and legends.

"Change:" or "C:" head an answer only in notes that show they mean the whys by it: by using several
of them, by naming the framework that the letters come from, or by a legend ("C = change").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from app.domain.notes.answer import WHY_CHANGE, WHY_NOW, QuestionId
from app.domain.notes.label import BREAK_BEFORE, SIGN, Dialect
from app.domain.notes.passage import Passage

_FRAMEWORKS: Mapping[str, tuple[tuple[str, QuestionId], ...]] = {
    "meddicc": (("i", WHY_CHANGE),),
    "spiced": (("p", WHY_CHANGE), ("c", WHY_NOW)),
}
"""The letters of sales frameworks that stand for a why, by the class of the framework's name."""

_KEY = re.compile(r"(?:^|[^\w])(?P<key>[a-z0-9]{1,3})\s?(?:=|->|→|stands for|means)\s?$")
_MAX_KEY_CHARACTERS = 24  # more than a key and its sign take, so that no word is cut into one
_MIN_KINDS = 2


def dialect_of(passages: Sequence[Passage]) -> Dialect:
    """What a note as a whole allows as labels."""
    kinds = (kind for passage in passages for kind in passage.kinds)
    letters = next((_FRAMEWORKS[kind] for kind in kinds if kind in _FRAMEWORKS), ())
    return Dialect(
        _has_short_labels(passages), _has_initials(passages), letters or _legend(passages)
    )


def _has_short_labels(passages: Sequence[Passage]) -> bool:
    """Whether a note heads its answers "change", "now" and the like, without any "why"."""
    questions: set[str] = set()
    for passage in passages:
        if "whys" in passage.kinds:
            return True
        if not passage.questions:
            continue
        for hit in passage.hits:
            if hit.kind.startswith("short."):
                start, end = passage.span_of(hit)
                if BREAK_BEFORE.search(passage.folded[:start]) or passage.folded[start - 2] == ",":
                    sign = SIGN.match(passage.text, end)
                    if sign and sign["sign"][0] in ":=→":
                        questions.add(hit.kind)
    return len(questions) >= _MIN_KINDS


def _has_initials(passages: Sequence[Passage]) -> bool:
    """Whether several lines or clauses begin with the initials of a why ("WC", "WN")."""
    kinds = {
        hit.kind
        for passage in passages
        if passage.questions
        for hit in passage.hits
        if hit.kind.startswith("initials.")
        and "/" not in passage.folded[: passage.words[hit.last - 1].end + 1][-5:]
        and BREAK_BEFORE.search(passage.folded[: passage.words[hit.first].start])
    }
    return len(kinds) >= _MIN_KINDS


def _legend(passages: Sequence[Passage]) -> tuple[tuple[str, QuestionId], ...]:
    """The keys that the note itself explains: "C = change, N = now, F = FlowFuse"."""
    for passage in passages:
        if not passage.questions:
            continue
        keys: dict[str, QuestionId] = {}
        for hit in passage.hits:
            if hit.kind.startswith(("short.", "labels.")):
                start = passage.words[hit.first].start
                key = _KEY.search(passage.folded[max(0, start - _MAX_KEY_CHARACTERS) : start])
                if key is not None:
                    keys[key["key"]] = QuestionId(hit.kind.partition(".")[2])
        if len(keys) >= _MIN_KINDS:
            return tuple(keys.items())
    return ()
