"""Which short ways of heading answers a note uses: its own abbreviations, letters and legends.

"Change:" or "C:" head an answer only in notes that show they mean the whys by it: by using several
of them, by naming the framework that the letters come from, or by a legend ("C = change").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from app.domain.notes.answer import WHY_CHANGE, WHY_FLOWFUSE, WHY_NOW, QuestionId
from app.domain.notes.label import Dialect
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.sign import SIGN, breaks_before

_FRAMEWORKS: Mapping[str, tuple[tuple[str, QuestionId], ...]] = {
    "meddicc": (("i", WHY_CHANGE),),
    "spiced": (("p", WHY_CHANGE), ("c", WHY_NOW)),
}
"""The letters of sales frameworks that stand for a why, by the class of the framework's name."""

_SPELLED: Mapping[str, tuple[str, ...]] = {
    "meddicc": ("meddic", "meddpic"),
    "spiced": ("spic",),
}
"""What the first letters of a note's fields spell when it follows a framework without naming it."""

_KEY = re.compile(r"(?:^|[^\w])(?P<key>[a-z0-9]{1,3})\s?(?:=|->|→|stands for|means)\s?$")
_EXPLAINS = re.compile(r"[=→]|->|stands for|means")
_MAX_KEY_CHARACTERS = 24  # more than a key and its sign take, so that no word is cut into one
_FIELD_SIGN = re.compile(r"\W*[A-Za-z]\s?(?:\([^()]{1,30}\))?\s?[:=–-]")
_LOGISTICS = re.compile(
    r"\b(?:seats?|licen[cs]es?|quotes?|quoted|offer(?:ed)?|demo|trial|call|meeting|invite[ds]?"
    r"|attend\w*|present|tbd|eur|usd|k)\b|[€$£]"
)
_OUR_NAME, _LABEL_OF_US = f"short.{WHY_FLOWFUSE}", f"labels.{WHY_FLOWFUSE}"
_MIN_KINDS = 2


def dialect_of(passages: Sequence[Passage]) -> Dialect:
    """What a note as a whole allows as labels."""
    kinds = (kind for passage in passages for kind in passage.kinds)
    named = next((kind for kind in kinds if kind in _FRAMEWORKS), None) or _spelled(passages)
    letters = _FRAMEWORKS[named] if named else ()
    return Dialect(
        _has_short_labels(passages), _has_initials(passages), letters or _legend(passages)
    )


def _has_short_labels(passages: Sequence[Passage]) -> bool:
    """Whether a note heads its answers "change", "now" and the like, without any "why"."""
    questions: set[str] = set()
    siblings: set[str] = set()
    for passage in passages:
        if "whys" in passage.kinds:
            return True
        siblings.update(kind for kind in passage.questions if kind.startswith("labels.why_"))
        for hit in passage.hits if passage.questions else ():
            if hit.kind.startswith("short.") and _heads_answer(passage, hit):
                questions.add(hit.kind)
    alone = questions == {_OUR_NAME} and siblings and _LABEL_OF_US not in siblings
    return len(questions) >= _MIN_KINDS or bool(alone)


def _heads_answer(passage: Passage, hit: Hit) -> bool:
    """Whether a sign behind a short word makes it a label; our name may head logistics too."""
    start, end = passage.span_of(hit)
    if not breaks_before(passage.folded[:start]) and passage.folded[start - 2] != ",":
        return False
    sign = SIGN.match(passage.text, end)
    if sign is None or not (sign["sign"][0] in ":=→" or sign["sign"].isalpha()):
        return False
    return hit.kind != _OUR_NAME or not _LOGISTICS.search(passage.folded, end)


def _spelled(passages: Sequence[Passage]) -> str | None:
    """The framework that the one-letter fields of a note spell, line by line."""
    letters = "".join(
        passage.words[0].text
        for passage in passages
        if passage.words and len(passage.words[0].text) == 1 and _FIELD_SIGN.match(passage.text)
    )
    return next(
        (name for name, spellings in _SPELLED.items() if letters.startswith(spellings)), None
    )


def _has_initials(passages: Sequence[Passage]) -> bool:
    """Whether several lines or clauses begin with the initials of a why ("WC", "WN")."""
    kinds = {
        hit.kind
        for passage in passages
        if passage.questions
        for hit in passage.hits
        if hit.kind.startswith("initials.")
        and "/" not in passage.folded[: passage.words[hit.last - 1].end + 1][-5:]
        and breaks_before(passage.folded[: passage.words[hit.first].start])
    }
    return len(kinds) >= _MIN_KINDS


def _legend(passages: Sequence[Passage]) -> tuple[tuple[str, QuestionId], ...]:
    """The keys that the note itself explains: "C = change, N = now, F = FlowFuse"."""
    for passage in passages:
        if not passage.questions or not _EXPLAINS.search(passage.folded):
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
