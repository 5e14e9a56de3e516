"""Every open deal of the portal, from HubSpot's search, in the order of their ids.

Search answers at most 10,000 rows a query and shifts its pages while deals change, so pages are
cut by key: each asks for ids above the last one seen. Open is what stands in a stage that is not
closed; a body may hold 3,000 characters, so many stages are asked for in several passes that are
merged. The index lags by some seconds: a deal opened just now comes with its own webhook.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson

from app.domain.deal import DealId, StageId
from app.hubspot import wire
from app.hubspot.client import HubSpotClient
from app.hubspot.errors import Garbled
from app.hubspot.portal import Portal

RECORDS_PER_PAGE: Final = 200
MAX_BODY_CHARACTERS: Final = 3_000
WIDEST_ID: Final = "9" * 19


class OpenDeals:
    """Enumerates open deals lazily: a page is fetched when the one before is used up."""

    def __init__(self, client: HubSpotClient, portal: Portal) -> None:
        self._client = client
        self._portal = portal

    def __iter__(self) -> Iterator[DealId]:
        stages = sorted({each.stage_id for each in self._portal.positions() if not each.is_closed})
        passes = [self._deals_in(group) for group in _fitting(stages)]
        for deal_id in heapq.merge(*passes):
            yield DealId(str(deal_id))

    def _deals_in(self, stages: Sequence[StageId]) -> Iterator[int]:
        last = 0
        while True:
            document = self._client.search("deals", _request(stages, str(last)))
            page = wire.shaped(wire.Records, document, "search open deals")
            ids = sorted(_number(record.id) for record in page.results)
            yield from (each for each in ids if each > last)
            if len(ids) < RECORDS_PER_PAGE or ids[-1] <= last:
                return
            last = ids[-1]


def _number(record_id: str) -> int:
    if not record_id.isdecimal():
        message = "search open deals: a deal's id is not a number"
        raise Garbled(message)
    return int(record_id)


def _request(stages: Sequence[StageId], above: str) -> dict[str, Any]:
    return {
        "filterGroups": [
            {
                "filters": [
                    {"propertyName": "dealstage", "operator": "IN", "values": list(stages)},
                    {"propertyName": "hs_object_id", "operator": "GT", "value": above},
                ]
            }
        ],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": ["dealstage"],
        "limit": RECORDS_PER_PAGE,
    }


def _fitting(stages: Sequence[StageId]) -> Iterator[Sequence[StageId]]:
    """The stages in as few groups as fit into a search's body, each as large as possible."""
    group: list[StageId] = []
    for stage in stages:
        if group and len(orjson.dumps(_request([*group, stage], WIDEST_ID))) > MAX_BODY_CHARACTERS:
            yield group
            group = []
        group.append(stage)
    if group:
        yield group
