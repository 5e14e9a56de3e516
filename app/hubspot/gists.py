"""The gist of a note as the text of a property, in copies that are kept of notes."""

from __future__ import annotations

from typing import Final

from pydantic import TypeAdapter, ValidationError

from app.domain.read_note import Gist
from app.hubspot import wire
from app.hubspot.errors import Garbled

GIST: Final = "gist"
"""The name under which a copy of a note holds its gist, beside HubSpot's own properties."""

_GIST: TypeAdapter[Gist] = TypeAdapter(Gist)


def text_of(gist: Gist) -> str:
    """The gist as text."""
    return _GIST.dump_json(gist).decode()


def gist_in(record: wire.Record) -> Gist | None:
    """The gist that a note's copy holds, None when it is not a copy. Raises Garbled."""
    text = record.properties.get(GIST)
    if text is None:
        return None
    try:
        return _GIST.validate_json(text)
    except ValidationError:
        message = f"the copy of note {record.id} cannot be read; run `dealgate sync --full`"
        raise Garbled(message) from None
