"""HubSpot's records as text that may be kept, and back.

Of a note the gist is kept in place of its body, so that what people wrote stays in HubSpot. Times
of change are written in one form, in which they can be compared as text. Refuses to read what
another version wrote: such a copy counts as none.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from pydantic import ValidationError

from app.copy_store import Copy
from app.domain.deal import Note, ObjectKind
from app.domain.read_note import Gist
from app.hubspot import wire
from app.hubspot.errors import Garbled
from app.hubspot.gists import GIST, text_of
from app.hubspot.notes import BODY
from app.hubspot.noting import note_of

MODIFIED: Final = ("hs_lastmodifieddate", "lastmodifieddate")
"""When a record was last changed; contacts have a name of their own for it."""
SHAPE_DIGITS: Final = 24

GistOf = Callable[[Note], Gist]


def shape_of(*parts: object) -> str:
    """A name for what was asked of a record and how it was read."""
    return sha256(repr(parts).encode()).hexdigest()[:SHAPE_DIGITS]


def modified_of(record: wire.Record) -> str:
    """When HubSpot last changed a record, as text that sorts by time; empty when it is not said."""
    said = (wire.moment(record.properties.get(name)) for name in MODIFIED)
    return next((_sortable(moment) for moment in said if moment is not None), "")


def keepable(kind: ObjectKind, record: wire.Record, gist_of: GistOf) -> wire.Record:
    """The record as it may be kept: a note without its body, with its gist instead."""
    if kind is not ObjectKind.NOTE:
        return record
    kept = {name: value for name, value in record.properties.items() if name != BODY}
    try:
        kept[GIST] = text_of(gist_of(note_of(record, ())))
    except Garbled:  # a note without a time is unread for everyone, its copy too
        kept.pop(GIST, None)
    return record.model_copy(update={"properties": kept})


def copy_of(record: wire.Record) -> Copy:
    """A keepable record as text."""
    return Copy(modified_of(record), record.model_dump_json())


def record_of(copy: Copy) -> wire.Record | None:
    """The record of a copy; None when this version cannot read it."""
    try:
        return wire.Record.model_validate_json(copy.content)
    except ValidationError:
        return None


def _sortable(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
