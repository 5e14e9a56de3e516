"""Which records changed since a moment, from HubSpot's search, each with its properties.

Pages are cut by id like those of the open deals, because a page over the time of change would skip
rows that change meanwhile. The index lags, so the moment has to lie some way back. It refuses to
tell of what search cannot see: associations, deletions and merges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from app.domain.deal import ObjectKind
from app.hubspot import wire
from app.hubspot.client import HubSpotClient
from app.hubspot.openings import RECORDS_PER_PAGE
from app.hubspot.reading import PLURAL

MAX_PAGES: Final = 5_000
"""A million changed records: then everything is better read afresh."""


def changed_since(
    client: HubSpotClient, kind: ObjectKind, moment: datetime, properties: Sequence[str]
) -> Iterator[Sequence[wire.Record]]:
    """Pages of the records of a kind that changed at that moment (aware) or later, by id.

    Raises Failure while it is consumed.
    """
    last = "0"
    for _ in range(MAX_PAGES):
        document = client.search(PLURAL[kind], _request(kind, moment, last, properties))
        page = wire.shaped(wire.Records, document, f"search changed {PLURAL[kind]}").results
        yield page
        if len(page) < RECORDS_PER_PAGE:
            return
        last = max((record.id for record in page), key=int)


def _request(
    kind: ObjectKind, moment: datetime, above: str, properties: Sequence[str]
) -> dict[str, Any]:
    changed = "lastmodifieddate" if kind is ObjectKind.CONTACT else "hs_lastmodifieddate"
    milliseconds = str(int(moment.timestamp() * 1_000))
    return {
        "filterGroups": [
            {
                "filters": [
                    {"propertyName": changed, "operator": "GTE", "value": milliseconds},
                    {"propertyName": "hs_object_id", "operator": "GT", "value": above},
                ]
            }
        ],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": [*properties],
        "limit": RECORDS_PER_PAGE,
    }
