"""A note that was read before: what judging takes from its text, without the text.

A verdict rests on readings, statements and a few yes or no questions about a note, never on its
body; so these can be kept where the body must not be. The functions here answer for both kinds of
note, and they are the only ones in the domain that ask what a note's body says.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

from app.domain import own_note
from app.domain.deal import Note
from app.domain.masking import holds_secret
from app.domain.notes import NoteReading, stripped
from app.domain.statement import Statement, StatementReader

MAX_REMEMBERED_BODIES = 4_096


@dataclass(frozen=True, slots=True)
class Gist:
    """All that judging takes from a note's text; its quotes are those of answers and statements."""

    reading: NoteReading
    statements: tuple[Statement, ...] = ()
    is_own: bool = False
    is_blank: bool = False
    holds_secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadNote(Note):
    """A note of which only the gist is known; its `body` is empty."""

    gist: Gist


def as_read(note: Note, gist: Gist) -> ReadNote:
    """The note with its gist in place of its body."""
    known = {field.name: getattr(note, field.name) for field in fields(Note)}
    return ReadNote(**known | {"body": "", "gist": gist})


def is_own(note: Note) -> bool:
    """Whether we wrote the note."""
    return note.gist.is_own if isinstance(note, ReadNote) else own_note.is_own(note.body)


def is_blank(note: Note) -> bool:
    """Whether the note has no text."""
    return note.gist.is_blank if isinstance(note, ReadNote) else not stripped(note.body)


def is_leaky(note: Note) -> bool:
    """Whether the note holds what looks like a password, a token or a key."""
    return note.gist.holds_secret if isinstance(note, ReadNote) else _is_leaky(note.body)


def statements_in(statements: StatementReader, note: Note) -> tuple[Statement, ...]:
    """What the note says of deviations."""
    if isinstance(note, ReadNote):
        return note.gist.statements
    return statements.statements(note.body, note.written_at)


@lru_cache(MAX_REMEMBERED_BODIES)
def _is_leaky(body: str) -> bool:
    return holds_secret(stripped(body))
