"""What kind of text each line belongs to: the customer's, a bare question list, or someone else's.

A heading, a title or an introducing line opens a frame that holds until the next heading of its
rank, until something known is announced, or until the quoted block it introduces ends. Frames do
not judge; they say whose words a segment consists of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from app.domain.notes.line import Line
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit

_MAX_TITLE_WORDS = 14
_MAX_MARKETING_WORDS = 9
_INNER_RANK = 7
_MAX_LINES_OF_SPEECH = 40
_MAX_WORDS_TO_KNOWN = 3
_SENT = re.compile(
    r"(?:i |we |have |just )*(?:sent|shared|pasted|copied|attached|(?:e-?)?mailed|wrote)\b.*:\s*$"
    r"|.{0,40}\b(?:(?:i|we) (?:just |have |had )?(?:sent|mailed|e-?mailed|wrote)"
    r"|(?:j'ai|nous avons|he|hemos) (?:ecrit|envoye|enviado|escrito|mandado)"
    r"|(?:habe?|haben|heb|hebben)\b.{0,30}\b(?:geschickt|geschrieben|geschreven|gestuurd))\b.*:\s*$"
    r"|(?:my|our)(?: \w+){0,2} (?:mail|e-?mail|message|post|text|reply|follow-?up)\b.*:\s*$"
)
_SENDER = re.compile(
    r"(?:from|von|de|van)\s?:\s*(?P<us>(?:me|us|myself|ich|mir|uns|moi|nous|mij|yo)\b"
    r"|.{0,60}@flow(?:fuse|forge)\b)?"
)
_OPENING_QUOTE = re.compile(r"[\"“„«]")
_CLOSING_QUOTE = re.compile(r"[\"”“»]\W*$")
_STOPS = re.compile(r"[.!?,;:]")
_RULES = frozenset({"===", "---", "***", "###", "~~~", "___"})
"""Signs on both sides of a title: "=== Older deal, for reference ===". """
_NUMBERED = re.compile(r"\(?\d{1,2}[.)] ")
_MAX_WORDS_TO_SOURCE = 1


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


NOT_THEIRS = frozenset({Frame.FOREIGN, Frame.ELSEWHERE})
"""The frames in which a label is no trace of this customer's answers."""

_OPENERS = {
    "foreign": Frame.FOREIGN,
    "marketing": Frame.FOREIGN,
    "elsewhere": Frame.ELSEWHERE,
    "guessing": Frame.GUESSING,
    "asking": Frame.ASKING,
}


_OPENING = frozenset({*_OPENERS, "known"})


def frames_of(passages: Sequence[Passage]) -> list[Frame]:
    """The frame of every line."""
    walk = _Walk(passages)
    return [walk.enter(passage) for passage in passages]


