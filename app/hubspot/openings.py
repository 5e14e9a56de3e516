"""The open deals of the portal, and those closed lately, from HubSpot's search, by their ids.

Search answers at most 10,000 rows a query and shifts its pages while deals change, so pages are
cut by key: each asks for ids above the last one seen. Open is what stands in a stage that is not
closed; what was closed lately stands in one that is, with a close date since then. A body may hold
3,000 characters, so many stages are asked for in several passes that are merged. The index lags
by some seconds: a deal opened just now comes with its own webhook.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
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

Filter = Mapping[str, Any]


class OpenDeals:
    """Enumerates open deals lazily: a page is fetched when the one before is used up.

    `after` leaves out ids up to it. With `closed_since`, also those that were closed at that
    moment (aware) or later.
    """

    def __init__(
        self,
        client: HubSpotClient,
        portal: Portal,
        *,
        after: DealId | None = None,
        closed_since: datetime | None = None,
    ) -> None:
        self._client = client
        self._portal = portal
        self._after = 0 if after is None else _number(after)
        self._closed_since = closed_since

    def __iter__(self) -> Iterator[DealId]:
        passes = [self._deals_in(group, ()) for group in _fitting(self._stages(closed=False), ())]
        if self._closed_since is not None:
            lately = (_closed(self._closed_since),)
            closed = self._stages(closed=True)
            passes += [self._deals_in(group, lately) for group in _fitting(closed, lately)]
        for deal_id in heapq.merge(*passes):
            yield DealId(str(deal_id))

    def count(self) -> int:
        """How many open deals the index knows of; asks for one row of each pass."""
        return sum(
            wire.shaped(wire.Records, self._client.search("deals", request), "count deals").total
            for request in (
                _request(group, str(self._after), ()) | {"limit": 1}
                for group in _fitting(self._stages(closed=False), ())
            )
        )

    def _stages(self, *, closed: bool) -> Sequence[StageId]:
        positions = self._portal.positions()
        return sorted({each.stage_id for each in positions if each.is_closed is closed})

    def _deals_in(self, stages: Sequence[StageId], also: Sequence[Filter]) -> Iterator[int]:
        last = self._after
        while True:
            document = self._client.search("deals", _request(stages, str(last), also))
            page = wire.shaped(wire.Records, document, "search deals")
            ids = sorted(_number(record.id) for record in page.results)
            yield from (each for each in ids if each > last)
            if len(ids) < RECORDS_PER_PAGE or ids[-1] <= last:
                return
            last = ids[-1]


def _number(record_id: str) -> int:
    if not record_id.isdecimal():
        message = "search deals: a deal's id is not a number"
        raise Garbled(message)
    return int(record_id)


def _closed(since: datetime) -> Filter:
    milliseconds = str(int(since.timestamp() * 1_000))
    return {"propertyName": "closedate", "operator": "GTE", "value": milliseconds}


def _request(stages: Sequence[StageId], above: str, also: Sequence[Filter]) -> dict[str, Any]:
    return {
        "filterGroups": [
            {
                "filters": [
                    {"propertyName": "dealstage", "operator": "IN", "values": list(stages)},
                    {"propertyName": "hs_object_id", "operator": "GT", "value": above},
                    *also,
                ]
            }
        ],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": ["dealstage"],
        "limit": RECORDS_PER_PAGE,
    }


def _fitting(stages: Sequence[StageId], also: Sequence[Filter]) -> Iterator[Sequence[StageId]]:
    """The stages in as few groups as fit into a search's body, each as large as possible."""
    group: list[StageId] = []
    for stage in stages:
        request = _request([*group, stage], WIDEST_ID, also)
        if group and len(orjson.dumps(request)) > MAX_BODY_CHARACTERS:
            yield group
            group = []
        group.append(stage)
    if group:
        yield group
