"""What the others say after a speaker has put a question."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.notes.label import Mark, Place
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.passage import Part, Passage
from app.domain.notes.speech import words_start

_MAX_TURNS = 8
_MAX_WORDS_BEHIND = 1  # "why now then"


def turns_after(
    script: Manuscript, index: int, mark: Mark, following: int | None
) -> list[Part] | None:
    """What the others say after a speaker has put the question; None when nobody asked it."""
    asker = script.speakers[index]
    passage = script.passages[index]
    if asker is None:
        return None
    rest = passage.text[mark.start :] if following is None else passage.text[mark.start : following]
    behind = passage.words_in(mark.end, len(passage.text))
    ends = mark.place is not Place.MENTION and len(behind) <= _MAX_WORDS_BEHIND
    if ("?" not in rest and not ends) or (following is not None and not mark.asked):
        return None
    tail = rest[rest.rindex("?") + 1 :] if "?" in rest else ""
    if len(tail.split()) > 12 and mark.place is not Place.MENTION:
        return None
    parts: list[Part] = []
    for other in script.passages[index + 1 : index + 1 + _MAX_TURNS]:
        speaker = script.speakers[other.index]
        if speaker == asker and parts:
            if len(other.words) > 4 or "?" in other.text:
                break
            continue
        if script.marks[other.index] and speaker == asker:
            break
        if speaker and speaker != asker and not other.text.rstrip().endswith("[left the chat]"):
            parts.append((other, (words_start(other), len(other.text))))
        elif speaker is None and parts and not _is_message_head(other):
            break
    return parts


def _is_message_head(passage: Passage) -> bool:
    return len(passage.words) <= 5 and passage.words[-1].text.isdecimal()


def settling(parts: Sequence[Part]) -> int:
    """The first turn that declines to answer; what is said after it answers something else."""
    for place, (passage, (start, end)) in enumerate(parts):
        if passage.has("deferred", start, end):
            return place
    return len(parts)
