"""A note as HubSpot answers it, or as it was kept, in the domain's terms."""

from __future__ import annotations

from app.domain.deal import Note, NoteId, ObjectKey, OwnerId
from app.domain.read_note import as_read
from app.hubspot import wire
from app.hubspot.errors import Garbled
from app.hubspot.gists import gist_in
from app.hubspot.notes import BODY


def note_of(record: wire.Record, hangs_on: tuple[ObjectKey, ...]) -> Note:
    """A note, or what is kept of it. Raises Garbled when HubSpot gives no time for it at all."""
    read = record.properties.get
    times = map(wire.moment, (read("hs_timestamp"), read("hs_createdate"), record.createdAt))
    written_at = next((each for each in times if each is not None), None)
    if written_at is None:
        message = f"note {record.id}: HubSpot gives no time for it"
        raise Garbled(message)
    author = read("hubspot_owner_id")
    note = Note(
        id=NoteId(record.id),
        body=read(BODY) or "",
        written_at=written_at,
        hangs_on=hangs_on,
        author=OwnerId(author) if author else None,
        has_attachments=bool(read("hs_attachment_ids")),
    )
    gist = gist_in(record)
    return note if gist is None else as_read(note, gist)
