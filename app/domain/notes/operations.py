"""Signs of how the customer runs its applications, for the operational axis of the zone."""

from __future__ import annotations

from app.domain.notes.answer import Fact, OpsSign
from app.domain.notes.frame import NOT_THEIRS
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.vocabulary import WORDS

ASPECTS = ("governance", "standards_owner", "security_owner", "consistency", "incidents")
_ABSENT = WORDS["no"] | WORDS["negation"] | WORDS["lacking"]
_MAX_WORDS_AFTER = 3
_SIGNS = {f"{aspect}.{sign.value}": (aspect, sign) for aspect in ASPECTS for sign in OpsSign}


def operational_signs(script: Manuscript) -> dict[str, Fact[OpsSign] | None]:
    """One sign per aspect with its sentence: the last one that the note gives, else None.

    What is said under "why FlowFuse" is what the customer wishes for, not what it has; a sentence
    there counts only when it points down. So does one that denies, wants or awaits what it names.
    """
    found: dict[str, Fact[OpsSign] | None] = dict.fromkeys(ASPECTS)
    for passage in script.passages:
        if script.frames[passage.index] in NOT_THEIRS:
            continue
        if passage.kinds.isdisjoint(_SIGNS):
            continue
        wished = any("why_flowfuse" in mark.questions for mark in script.marks[passage.index])
        for hit in passage.hits:
            if hit.kind not in _SIGNS:
                continue
            aspect, sign = _SIGNS[hit.kind]
            if sign is OpsSign.HIGH and (wished or _not_there(passage, hit)):
                continue
            start, _ = passage.span_of(hit)
            sentence = passage.sentence_at(start)
            found[aspect] = Fact(sign, passage.text[slice(*sentence)])
    return found


def _not_there(passage: Passage, hit: Hit) -> bool:
    """Whether a sentence denies or wishes for what a phrase names ("no SSO", "they want RBAC")."""
    start, end = passage.span_of(hit)
    span = passage.sentence_at(start)
    before = [word for word in passage.words[: hit.first] if word.start >= span[0]]
    if any(word.text in _ABSENT for word in before):
        return True
    after = passage.words[hit.last : hit.last + _MAX_WORDS_AFTER]
    return passage.has("planned", span[0], start) or any(
        word.text in WORDS["pending"] for word in after if word.end <= max(end, span[1])
    )
