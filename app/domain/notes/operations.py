"""Signs of how the customer runs its applications, for the operational axis of the zone."""

from __future__ import annotations

from app.domain.notes.answer import Fact, OpsSign
from app.domain.notes.frame import NOT_THEIRS
from app.domain.notes.manuscript import Manuscript

ASPECTS = ("governance", "standards_owner", "security_owner", "consistency", "incidents")
_SIGNS = {f"{aspect}.{sign.value}": (aspect, sign) for aspect in ASPECTS for sign in OpsSign}


def operational_signs(script: Manuscript) -> dict[str, Fact[OpsSign] | None]:
    """One sign per aspect with its sentence: the last one that the note gives, else None.

    What is said under "why FlowFuse" is what the customer wishes for, not what it has; a sentence
    there counts only when it points down.
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
            if wished and sign is OpsSign.HIGH:
                continue
            start, _ = passage.span_of(hit)
            sentence = passage.sentence_at(start)
            found[aspect] = Fact(sign, passage.text[slice(*sentence)])
    return found
