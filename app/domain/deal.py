"""The observed nouns: what is known of one deal at one instant.

A `Snapshot` is immutable and complete in itself, so that evaluating it needs nothing else. It
refuses to guess: a part that could not be read is `Unread` with the reason, never empty, because
an empty list of contacts is a finding and an unread one is not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NewType

DealId = NewType("DealId", str)
ContactId = NewType("ContactId", str)
CompanyId = NewType("CompanyId", str)
NoteId = NewType("NoteId", str)
OwnerId = NewType("OwnerId", str)
PipelineId = NewType("PipelineId", str)
StageId = NewType("StageId", str)

Properties = Mapping[str, str | None]
"""HubSpot property values by internal name, as strings.

`None` means read and empty. A name that is missing was not read, most often because the portal
has no such property; use `value_of` to tell the two apart.
"""


class ObjectKind(StrEnum):
    """The kinds of record that a mark, an evidence or a change can point to."""

    DEAL = "deal"
    CONTACT = "contact"
    COMPANY = "company"
    NOTE = "note"
    EMAIL = "email"
    MEETING = "meeting"
    CALL = "call"


@dataclass(frozen=True, slots=True, order=True)
class ObjectKey:
    """Names one record in the portal; the only thing that a mark carries."""

    kind: ObjectKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


IdsByKind = Mapping[ObjectKind, Collection[str]]
"""Many records, each once: what a burst of events comes down to."""


def deal_key(deal_id: DealId) -> ObjectKey:
    """The key of a deal."""
    return ObjectKey(ObjectKind.DEAL, deal_id)


@dataclass(frozen=True, slots=True)
class Unread:
    """Stands where something was not read; `reason` is a sentence for people."""

    reason: str


MAX_REMEMBERED_NAMES = 1_024
"""Property names for which the sentence on their absence is kept; a policy names a few dozen."""
NOT_ASKED = Unread("the policy does not ask for it")
"""Stands for parts that are read only for policies that need them."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A HubSpot owner: the person whom a record is assigned to.

    `id` is the owner id (what `hubspot_owner_id` holds), not the user id. `teams` are the names of
    the teams in HubSpot that the person is in.
    """

    id: OwnerId
    name: str
    email: str | None
    active: bool
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StagePosition:
    """Where a deal stands, with labels resolved through the pipelines API.

    Ids are opaque and labels are what people read, so a policy names labels. `is_closed` and
    `is_won` come from the stage's metadata (closed flag, probability 1.0), never from a name.
    `order` counts from 0 within the pipeline.
    """

    pipeline_id: PipelineId
    pipeline_label: str
    stage_id: StageId
    stage_label: str
    order: int
    is_closed: bool
    is_won: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact associated with the deal; `labels` are those of that association."""

    id: ContactId
    properties: Properties
    labels: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name a person would use, falling back to the address and then to the id."""
        first, last = self.properties.get("firstname"), self.properties.get("lastname")
        full = " ".join(part for part in (first, last) if part)
        return full or self.properties.get("email") or f"contact {self.id}"


@dataclass(frozen=True, slots=True)
class Company:
    """A company associated with the deal."""

    id: CompanyId
    properties: Properties
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A note wherever it hangs: on the deal, on one of its contacts or on its company.

    `body` is `hs_note_body` as HubSpot holds it (HTML or plain text, up to 65,536 characters);
    `written_at` is `hs_timestamp`. `hangs_on` lists the records of this snapshot that carry it.
    """

    id: NoteId
    body: str
    written_at: datetime
    hangs_on: tuple[ObjectKey, ...]
    author: OwnerId | None = None
    has_attachments: bool = False


class Direction(StrEnum):
    """Who spoke to whom, as far as HubSpot says."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Activity:
    """An e-mail, a meeting or a call, without its content.

    `outcome` is HubSpot's own word: the outcome of a meeting, the disposition (else the status)
    of a call, the send status of an e-mail. `subject` is an e-mail's, so that an automatic reply
    can be told from a person's. `hangs_on` lists the records of this snapshot that carry it.
    Whether it counts as a customer's reply is the policy's to say.
    """

    key: ObjectKey
    direction: Direction
    at: datetime
    hangs_on: tuple[ObjectKey, ...]
    outcome: str | None = None
    subject: str = ""
    owner: OwnerId | None = None

    @property
    def kind(self) -> ObjectKind:
        """E-mail, meeting or call."""
        return self.key.kind


@dataclass(frozen=True, slots=True)
class PropertyMove:
    """One value that a property was given: when, and by whom as far as HubSpot says.

    `source` is HubSpot's word for the way (`CRM_UI`, `INTEGRATION`, …); `by` a person's or an
    integration's name.
    """

    value: str | None
    at: datetime
    source: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another open deal of one of this deal's contacts or companies; `shares` says of which."""

    deal_id: DealId
    name: str
    shares: tuple[ObjectKey, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is known of one deal at `observed_at` (aware, UTC)."""

    deal_id: DealId
    observed_at: datetime
    properties: Properties
    link: str
    """Address of the deal's record in the portal's own user interface."""
    position: StagePosition | Unread
    owner: Owner | Unread | None
    contacts: tuple[Contact, ...] | Unread
    companies: tuple[Company, ...] | Unread
    notes: tuple[Note, ...] | Unread
    authors: Mapping[OwnerId, Owner] = field(default_factory=dict)
    """The owners who wrote notes, where known; a citation without one omits the name."""
    activities: tuple[Activity, ...] | Unread = NOT_ASKED
    """E-mails, meetings and calls of the deal and of its contacts, oldest first."""
    history: Mapping[str, tuple[PropertyMove, ...]] | Unread = NOT_ASKED
    """The values that deal properties had, newest first; only those that the policy asks for."""
    siblings: tuple[Sibling, ...] | Unread = NOT_ASKED
    """Other open deals of the same contacts and companies, by id."""
    stages: tuple[StagePosition, ...] = ()
    """Every stage of the deal's pipeline, in order, where history has to be read against it."""

    @property
    def name(self) -> str:
        """The deal's name, or its id when it has none."""
        return self.properties.get("dealname") or f"deal {self.deal_id}"


def value_of(properties: Properties, name: str) -> str | Unread | None:
    """The value of a property; `Unread` when the portal did not return that name at all."""
    if name not in properties:
        return _not_returned(name)
    return properties[name]


@lru_cache(MAX_REMEMBERED_NAMES)
def _not_returned(name: str) -> Unread:
    return Unread(f"the portal returned no property {name!r}; does it exist there?")
