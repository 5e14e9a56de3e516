"""The portal through copies: `app.ports.Crm` for a sweep, which reads each record once.

Writing, resolving and listing go straight to the portal. `read_afresh` and `catch_up` say which
copies count, and the latter takes in what changed; nothing else differs from the portal itself,
so that a verdict on copies is the verdict on the records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import structlog

from app.domain.deal import DealId, ObjectKey, ObjectKind
from app.domain.needs import Needs
from app.hubspot import wire
from app.hubspot.activities import ACTIVITY_PROPERTIES
from app.hubspot.changes import changed_since
from app.hubspot.copying import modified_of
from app.hubspot.crews import Crews
from app.hubspot.observing import Observer
from app.hubspot.portal import Portal
from app.hubspot.reading import chunked
from app.hubspot.rounds import CARRIERS, NOTE_PROPERTIES, SIBLING_PROPERTIES
from app.hubspot.stored import SIBLING, Asked, Shelf, StoredReader
from app.ports import Change, Clock, Crm, Failure, Observation, Terminal

if TYPE_CHECKING:
    from app.hubspot.client import HubSpotClient

DEALS_READ_AHEAD: Final = 1_000

log = structlog.get_logger(__name__)


class StoredCrm:
    """`Crm` over another one, with copies of what it reads."""

    def __init__(
        self,
        crm: Crm,
        *,
        crews: Crews,
        portal: Portal,
        observer: Observer,
        needs: Needs,
        shelf: Shelf,
        clock: Clock,
    ) -> None:
        self._crm = crm
        self._crews = crews
        self._portal = portal
        self._observer = observer
        self._needs = needs
        self._shelf = shelf
        self._clock = clock

    # ------------------------------------------------------------------ what copies count

    def read_afresh(self, since: datetime) -> None:
        """Let only copies count that were kept at this moment or later."""
        self._shelf.since = since

    def catch_up(self, since: datetime) -> None:
        """Let all copies count, after taking in what changed at that moment or later.

        Raises Failure when that cannot be told.
        """
        self._shelf.since = None
        client = self._crews.sweep.client
        for asked in self._kept():
            try:
                for page in changed_since(client, asked.kind, since, asked.properties):
                    self._take_in(asked, page)
            except Terminal as refused:
                # Copies of a kind whose changes nobody tells of would grow stale.
                log.warning("changes_not_told", kind=asked.kind, error=str(refused))
                self._shelf.distrust(asked.place)
        self._catch_up_deals(client, since)

    def _kept(self) -> Iterator[Asked]:
        """What is kept of each kind beside the deals, in the words of the rounds."""
        for kind in CARRIERS:
            yield Asked(kind, self._observer.ask_for(kind))
        yield Asked(ObjectKind.NOTE, NOTE_PROPERTIES)
        if self._needs.activities:
            for kind, names in ACTIVITY_PROPERTIES.items():
                yield Asked(kind, names)

    def _take_in(self, asked: Asked, page: Sequence[wire.Record]) -> None:
        self._shelf.keep(asked, {each.id: each for each in self._newer(asked, page)})

    def _newer(self, asked: Asked, page: Sequence[wire.Record]) -> Iterator[wire.Record]:
        """Those that changed after what is kept of them; the index may lag behind a copy."""
        known = self._shelf.modified(asked, [each.id for each in page])
        return (each for each in page if modified_of(each) > known.get(each.id, ""))

    def _catch_up_deals(self, client: HubSpotClient, since: datetime) -> None:
        """Forget what is kept of changed deals, and read those that are open, in full batches."""
        own = Asked(ObjectKind.DEAL, self._observer.ask_for(ObjectKind.DEAL), self._needs.history)
        is_open = {each.stage_id for each in self._portal.positions() if not each.is_closed}
        pages = changed_since(client, ObjectKind.DEAL, since, SIBLING_PROPERTIES)

        def changed() -> Iterator[str]:
            for page in pages:
                newer = list(self._newer(own, page))
                ids = [each.id for each in newer]
                for place in (own.place, SIBLING):
                    self._shelf.drop(place, ids)
                yield from (
                    each.id for each in newer if each.properties.get("dealstage") in is_open
                )

        for ids in chunked(changed(), DEALS_READ_AHEAD):
            reader = StoredReader(self._crews.sweep, self._shelf)
            reader.records(ObjectKind.DEAL, ids, own.properties, own.history).result()

    # ------------------------------------------------------------------ Crm

    def observe(self, deal_ids: Sequence[DealId]) -> Observation:
        """See `app.ports.Crm.observe`."""
        return self._observer.observe(deal_ids, self._clock.now())

    def open_deals(self, after: DealId | None = None) -> Iterable[DealId]:
        """See `app.ports.Crm.open_deals`; the copies of these count."""
        for deal_id in self._crm.open_deals(after):
            self._shelf.found_open.add(deal_id)
            yield deal_id

    def count_open_deals(self) -> int:
        """See `app.ports.Crm.count_open_deals`."""
        return self._crm.count_open_deals()

    def apply(self, changes: Sequence[Change]) -> Mapping[ObjectKey, Failure]:
        """See `app.ports.Crm.apply`."""
        return self._crm.apply(changes)

    def deals_of(self, keys: Iterable[ObjectKey]) -> Mapping[ObjectKey, frozenset[DealId]]:
        """See `app.ports.Crm.deals_of`."""
        return self._crm.deals_of(keys)
