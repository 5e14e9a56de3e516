"""An example deal as it would be observed in a portal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time

from app.domain.deal import (
    Activity,
    Company,
    CompanyId,
    Contact,
    ContactId,
    DealId,
    Direction,
    Note,
    NoteId,
    ObjectKey,
    ObjectKind,
    Owner,
    OwnerId,
    PipelineId,
    PropertyMove,
    Sibling,
    Snapshot,
    StageId,
    StagePosition,
    Unread,
)
from config.policy.example_schema import (
    DEAL_OWNER,
    ContactExample,
    DealExample,
    Example,
    MoveExample,
    NoteExample,
    PersonExample,
)

_CONTACT, _COMPANY = "1", "1"
_OWNER = OwnerId("1")
_UNREAD = Unread("left unread by the example")


def snapshot_of(example: Example, day: date) -> tuple[Snapshot, datetime]:
    """The deal of an example as it would be observed, and when it is judged."""
    now = noon_of(example.now or day)
    return _snapshot(example.deal, now), now


def _snapshot(deal: DealExample, now: datetime) -> Snapshot:
    order = deal.stages.index(deal.stage) if deal.stage in deal.stages else 0
    position = replace(_stage(deal, deal.stage, order), is_closed=deal.closed, is_won=deal.won)
    unread = set(deal.unread)
    return Snapshot(
        deal_id=DealId("1"),
        observed_at=now,
        properties={"dealname": "Example", **deal.properties},
        link="https://app.hubspot.com/",
        position=_UNREAD if "position" in unread else position,
        owner=_owner(deal),
        contacts=_UNREAD if "contacts" in unread else _contacts(deal.contacts),
        companies=_UNREAD if "companies" in unread else _companies(deal),
        notes=_UNREAD if "notes" in unread else tuple(_notes(deal.notes, now)),
        authors=_authors(deal.notes),
        activities=tuple(sorted(_activities(deal), key=lambda activity: activity.at)),
        history={name: _moves(moves) for name, moves in deal.history.items()},
        siblings=tuple(_siblings(deal)),
        stages=tuple(_stage(deal, label, number) for number, label in enumerate(deal.stages)),
    )


def _stage(deal: DealExample, label: str, order: int) -> StagePosition:
    """A stage whose id is its label."""
    ids = PipelineId("p"), StageId(label)
    return StagePosition(ids[0], deal.pipeline, ids[1], label, order, is_closed=False, is_won=False)


def _owner(deal: DealExample) -> Owner | None:
    if deal.owner == "none":
        return None
    return Owner(_OWNER, DEAL_OWNER, None, active=deal.owner == "active")


def _companies(deal: DealExample) -> tuple[Company, ...]:
    return (Company(CompanyId(_COMPANY), {}),) if deal.company else ()


def _activities(deal: DealExample) -> Iterator[Activity]:
    for number, example in enumerate(deal.activities, 1):
        yield Activity(
            key=ObjectKey(ObjectKind(example.kind), str(number)),
            direction=Direction(example.direction),
            at=noon_of(example.on),
            hangs_on=(ObjectKey(ObjectKind.CONTACT, _CONTACT),),
            outcome=example.outcome,
            subject=example.subject,
        )


def _moves(examples: Sequence[MoveExample]) -> tuple[PropertyMove, ...]:
    moves = [PropertyMove(each.value, noon_of(each.on), "CRM_UI", each.by) for each in examples]
    return tuple(sorted(moves, key=lambda move: move.at, reverse=True))


def _siblings(deal: DealExample) -> Iterator[Sibling]:
    shared = (ObjectKey(ObjectKind.COMPANY, _COMPANY),)
    for number, name in enumerate(deal.other_deals, 2):
        yield Sibling(DealId(str(number)), name, shared)


def _contacts(examples: Sequence[ContactExample]) -> tuple[Contact, ...]:
    return tuple(
        Contact(
            ContactId(str(number)),
            {
                "firstname": example.name,
                "hs_lead_status": example.lead_status,
                "lifecyclestage": "opportunity",
                **example.properties,
            },
            example.labels,
        )
        for number, example in enumerate(examples, 1)
    )


def _notes(examples: Sequence[NoteExample], now: datetime) -> Iterator[Note]:
    places = {
        "deal": ObjectKey(ObjectKind.DEAL, "1"),
        "contact": ObjectKey(ObjectKind.CONTACT, _CONTACT),
        "company": ObjectKey(ObjectKind.COMPANY, _COMPANY),
    }
    for number, example in enumerate(examples, 1):
        written = noon_of(example.written) if example.written else now.replace(hour=0)
        author = _author(example)
        yield Note(
            NoteId(str(number)),
            example.text,
            written,
            (places[example.on],),
            author=None if author is None else author.id,
            has_attachments=example.attachment,
        )


def _authors(examples: Sequence[NoteExample]) -> Mapping[OwnerId, Owner]:
    people = filter(None, map(_author, examples))
    return {person.id: person for person in people}


def _author(example: NoteExample) -> Owner | None:
    """Who wrote a note, under an id that follows from the name, so that one person has one."""
    person = example.by
    if person is None:
        return None
    if isinstance(person, str):
        person = PersonExample(name=person)
    key = _OWNER if person.name == DEAL_OWNER else OwnerId(f"owner of the name {person.name}")
    return Owner(key, person.name, person.email, active=True, teams=person.teams)


def noon_of(day: date) -> datetime:
    """When things happen that are dated by a day."""
    return datetime.combine(day, time(12), UTC)
