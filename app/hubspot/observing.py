"""From deal ids to snapshots, in three rounds of batch reads however many deals there are.

    1  deals ∥ deal→contacts ∥ deal→companies ∥ deal→notes
    2  contacts ∥ companies ∥ contact→notes ∥ company→notes ∥ the deals' own notes
    3  the notes that only contacts and companies carry

A part of a deal that HubSpot refuses for good becomes `Unread` in its snapshot, so that the rest
can still be judged. A part that failed in passing fails that deal and no other, because a verdict
of "unknown" that is gone a second later helps nobody. An empty list is only ever HubSpot's answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.deal import (
    Company,
    CompanyId,
    Contact,
    ContactId,
    DealId,
    Note,
    NoteId,
    ObjectKey,
    ObjectKind,
    Owner,
    OwnerId,
    Properties,
    Snapshot,
    Unread,
    deal_key,
)
from app.hubspot import wire
from app.hubspot.crews import Crews
from app.hubspot.errors import Garbled
from app.hubspot.portal import Portal
from app.hubspot.reading import BatchReader, Fetched, Link
from app.ports import Failure, Observation, Retryable

NOTE_PROPERTIES: Final = (
    "hs_note_body",
    "hs_timestamp",
    "hs_createdate",
    "hubspot_owner_id",
    "hs_attachment_ids",
)
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

Links = Fetched[tuple[Link, ...]]


@dataclass(frozen=True, slots=True)
class _Reads:
    """Everything that the three rounds brought."""

    deals: Fetched[wire.Record]
    contacts: Fetched[wire.Record]
    companies: Fetched[wire.Record]
    notes: Fetched[wire.Record]
    deal_contacts: Links
    deal_companies: Links
    note_links: Mapping[ObjectKind, Links]


class Observer:
    """Reads deals with all that hangs on them; see the module's docstring.

    `wanted` are the properties that the policy and our own diff need, per kind of record.
    """

    def __init__(
        self, crews: Crews, portal: Portal, wanted: Mapping[ObjectKind, Sequence[str]]
    ) -> None:
        self._crews = crews
        self._portal = portal
        self._wanted = {
            kind: tuple(dict.fromkeys((*base, *wanted.get(kind, ()))))
            for kind, base in BASE_PROPERTIES.items()
        }

    def observe(self, deal_ids: Sequence[DealId], now: datetime) -> Observation:
        """Each deal as snapshot, gone, or failed. Raises Failure when nothing could be read."""
        asked = tuple(dict.fromkeys(deal_ids))
        if not asked:
            return Observation(snapshots={})
        reads = self._read(asked)
        if len(reads.deals.failed) == len(asked):
            raise next(iter(reads.deals.failed.values()))
        snapshots: dict[DealId, Snapshot] = {}
        failed: dict[DealId, Failure] = {DealId(k): v for k, v in reads.deals.failed.items()}
        for key, record in reads.deals.found.items():
            deal_id = DealId(key)
            try:
                snapshots[deal_id] = self._snapshot(deal_id, record, reads, now)
            except Retryable as failure:
                failed[deal_id] = failure
        gone = frozenset(DealId(each) for each in reads.deals.gone)
        return Observation(snapshots=snapshots, gone=gone, failed=failed)

    # ------------------------------------------------------------------ the three rounds

    def _read(self, deal_ids: Sequence[DealId]) -> _Reads:
        start = BatchReader(self._crews.for_work_on(len(deal_ids)))
        deal, contact = ObjectKind.DEAL, ObjectKind.CONTACT
        company, note = ObjectKind.COMPANY, ObjectKind.NOTE

        deals = start.records(deal, deal_ids, self._ask_for(deal))
        deal_notes = start.associations(deal, note, deal_ids)
        deal_contacts = start.associations(deal, contact, deal_ids)
        deal_companies = start.associations(deal, company, deal_ids)

        contact_ids = _targets(deal_contacts.result())
        contacts = start.records(contact, contact_ids, self._ask_for(contact))
        contact_notes = start.associations(contact, note, contact_ids)
        company_ids = _targets(deal_companies.result())
        companies = start.records(company, company_ids, self._ask_for(company))
        company_notes = start.associations(company, note, company_ids)
        own_note_ids = _targets(deal_notes.result())
        own_notes = start.records(note, own_note_ids, NOTE_PROPERTIES)

        links = {
            deal: deal_notes.result(),
            contact: contact_notes.result(),
            company: company_notes.result(),
        }
        other_ids = (*_targets(links[contact]), *_targets(links[company]))
        known = set(own_note_ids)
        other_notes = start.records(
            note, [each for each in other_ids if each not in known], NOTE_PROPERTIES
        )
        notes = own_notes.result()
        notes.absorb(other_notes.result())
        return _Reads(
            deals=deals.result(),
            contacts=contacts.result(),
            companies=companies.result(),
            notes=notes,
            deal_contacts=deal_contacts.result(),
            deal_companies=deal_companies.result(),
            note_links=links,
        )

    def _ask_for(self, kind: ObjectKind) -> tuple[str, ...]:
        """The wanted properties that exist; all of them when the token may not ask which do."""
        existing = self._portal.property_names(kind)
        wanted = self._wanted[kind]
        return wanted if existing is None else tuple(n for n in wanted if n in existing)

    # ------------------------------------------------------------------ one snapshot

    def _snapshot(
        self, deal_id: DealId, record: wire.Record, reads: _Reads, now: datetime
    ) -> Snapshot:
        """Raises Retryable when a part of this deal failed in passing."""
        properties = self._properties(ObjectKind.DEAL, record)
        contacts = _linked(deal_id, reads.deal_contacts, reads.contacts)
        companies = _linked(deal_id, reads.deal_companies, reads.companies)
        notes = _notes(deal_id, contacts, companies, reads)
        return Snapshot(
            deal_id=deal_id,
            observed_at=now,
            properties=properties,
            link=self._portal.account().link_to(deal_id),
            position=self._portal.position(properties.get("pipeline"), properties.get("dealstage")),
            owner=self._portal.owner(properties.get("hubspot_owner_id")),
            contacts=contacts if isinstance(contacts, Unread) else self._contacts(contacts),
            companies=companies if isinstance(companies, Unread) else self._companies(companies),
            notes=notes,
            authors={} if isinstance(notes, Unread) else self._authors(notes),
        )

    def _authors(self, notes: Iterable[Note]) -> Mapping[OwnerId, str]:
        """The names of those who wrote the notes, as far as HubSpot still knows them."""
        ids = {note.author for note in notes if note.author is not None}
        owners = ((each, self._portal.owner(each)) for each in sorted(ids))
        return {each: owner.name for each, owner in owners if isinstance(owner, Owner)}

    def _contacts(self, linked: Iterable[tuple[Link, wire.Record]]) -> tuple[Contact, ...]:
        return tuple(
            Contact(ContactId(link.id), self._properties(ObjectKind.CONTACT, record), link.labels)
            for link, record in linked
        )

    def _companies(self, linked: Iterable[tuple[Link, wire.Record]]) -> tuple[Company, ...]:
        return tuple(
            Company(CompanyId(link.id), self._properties(ObjectKind.COMPANY, record), link.primary)
            for link, record in linked
        )

    def _properties(self, kind: ObjectKind, record: wire.Record) -> Properties:
        """What HubSpot returned; a property that exists and was left out is empty."""
        if self._portal.property_names(kind) is None:
            return record.properties
        return dict.fromkeys(self._ask_for(kind)) | record.properties


def _targets(links: Links) -> tuple[str, ...]:
    return tuple(dict.fromkeys(link.id for each in links.found.values() for link in each))


def _linked(
    source: str, links: Links, records: Fetched[wire.Record]
) -> tuple[tuple[Link, wire.Record], ...] | Unread:
    """The records at the other end in a stable order, without those deleted meanwhile."""
    if source in links.failed:
        return _unread(links.failed[source])
    ends = sorted(links.found[source], key=lambda link: (not link.primary, link.id.zfill(20)))
    for link in ends:
        if link.id in records.failed:
            return _unread(records.failed[link.id])
    return tuple((link, records.found[link.id]) for link in ends if link.id in records.found)


def _notes(
    deal_id: DealId,
    contacts: tuple[tuple[Link, wire.Record], ...] | Unread,
    companies: tuple[tuple[Link, wire.Record], ...] | Unread,
    reads: _Reads,
) -> tuple[Note, ...] | Unread:
    """The notes of the deal, its contacts and its companies, oldest first."""
    carriers = [deal_key(deal_id)]
    for kind, linked in ((ObjectKind.CONTACT, contacts), (ObjectKind.COMPANY, companies)):
        if isinstance(linked, Unread):
            return Unread(f"notes may hang on records that were not read: {linked.reason}")
        carriers += [ObjectKey(kind, link.id) for link, _ in linked]
    hangs_on: dict[str, list[ObjectKey]] = {}
    records: dict[str, wire.Record] = {}
    for carrier in carriers:
        notes = _linked(carrier.id, reads.note_links[carrier.kind], reads.notes)
        if isinstance(notes, Unread):
            return notes
        for link, record in notes:
            records[link.id] = record
            hangs_on.setdefault(link.id, []).append(carrier)
    try:
        found = [_note(record, tuple(hangs_on[key])) for key, record in records.items()]
    except Garbled as failure:
        return _unread(failure)
    return tuple(sorted(found, key=lambda note: (note.written_at, note.id)))


def _note(record: wire.Record, hangs_on: tuple[ObjectKey, ...]) -> Note:
    """A note. Raises Garbled when HubSpot gives no time for it at all."""
    read = record.properties.get
    times = map(wire.moment, (read("hs_timestamp"), read("hs_createdate"), record.createdAt))
    written_at = next((each for each in times if each is not None), None)
    if written_at is None:
        message = f"note {record.id}: HubSpot gives no time for it"
        raise Garbled(message)
    author = read("hubspot_owner_id")
    return Note(
        id=NoteId(record.id),
        body=read("hs_note_body") or "",
        written_at=written_at,
        hangs_on=hangs_on,
        author=OwnerId(author) if author else None,
        has_attachments=bool(read("hs_attachment_ids")),
    )


def _unread(failure: Failure) -> Unread:
    """A lasting failure as the reason; a passing one is raised. Raises Retryable."""
    if isinstance(failure, Retryable):
        raise failure
    return Unread(str(failure))
