"""Writing a note on a deal, once: the only record that the service ever creates.

HubSpot has no key of ours to refuse a second note by, so each carries a marker in its text. Before
every attempt the deal's notes are searched for it: a note whose creation was answered with silence
is then found and not written again. It refuses to write without one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from app.domain.deal import DealId, NoteId, ObjectKind, OwnerId
from app.domain.desired import timestamp
from app.domain.notes import stripped
from app.hubspot import wire
from app.hubspot.crews import Crew
from app.hubspot.reading import PLURAL, BatchReader, certain
from app.hubspot.retry import RetryPolicy

NOTE_TO_DEAL: Final = 214
"""HubSpot's own type of the association from a note to a deal."""
MAX_BODY_CHARACTERS: Final = 65_536
BODY: Final = "hs_note_body"


class NoteWriter:
    """Writes notes one at a time; `retry` is for the search and the creation together."""

    def __init__(self, crew: Crew, retry: RetryPolicy | None = None) -> None:
        self._crew = crew
        self._retry = retry or RetryPolicy()

    def create(
        self,
        deal_id: DealId,
        body: str,
        marker: str,
        at: datetime,
        author: OwnerId | None = None,
    ) -> NoteId:
        """The id of the note on this deal with this marker, which is written if there is none.

        `body` is HTML that shows the marker; `author` is the owner whom the note belongs to.
        Raises Failure when it could not be written, and ValueError for a body without the marker
        or beyond HubSpot's limit.
        """
        if not marker or marker not in body or len(body) > MAX_BODY_CHARACTERS:
            message = f"a note needs its marker and at most {MAX_BODY_CHARACTERS} characters"
            raise ValueError(message)
        properties = {BODY: body, "hs_timestamp": timestamp(at)}
        if author is not None:
            properties["hubspot_owner_id"] = author

        def attempt() -> NoteId:
            return self._find(deal_id, marker) or self._write(deal_id, properties)

        return self._retry.run(attempt)

    def _find(self, deal_id: DealId, marker: str) -> NoteId | None:
        reader = BatchReader(self._crew)
        linked = reader.associations(ObjectKind.DEAL, ObjectKind.NOTE, [deal_id]).result()
        note_ids = [link.id for links in certain(linked).values() for link in links]
        notes = reader.records(ObjectKind.NOTE, note_ids, (BODY,)).result()
        for note_id, record in certain(notes).items():
            if marker in stripped(record.properties.get(BODY) or ""):
                return NoteId(note_id)
        return None

    def _write(self, deal_id: DealId, properties: dict[str, str]) -> NoteId:
        kind = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": NOTE_TO_DEAL}
        document = self._crew.client.create_once(
            PLURAL[ObjectKind.NOTE], properties, [{"to": {"id": deal_id}, "types": [kind]}]
        )
        return NoteId(wire.shaped(wire.Record, document, "create a note").id)
