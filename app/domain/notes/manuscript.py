"""A whole note, read but not judged: its lines with their labels, frames, speakers and dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from app.domain.notes.answer import QuestionId, QuestionKind
from app.domain.notes.dialect import dialect_of
from app.domain.notes.frame import Frame, frames_of
from app.domain.notes.label import Dialect, Mark, Place, find_marks
from app.domain.notes.mail import with_history_quoted
from app.domain.notes.moment import entry_dates
from app.domain.notes.page import Page, read_page
from app.domain.notes.passage import Passage, passages_of
from app.domain.notes.phrase import PhraseBook
from app.domain.notes.sheet import with_sheets
from app.domain.notes.speech import speakers_of

_MIN_WORDS_DICTATED = 30
_WORDS_A_BREATH = 25
_MIN_SPOKEN = 3

MAX_LABELS_PER_NOTE = 400
"""No note that a person wrote comes near; later ones are not read, which bounds the cost."""


class Manuscript(NamedTuple):
    """The parts run parallel: one entry for every line of the note."""

    page: Page
    passages: Sequence[Passage]
    marks: Sequence[Sequence[Mark]]
    frames: Sequence[Frame]
    speakers: Sequence[str | None]
    dates: Sequence[date | None]
    kinds: Mapping[QuestionId, QuestionKind]
    inline: bool
    """Whether the note writes its answers on the lines of their labels."""

    def labelled(self, index: int) -> bool:
        """Whether a line carries a label that heads or cuts off an answer."""
        return index < len(self.marks) and any(
            mark.place is not Place.MENTION for mark in self.marks[index]
        )


def read_manuscript(
    body: str, written_at: datetime, book: PhraseBook, kinds: Mapping[QuestionId, QuestionKind]
) -> Manuscript:
    """The manuscript of a note's body."""
    page = read_page(body)
    page = page._replace(lines=with_sheets(with_history_quoted(page.lines)))
    passages = passages_of(page, book)
    dialect = dialect_of(passages)
    marks = _settled(_first_marks(passages, dialect), passages)
    return Manuscript(
        page,
        passages,
        marks,
        frames_of(passages),
        speakers_of(passages),
        entry_dates(passages, written_at),
        kinds,
        _answers_inline(marks, passages),
    )


def _first_marks(passages: Sequence[Passage], dialect: Dialect) -> list[list[Mark]]:
    """The labels of every line, up to the most that a note may have."""
    found: list[list[Mark]] = []
    left = MAX_LABELS_PER_NOTE
    for passage in passages:
        marks = find_marks(passage, dialect)[:left] if left else []
        left -= len(marks)
        found.append(marks)
    return found


def _is_dictated(passage: Passage) -> bool:
    """Whether a long line runs on without the stops that would set labels apart."""
    words = len(passage.words)
    return words >= _MIN_WORDS_DICTATED and words >= _WORDS_A_BREATH * len(passage.sentences)


def _spoken(line: list[Mark], passage: Passage) -> list[Mark]:
    """The labels of a dictated line; where several are named, each heads what follows it."""
    unsigned = {q for mark in line if mark.place >= Place.BARE for q in mark.questions}
    if len(unsigned) < _MIN_SPOKEN or "todo" in passage.kinds:
        return line
    return [m._replace(place=Place.INLINE) if m.place >= Place.BARE else m for m in line]


def _answers_inline(marks: Sequence[Sequence[Mark]], passages: Sequence[Passage]) -> bool:
    """Whether more labels that head a line have words behind them than have none."""
    heads = [line[-1] for line in marks if line and line[-1].place is Place.HEAD]
    filled = sum(
        passages[m.passage].has_words(m.end) and not passages[m.passage].text.endswith("?")
        for m in heads
    )
    return filled > len(heads) - filled


def _settled(marks: list[list[Mark]], passages: Sequence[Passage]) -> list[list[Mark]]:
    """Labels without any sign count as labels where several questions are headed in that way."""
    marks = [
        _spoken(line, passage) if len(line) > 1 and _is_dictated(passage) else line
        for line, passage in zip(marks, passages, strict=True)
    ]
    bare = {
        question
        for line in marks
        for mark in line
        if mark.place is Place.BARE
        for question in mark.questions
    }
    if len(bare) < 2:
        return marks
    return [
        [
            mark._replace(place=Place.HEAD)
            if mark.place is Place.BARE and passages[mark.passage].text[mark.end :].strip()
            else mark
            for mark in line
        ]
        for line in marks
    ]
