"""What kind of text each line belongs to: the customer's, a bare question list, or someone else's.

A heading, a title or an introducing line opens a frame that holds until the next heading of its
rank, until something known is announced, or until the quoted block it introduces ends. Frames do
not judge; they say whose words a segment consists of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from app.domain.notes.passage import Passage

_MAX_TITLE_WORDS = 14
_SIGNATURE = re.compile(r"^(?:--|__+|—)\s*$")  # noqa: RUF001 - as mail programs write it
_HEADER = re.compile(
    r"^(?:from|von|de|van|sent|to|an|subject|betreff|objet|asunto|onderwerp|date|cc)\s*:", re.I
)
_WROTE = re.compile(r"\b(?:wrote|schrieb|schreef|a ecrit|escribio)\s*:\s*$")
_OURS = re.compile(r"flowfuse")


class Frame(StrEnum):
    """Whose words a line holds."""

    NOTE = "note"
    ASKING = "asking"
    """Questions that still have to be asked, or a form to fill."""
    FOREIGN = "foreign"
    """Not about this customer's reasons."""
    ELSEWHERE = "elsewhere"
    """Another deal or another customer."""
    GUESSING = "guessing"
    """The seller's guesses."""


_OPENERS = {
    "foreign": Frame.FOREIGN,
    "elsewhere": Frame.ELSEWHERE,
    "guessing": Frame.GUESSING,
    "asking": Frame.ASKING,
}


def frames_of(passages: Sequence[Passage]) -> list[Frame]:
    """The frame of every line."""
    frames: list[Frame] = []
    current, rank, block = Frame.NOTE, 0, 0
    for passage in passages:
        line = passage.line
        title = _is_title(passage)
        if block and line.quoted < block:
            current, rank, block = Frame.NOTE, 0, 0
        if title and (line.heading == 0 or not rank or line.heading <= rank):
            opened = _opened(passage)
            if opened is not None:
                current, rank = opened, line.heading
                block = 0
            elif line.heading and rank and line.heading <= rank:
                current, rank = Frame.NOTE, 0
        if not block and line.quoted and current in {Frame.FOREIGN, Frame.ELSEWHERE}:
            block = line.quoted
        frames.append(current)
    return frames


def _is_title(passage: Passage) -> bool:
    """Whether a line heads what follows: a heading, a bold line, the first line, or "…:"."""
    line = passage.line
    if line.cell is not None:
        return False
    if line.heading or passage.index == 0:
        return True
    text = line.text.rstrip()
    if line.bold and line.bold[0][0] == 0 and line.bold[0][1] >= len(text) - 1:
        return True
    return len(passage.words) <= _MAX_TITLE_WORDS and (
        text.endswith((":", "-", "–")) or not re.search(r"[.!?,;:]", text)  # noqa: RUF001 - a dash
    )


def _opened(passage: Passage) -> Frame | None:
    """The frame that a title opens; None when it says nothing of the kind."""
    if any("." in hit.kind for hit in passage.hits):
        return None
    kinds = {hit.kind for hit in passage.hits}
    for kind, frame in _OPENERS.items():
        if kind in kinds:
            return frame
    if "known" in kinds:
        return Frame.NOTE
    return None
