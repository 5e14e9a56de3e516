"""A check on what notes must not hold: passwords, tokens, keys.

Names the note and never the secret, since a finding is copied to places that a note is not.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.case import Case, Check, Outcome, cite, not_checkable
from app.domain.deal import Unread
from app.domain.exchange import day
from app.domain.masking import MASK
from app.domain.read_note import is_leaky
from app.domain.verdict import Evidence, State

_NONE_FOUND = Outcome(State.MET, "met", "No secret was found in the notes.")


@dataclass(frozen=True, slots=True)
class NoSecretInNotes(Check):
    """Unmet when a note holds what looks like a password, a token or a key.

    The secret is not repeated: the notes are named by author and date alone, oldest first.
    """

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        if isinstance(case.snapshot.notes, Unread):
            return not_checkable(case.snapshot.notes.reason)
        leaky = [note for note in case.snapshot.notes if is_leaky(note)]
        if not leaky:
            return _NONE_FOUND
        leaky.sort(key=lambda note: (note.written_at, note.id))
        held = [cite(case.snapshot, case.notes, note.id, MASK, note.written_at) for note in leaky]
        where = "; ".join(map(_named, held))
        said = f"What looks like a password or a key stands in the notes ({where})."
        return Outcome(State.UNMET, "secret", said, tuple(held))


def _named(evidence: Evidence) -> str:
    when = f" of {day(evidence.written_at)}" if evidence.written_at else ""
    who = f" by {evidence.author}" if evidence.author else ""
    return f"note{when}{who}"