class _Walk:
    """Goes through the lines of one note and remembers the frame that is open."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        self._current, self._rank, self._block = Frame.NOTE, 0, 0
        self._sent_until = -1
        self._was_quoted = False

    def enter(self, passage: Passage) -> Frame:
        """The frame of the next line."""
        line = passage.line
        self._leave(line)
        opens = not passage.kinds.isdisjoint(_OPENING) and _is_title(passage)
        opened = _opened(passage) if opens else None
        if line.text[-1] == ":" and opened is None:
            if _SENT.match(passage.folded):
                self._announce(passage)
            elif "shown" in passage.kinds and not _has_label(passage):
                opened = Frame.FOREIGN
        if sender := _SENDER.match(passage.folded):
            opened = Frame.FOREIGN if sender["us"] else Frame.NOTE
        commanded = "commands" in passage.kinds and not _has_label(passage)
        if passage.index <= self._sent_until or commanded:
            return Frame.FOREIGN
        if opened in NOT_THEIRS and _has_label(passage):
            return opened
        if opened is not None:
            self._current, self._block = opened, 0
            self._rank = line.heading or (-1 if passage.index == 0 else _INNER_RANK)
        if not self._block and line.quoted and self._current in NOT_THEIRS:
            self._block = line.quoted
        return self._current

    def _leave(self, line: Line) -> None:
        """Close the frame that ends before a line: with its quotation, or at the next heading."""
        ends_block = self._block and line.quoted < self._block and self._was_quoted
        self._was_quoted = bool(line.quoted)
        if ends_block or (line.heading and self._rank and line.heading <= self._rank):
            self._current, self._rank, self._block = Frame.NOTE, 0, 0

    def _announce(self, passage: Passage) -> None:
        """Take note that what follows was sent by us: a quoted block, or a text in quotes."""
        below = self._passages[passage.index + 1 : passage.index + 2]
        if below and below[0].line.quoted > passage.line.quoted:
            self._current, self._rank, self._block = (
                Frame.FOREIGN,
                _INNER_RANK,
                below[0].line.quoted,
            )
        else:
            self._sent_until = _end_of_speech(self._passages, passage.index + 1)


def _end_of_speech(passages: Sequence[Passage], start: int) -> int:
    """The last line of a text in quotation marks; before `start` where none opens there."""
    if start >= len(passages) or not _OPENING_QUOTE.match(passages[start].text):
        return -1
    for passage in passages[start : start + _MAX_LINES_OF_SPEECH]:
        if _CLOSING_QUOTE.search(passage.text, 1):
            return passage.index
    return start


def _is_title(passage: Passage) -> bool:
    """Whether a line heads what follows: a heading, a bold line, the first line, or "…:"."""
    line = passage.line
    if line.cell is not None:
        return False
    if line.heading or passage.index == 0 or _has_label(passage):
        return True
    text = line.text.rstrip()
    if line.bold and line.bold[0][0] == 0 and line.bold[0][1] >= len(text) - 1:
        return True
    if (text[:3] in _RULES and text[-3:] == text[:3]) or _names_source(passage):
        return True
    return text.endswith(":") or (
        len(passage.words) <= _MAX_TITLE_WORDS and not _STOPS.search(text) and not line.depth
    )


def _names_source(passage: Passage) -> bool:
    """Whether a numbered line opens with where the text below is from: "5) From the old record"."""
    return bool(_NUMBERED.match(passage.text)) and any(
        hit.kind in _OPENING and hit.first <= _MAX_WORDS_TO_SOURCE for hit in passage.hits
    )


def _is_prominent(passage: Passage) -> bool:
    """Whether a line is set as the title of what follows, by a heading or in bold."""
    line = passage.line
    bold = line.bold and line.bold[0][1] - line.bold[0][0] >= len(line.text) - 1
    return bool(line.heading or bold)


def _opened(passage: Passage) -> Frame | None:
    """The frame that a title opens; None when it says nothing of the kind."""
    label = min((hit.first for hit in passage.hits if _is_label(hit.kind)), default=None)
    kinds = {hit.kind for hit in passage.hits if label is None or hit.last <= label}
    if label is not None:
        kinds &= {"foreign", "guessing", "elsewhere"}
    if not _is_prominent(passage) or len(passage.words) > _MAX_MARKETING_WORDS:
        kinds.discard("marketing")
    if "asking" in kinds and passage.index == 0 and len(passage.words) > _MAX_TITLE_WORDS:
        kinds.discard("asking")
    announced = [
        hit for hit in passage.hits if hit.kind == "known" and hit.first <= _MAX_WORDS_TO_KNOWN
    ]
    if "asking" in kinds and _only_within(passage, "asking", announced):
        kinds.discard("asking")
    for kind, frame in _OPENERS.items():
        if kind in kinds:
            return frame
    return Frame.NOTE if announced else None


def _only_within(passage: Passage, kind: str, phrases: Sequence[Hit]) -> bool:
    """Whether all phrases of a class are parts of others: "questions" in "to your questions"."""
    return all(
        any(whole.first <= hit.first and hit.last <= whole.last for whole in phrases)
        for hit in passage.hits
        if hit.kind == kind
    )


def _has_label(passage: Passage) -> bool:
    return any(_is_label(kind) for kind in passage.questions)


def _is_label(kind: str) -> bool:
    return kind.startswith(("labels.", "asks."))
