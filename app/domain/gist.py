"""Taking the gist of a note: everything that a policy could ask of its text, asked once.

Judging the gist gives the same verdict as judging the note, which a property test holds.
"""

from __future__ import annotations

from app.domain.deal import Note
from app.domain.policy import Policy
from app.domain.read_note import Gist, is_blank, is_leaky, is_own, statements_in
from app.domain.reading_copy import reading_copy


def gist_of(policy: Policy, note: Note) -> Gist:
    """The gist of a note under a policy; another policy may ask for other answers."""
    copy = reading_copy(policy.statements, note)
    return Gist(
        reading=policy.reader.read(copy.body, copy.written_at),
        statements=statements_in(policy.statements, note),
        is_own=is_own(note),
        is_blank=is_blank(note),
        holds_secret=is_leaky(note),
    )
