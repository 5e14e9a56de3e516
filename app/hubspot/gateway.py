"""The portal as the controller needs it: `app.ports.Crm` over HubSpot's batch endpoints.

It reads many deals at once, resolves records to their deals, writes own properties and lists open
deals. It never moves a stage, an amount or a date, never answers an empty list for something that
it could not read, and raises nothing but Failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from app.copy_store import CopyStore
from app.domain.deal import DealId, NoteId, ObjectKey, ObjectKind, OwnerId
from app.domain.desired import OwnedNames
from app.domain.needs import Needs
from app.hubspot.client import HubSpotClient
from app.hubspot.copying import GistOf
from app.hubspot.crews import Crews
from app.hubspot.notes import NoteWriter
from app.hubspot.observing import Observer
from app.hubspot.openings import OpenDeals
from app.hubspot.portal import DEFAULT_REFRESH_SECONDS, Portal
from app.hubspot.reading import BatchReader, certain
from app.hubspot.rounds import CARRIERS
from app.hubspot.stored import Shelf, StoredReader
from app.hubspot.stored_crm import StoredCrm
from app.hubspot.writing import BatchWriter
from app.ports import Change, Clock, Failure, Observation

DEFAULT_THREADS: Final = 14


class HubSpotCrm:
    """`Crm` over a `HubSpotClient`; safe to share between worker threads.

    `needs` is what the policy looks at; our own properties are added. The threads are the
    gateway's own and end with `close`. Construct it once: it holds the portal's facts and
    connections.
    """

    def __init__(
        self,
        client: HubSpotClient,
        clock: Clock,
        *,
        needs: Needs,
        names: OwnedNames,
        threads: int = DEFAULT_THREADS,
        refresh_seconds: float = DEFAULT_REFRESH_SECONDS,
    ) -> None:
        self._client = client
        self.meter = client.meter
        self._clock = clock
        self._crews = Crews(client, threads)
        self.portal = Portal(
            client, clock, self._crews.live.submit, refresh_seconds=refresh_seconds
        )
        self._needs = needs
        self._names = names
        self._observer = Observer(self._crews, self.portal, needs, names)
        self._writer = BatchWriter(self._crews, names.prefix)
        self._notes = NoteWriter(self._crews.live)

    def warm(self) -> None:
        """Read the portal's facts now, side by side, so that the first deal does not wait.

        Raises Failure when they cannot be read.
        """
        self.portal.warm(self._crews.live)

    def close(self) -> None:
        """Let calls that were begun end, then close threads and connections."""
        self._crews.close()
        self._client.close()

    # ------------------------------------------------------------------ Crm

    def observe(self, deal_ids: Sequence[DealId]) -> Observation:
        """See `app.ports.Crm.observe`."""
        return self._observer.observe(deal_ids, self._clock.now())

    def apply(self, changes: Sequence[Change]) -> Mapping[ObjectKey, Failure]:
        """See `app.ports.Crm.apply`."""
        return self._writer.apply(changes)

    def correct(
        self, changes: Sequence[Change], names: frozenset[str]
    ) -> Mapping[ObjectKey, Failure]:
        """Write contact properties of these names, which are not ours: for a policy that has them
        corrected, and for taking that back. Answers as `apply`.
        """
        return BatchWriter(self._crews, self._names.prefix, names).apply(changes)

    def contact_values(self, ids: Sequence[str], name: str) -> Mapping[str, str]:
        """What stands in a contact property, now; contacts that are gone are missing.

        Raises Failure when one of them could not be read.
        """
        reader = BatchReader(self._crews.for_work_on(len(ids)))
        records = certain(reader.records(ObjectKind.CONTACT, ids, (name,)).result())
        return {each: record.properties.get(name) or "" for each, record in records.items()}

    def open_deals(self, after: DealId | None = None) -> Iterable[DealId]:
        """See `app.ports.Crm.open_deals`. Raises Failure while it is consumed."""
        return OpenDeals(self._client, self.portal, after=after)

    def count_open_deals(self) -> int:
        """See `app.ports.Crm.count_open_deals`."""
        return OpenDeals(self._client, self.portal).count()

    def through(self, copies: CopyStore, *, gist_of: GistOf, reads_notes_as: str) -> StoredCrm:
        """The portal through copies; `reads_notes_as` names how `gist_of` reads notes."""
        shelf = Shelf(
            copies,
            gist_of=gist_of,
            reads_notes_as=reads_notes_as,
            now=self._clock.now,
            meter=self.meter,
        )
        observer = Observer(
            self._crews,
            self.portal,
            self._needs,
            self._names,
            reader=lambda crew: StoredReader(crew, shelf),
        )
        return StoredCrm(
            self,
            crews=self._crews,
            portal=self.portal,
            observer=observer,
            needs=self._needs,
            shelf=shelf,
            clock=self._clock,
        )

    def create_note(
        self, deal_id: DealId, body: str, marker: str, author: OwnerId | None = None
    ) -> NoteId:
        """Put a note on a deal, or find the one with this marker there; see `NoteWriter.create`."""
        return self._notes.create(deal_id, body, marker, self._clock.now(), author)

    def deals_since(self, moment: datetime) -> Iterable[DealId]:
        """Every deal that is open, or was closed at that moment (aware) or later, ascending.

        Raises Failure while it is consumed.
        """
        return OpenDeals(self._client, self.portal, closed_since=moment)

    def deals_of(self, keys: Iterable[ObjectKey]) -> Mapping[ObjectKey, frozenset[DealId]]:
        """See `app.ports.Crm.deals_of`; a deal belongs to itself.

        Raises Failure when a single one of them could not be resolved, so that none is lost.
        """
        asked = tuple(dict.fromkeys(keys))
        reader = BatchReader(self._crews.for_work_on(len(asked)))
        note_ids = [key.id for key in asked if key.kind is ObjectKind.NOTE]
        of_notes = {
            kind: reader.associations(ObjectKind.NOTE, kind, note_ids)
            for kind in (ObjectKind.DEAL, *CARRIERS)
        }
        above = {kind: certain(pending.result()) for kind, pending in of_notes.items()}
        of_carriers = {
            kind: reader.associations(
                kind,
                ObjectKind.DEAL,
                [
                    *(key.id for key in asked if key.kind is kind),
                    *(link.id for links in above[kind].values() for link in links),
                ],
            )
            for kind in CARRIERS
        }
        deals = {kind: certain(pending.result()) for kind, pending in of_carriers.items()}

        def resolve(key: ObjectKey) -> frozenset[DealId]:
            if key.kind is ObjectKind.DEAL:
                return frozenset({DealId(key.id)})
            if key.kind is not ObjectKind.NOTE:
                return frozenset(DealId(link.id) for link in deals[key.kind][key.id])
            carriers = [ObjectKey(k, link.id) for k in CARRIERS for link in above[k][key.id]]
            direct = frozenset(DealId(link.id) for link in above[ObjectKind.DEAL][key.id])
            return direct.union(*map(resolve, carriers))

        return {key: resolve(key) for key in asked}
