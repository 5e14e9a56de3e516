"""From deal ids to snapshots: what the rounds of reads brought, put together deal by deal.

A part of a deal that HubSpot refuses for good becomes `Unread` in its snapshot, so that the rest
can still be judged. A part that failed in passing fails that deal and no other, because a verdict
of "unknown" that is gone a second later helps nobody. An empty list is only ever HubSpot's answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from app.domain.deal import (
    NOT_ASKED,
    Activity,
    Company,
    CompanyId,
    Contact,
    ContactId,
    DealId,
    Note,
    ObjectKey,
    ObjectKind,
    Owner,
    OwnerId,
    Properties,
    PropertyMove,
    Sibling,
    Snapshot,
    StagePosition,
    Unread,
    deal_key,
    value_of,
)
from app.domain.desired import OwnedNames
from app.domain.needs import Needs
from app.hubspot import wire
from app.hubspot.activities import activity_of
from app.hubspot.crews import Crew, Crews
from app.hubspot.errors import Garbled
from app.hubspot.hanging import Hung, linked, unread
from app.hubspot.moves import moves_of
from app.hubspot.noting import note_of
from app.hubspot.portal import Portal
from app.hubspot.reading import BatchReader, Link
from app.hubspot.rounds import CARRIERS, Reads, read_rounds
from app.ports import Failure, Observation, Retryable

BASE_PROPERTIES: Final[Mapping[ObjectKind, tuple[str, ...]]] = {
    ObjectKind.DEAL: (
        "dealname",
        "pipeline",
        "dealstage",
        "amount",
        "deal_currency_code",
        "hubspot_owner_id",
    ),
    ObjectKind.CONTACT: ("firstname", "lastname", "email", "hs_lead_status"),
    ObjectKind.COMPANY: ("name", "domain"),
}
Linked = tuple[tuple[Link, wire.Record], ...]


class Observer:
    """Reads deals with all that hangs on them; see the module's docstring.

    `needs` is what the policy looks at; the properties that we own are read as well. `reader`
    makes what reads in a crew's threads.
    """

    def __init__(
        self,
        crews: Crews,
        portal: Portal,
        needs: Needs,
        names: OwnedNames,
        reader: Callable[[Crew], BatchReader] = BatchReader,
    ) -> None:
        self._crews = crews
        self._reader = reader
        self._portal = portal
        self._needs = needs
        wanted = {
            ObjectKind.DEAL: needs.deal_properties,
            ObjectKind.CONTACT: needs.contact_properties,
        }
        self._wanted = {
            kind: tuple(dict.fromkeys((*base, *wanted.get(kind, ()), *names.of(kind))))
            for kind, base in BASE_PROPERTIES.items()
        }

    def observe(self, deal_ids: Sequence[DealId], now: datetime) -> Observation:
        """Each deal as snapshot, gone, or failed. Raises Failure when nothing could be read."""
        asked = tuple(dict.fromkeys(deal_ids))
        if not asked:
            return Observation(snapshots={})
        crew = self._crews.for_work_on(len(asked))
        reads = read_rounds(self._reader(crew), asked, self.ask_for, self._needs)
        if all(each in reads.deals.failed for each in asked):
            raise next(iter(reads.deals.failed.values()))
        snapshots: dict[DealId, Snapshot] = {}
        failed: dict[DealId, Failure] = {}
        for deal_id in asked:
            if deal_id in reads.deals.failed:
                failed[deal_id] = reads.deals.failed[deal_id]
            elif deal_id in reads.deals.found:
                try:
                    snapshots[deal_id] = self._snapshot(deal_id, reads, now)
                except Retryable as failure:
                    failed[deal_id] = failure
        gone = frozenset(each for each in asked if each in reads.deals.gone)
        return Observation(snapshots=snapshots, gone=gone, failed=failed)

    def ask_for(self, kind: ObjectKind) -> tuple[str, ...]:
        """The wanted properties that exist; all of them when the token may not ask which do."""
        existing = self._portal.property_names(kind)
        wanted = self._wanted[kind]
        return wanted if existing is None else tuple(n for n in wanted if n in existing)

    # ------------------------------------------------------------------ one snapshot

    def _snapshot(self, deal_id: DealId, reads: Reads, now: datetime) -> Snapshot:
        """Raises Retryable when a part of this deal failed in passing."""
        record = reads.deals.found[deal_id]
        properties = self._properties(ObjectKind.DEAL, record)
        contacts, companies = (
            linked(deal_id, reads.linked[kind], reads.beside[kind]) for kind in CARRIERS
        )
        carriers = _carriers(deal_id, contacts, companies)
        notes = _notes(carriers, reads.notes)
        history = self._history(record)
        return Snapshot(
            deal_id=deal_id,
            observed_at=now,
            properties=properties,
            link=self._portal.account().link_to(deal_id),
            position=self._portal.position(properties.get("pipeline"), properties.get("dealstage")),
            owner=self._owner(properties),
            contacts=contacts if isinstance(contacts, Unread) else self._contacts(contacts),
            companies=companies if isinstance(companies, Unread) else self._companies(companies),
            notes=notes,
            authors={} if isinstance(notes, Unread) else self._authors(notes),
            activities=self._activities(deal_id, contacts, reads.activities),
            history=history,
            siblings=self._siblings(deal_id, carriers, reads),
            stages=self._stages(properties.get("pipeline"), history),
        )

    def _owner(self, properties: Properties) -> Owner | Unread | None:
        owner_id = value_of(properties, "hubspot_owner_id")
        return owner_id if isinstance(owner_id, Unread) else self._portal.owner(owner_id)

    def _history(self, record: wire.Record) -> Mapping[str, tuple[PropertyMove, ...]] | Unread:
        if not self._needs.history:
            return NOT_ASKED
        return moves_of(record, self._needs.history, self._portal.person)

    def _stages(
        self, pipeline: str | None, history: Mapping[str, tuple[PropertyMove, ...]] | Unread
    ) -> tuple[StagePosition, ...]:
        if isinstance(history, Unread):
            return ()
        moves = history.get("dealstage", ())
        return self._portal.stages_near(pipeline, {move.value for move in moves if move.value})

    def _activities(
        self, deal_id: DealId, contacts: Linked | Unread, hung: Mapping[ObjectKind, Hung]
    ) -> tuple[Activity, ...] | Unread:
        """Those of the deal and its contacts, oldest first."""
        if not self._needs.activities:
            return NOT_ASKED
        if isinstance(contacts, Unread):
            return Unread(f"activities may hang on contacts that were not read: {contacts.reason}")
        contact = ObjectKind.CONTACT
        carriers = [deal_key(deal_id), *(ObjectKey(contact, link.id) for link, _ in contacts)]
        own = self._portal.own_addresses()
        found: list[Activity] = []
        for kind, each in hung.items():
            records = each.on(carriers)
            if isinstance(records, Unread):
                return records
            try:
                found += [activity_of(kind, record, on, own) for record, on in records.values()]
            except Garbled as failure:
                return unread(failure)
        return tuple(sorted(found, key=lambda activity: (activity.at, activity.key)))

    def _siblings(
        self, deal_id: DealId, carriers: Sequence[ObjectKey] | Unread, reads: Reads
    ) -> tuple[Sibling, ...] | Unread:
        """The other open deals of the same contacts and companies."""
        if not self._needs.siblings:
            return NOT_ASKED
        if isinstance(carriers, Unread):
            return carriers
        shares: dict[str, list[ObjectKey]] = {}
        for carrier in carriers[1:]:
            others = linked(carrier.id, reads.deals_of[carrier.kind], reads.deals)
            if isinstance(others, Unread):
                return others
            for link, _ in others:
                shares.setdefault(link.id, []).append(carrier)
        shares.pop(deal_id, None)
        siblings = []
        for other, on in sorted(shares.items()):
            read = reads.deals.found[other].properties.get
            position = self._portal.position(read("pipeline"), read("dealstage"))
            if isinstance(position, Unread):
                return Unread(f"deal {other} may be open as well: {position.reason}")
            if not position.is_closed:
                name = read("dealname") or f"deal {other}"
                siblings.append(Sibling(DealId(other), name, tuple(on)))
        return tuple(siblings)

    def _authors(self, notes: Iterable[Note]) -> Mapping[OwnerId, Owner]:
        """Those who wrote the notes, as far as HubSpot still knows them."""
        ids = {note.author for note in notes if note.author is not None}
        owners = ((each, self._portal.owner(each)) for each in sorted(ids))
        return {each: owner for each, owner in owners if isinstance(owner, Owner)}

    def _contacts(self, ends: Linked) -> tuple[Contact, ...]:
        return tuple(
            Contact(ContactId(link.id), self._properties(ObjectKind.CONTACT, record), link.labels)
            for link, record in ends
        )

    def _companies(self, ends: Linked) -> tuple[Company, ...]:
        return tuple(
            Company(CompanyId(link.id), self._properties(ObjectKind.COMPANY, record), link.primary)
            for link, record in ends
        )

    def _properties(self, kind: ObjectKind, record: wire.Record) -> Properties:
        """What HubSpot returned; a property that exists and was left out is empty."""
        if self._portal.property_names(kind) is None:
            return record.properties
        return dict.fromkeys(self.ask_for(kind)) | record.properties


def _carriers(
    deal_id: DealId, contacts: Linked | Unread, companies: Linked | Unread
) -> Sequence[ObjectKey] | Unread:
    """Every record of a deal that something can hang on, the deal first."""
    carriers = [deal_key(deal_id)]
    for kind, ends in ((ObjectKind.CONTACT, contacts), (ObjectKind.COMPANY, companies)):
        if isinstance(ends, Unread):
            return Unread(f"something may hang on records that were not read: {ends.reason}")
        carriers += [ObjectKey(kind, link.id) for link, _ in ends]
    return carriers


def _notes(carriers: Sequence[ObjectKey] | Unread, hung: Hung) -> tuple[Note, ...] | Unread:
    """The notes of the deal, its contacts and its companies, oldest first."""
    if isinstance(carriers, Unread):
        return carriers
    records = hung.on(carriers)
    if isinstance(records, Unread):
        return records
    try:
        found = [note_of(record, hangs_on) for record, hangs_on in records.values()]
    except Garbled as failure:
        return unread(failure)
    return tuple(sorted(found, key=lambda note: (note.written_at, note.id)))
