"""Deals made from seeds: whatever HubSpot may hold, well-formed or not, read or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.domain.deal import (
    Activity,
    Company,
    Contact,
    DealId,
    Direction,
    Note,
    ObjectKey,
    ObjectKind,
    Owner,
    PropertyMove,
    Sibling,
    Snapshot,
    StagePosition,
    Unread,
)
from app.domain.desired import OwnedNames
from tests.domain.build import SIGNALS, STAGES
from tests.domain.dice import Dice

T = TypeVar("T")
LINES = (
    "Why change? A stop cost us six hours.",
    "Why change: TBD",
    "Why now: the contract ends on 31 October 2026",
    "Why now? maybe next year",
    "Why FlowFuse? RBAC and snapshots",
    "Why now: deadline dropped",
    *(f"Exit signal {meeting}: {text}" for meeting, text in SIGNALS.items()),
    "1b exit: they will think about it",
    "Node-RED runs at 4 sites, 38 instances, 5 developers, in production.",
    "Nobody owns the standards; every plant deploys as it likes.",
    "<p>Why now?&nbsp;&#8203;</p>",
    "Paid pilot: no budget, free of charge",
    "Cost of doing nothing: two line stops a month",
    "Deviation: why_now – the board meets in May – until 31 December 2026",
    "Deviation withdrawn: why_now",
    "VPN password: Tr0ub4dor&3",
)
GARBAGE = (
    *("", " ", "\n", "\x00", "0", "-1", "ß", "ﬁ", "مرحبا", "\u202e<b>", "💥", "‽", "&nbsp;"),
    *("<!channel>", "a" * 40, "=1+1", "'; --", "Why now?", "é́́", "NaN", "null"),
)
PARTS = ("position", "owner", "contacts", "companies", "notes", "activities", "history", "siblings")
"""The parts of a snapshot that may be unread."""
SIZES = ("contacts", "companies", "notes", "activities", "moves", "siblings")
"""The parts of a snapshot that hold several, each up to MOST."""
MOST = 4
UNREAD = (Unread("the API said no"), Unread("timed out"))
IDS = ("1", "2", "3", "40")
KINDS, DIRECTIONS = (*ObjectKind, *(ObjectKind.CONTACT,) * 5), tuple(Direction)
TALKS = (ObjectKind.EMAIL, ObjectKind.MEETING, ObjectKind.CALL)
STATUSES = ("NEW", "OPEN", "OPEN_DEAL", "OPEN_DEAL", "UNQUALIFIED", "BAD_TIMING", "UNRESPONSIVE",
            "ATTEMPTED_TO_CONTACT", "CUSTOM", "", None)  # fmt: skip
LABELS = ("Champion", "Primary contact", "decision  MAKER", "Legal", "Other")
DATES = (None, "", "2026-09-01", "2026-10-01T12:00:00Z", "1790000000000", "99999-01-01", "soon")
VALUES = (None, None, *GARBAGE, "Brennhof", "blocked", "why_now;exit_1a", "EUR")
PIPELINES = ("NR Scale", "NR Scale", "edge  connectivity", "Renewals", "")
PLACES = (*STAGES, *STAGES, "Closed won", "Negotiation", "")
MOVED_TO = (
    None,
    "1",
    "2",
    "40",
    "2026-09-01",
    "2026-10-15",
    "2026-12-01",
    "call Petra by 3 October 2026",
)
NAMES = OwnedNames()

_CONTACT: Mapping[str, Sequence[str | None]] = {
    "hs_lead_status": STATUSES,
    "lifecyclestage": ("lead", "opportunity", "salesqualifiedlead", None),
    "email": VALUES,
    "firstname": VALUES,
    "hs_buying_role": (None, "CHAMPION", "END_USER;CHAMPION", "LEGAL_AND_COMPLIANCE", ";"),
    "activation_outbound": (None, "", "Yes"),
    "hubspot_owner_assigneddate": DATES,
}
_DEAL: Mapping[str, Sequence[str | None]] = {
    "dealname": VALUES,
    "amount": (None, "0", "60000", "-3", "NaN", "x"),
    "deal_currency_code": VALUES,
    "next_step": VALUES,
    "closedate": DATES,
    "createdate": DATES,
    "hs_next_step": (None, "tbd", "Demo on 1 October 2026", "Call"),
}


@dataclass(frozen=True)
class Plan:
    """What decides a deal: a seed, how much there is of each part, and what was not read."""

    seed: int
    sizes: tuple[int, ...]
    unread: tuple[str, ...]


def snapshot(plan: Plan) -> Snapshot:
    """The deal of a plan, for ever the same."""
    dice = Dice(plan.seed)
    size = dict(zip(SIZES, plan.sizes, strict=True))

    def part(name: str, make: Callable[[], T]) -> T | Unread:
        made = make()  # made in any case, so that leaving one part unread changes no other
        return dice.one(UNREAD) if name in plan.unread else made

    def several(name: str, make: Callable[[Dice], T]) -> tuple[T, ...]:
        return tuple(make(dice) for _ in range(size[name]))

    def unique(name: str, make: Callable[[Dice, str], T]) -> tuple[T, ...]:
        return tuple(make(dice, each) for each in dice.some(IDS, size[name], size[name]))

    return Snapshot(
        deal_id=DealId(dice.one(IDS)),
        observed_at=dice.moment(),
        properties=_properties(dice, ObjectKind.DEAL, _DEAL),
        link="https://app.hubspot.com/1",
        position=part("position", lambda: position(dice)),
        owner=part("owner", lambda: _owner(dice) if dice.chance(60) else None),
        contacts=part("contacts", lambda: unique("contacts", _contact)),
        companies=part("companies", lambda: unique("companies", _company)),
        notes=part("notes", lambda: unique("notes", _note)),
        activities=part(
            "activities",
            lambda: tuple(sorted(several("activities", activity), key=lambda each: each.at)),
        ),
        history=part("history", lambda: _history(dice, size["moves"])),
        siblings=part("siblings", lambda: several("siblings", _sibling)),
        stages=tuple(position(dice) for _ in range(dice.number(0, 4))),
        authors={each: _owner(dice) for each in dice.some(IDS, 0, 2)},
    )


def position(dice: Dice) -> StagePosition:
    """A place on the board."""
    return StagePosition(
        dice.one(IDS[:2]),
        dice.one(PIPELINES),
        dice.one(IDS),
        dice.one(PLACES),
        dice.number(0, 9),
        dice.chance(25),
        dice.chance(25),
    )


def activity(dice: Dice) -> Activity:
    """An e-mail, a meeting or a call."""
    return Activity(
        key=ObjectKey(dice.one(TALKS), dice.one(IDS)),
        direction=dice.one(DIRECTIONS),
        at=dice.moment(),
        hangs_on=_keys(dice, 3),
        outcome=dice.one((None, "COMPLETED", "NO_SHOW")),
        subject=dice.one(("", "Re: offer", "Automatic reply: away")),
    )


def move(dice: Dice) -> PropertyMove:
    """A value that a property was given."""
    return PropertyMove(dice.one(MOVED_TO), dice.moment(), "CRM_UI", dice.one((None, "Zoe")))


def _body(dice: Dice) -> str:
    """One of a few hundred notes, so that the reader has most of them by heart."""
    text = Dice(dice.below(300))
    lines = text.some(LINES, 0, 6) if text.chance(85) else text.some(GARBAGE, 1, 3)
    return "\n".join(lines)


def _note(dice: Dice, note_id: str) -> Note:
    author = dice.one((None, *IDS))
    return Note(note_id, _body(dice), dice.moment(), _keys(dice, 3), author, dice.chance(30))


def _contact(dice: Dice, contact_id: str) -> Contact:
    properties = _properties(dice, ObjectKind.CONTACT, _CONTACT)
    return Contact(contact_id, properties, dice.some(LABELS, 0, 2))


def _company(dice: Dice, company_id: str) -> Company:
    properties = _properties(dice, ObjectKind.COMPANY, {"name": VALUES})
    return Company(company_id, properties, dice.chance(50))


def _owner(dice: Dice) -> Owner:
    return Owner(dice.one(IDS), dice.one(("Zoe", "", "<b>")), None, dice.chance(70))


def _sibling(dice: Dice) -> Sibling:
    return Sibling(dice.one(IDS), "Twin", _keys(dice, 2))


def _history(dice: Dice, most: int) -> Mapping[str, tuple[PropertyMove, ...]]:
    return {
        name: tuple(
            sorted(
                (move(dice) for _ in range(dice.number(0, most))),
                key=lambda each: each.at,
                reverse=True,
            )
        )
        for name in dice.some(("dealstage", "closedate", "hs_next_step"), 0, 3)
    }


def _keys(dice: Dice, most: int) -> tuple[ObjectKey, ...]:
    return tuple(ObjectKey(dice.one(KINDS), dice.one(IDS)) for _ in range(dice.number(0, most)))


def _properties(
    dice: Dice, kind: ObjectKind, known: Mapping[str, Sequence[str | None]]
) -> Mapping[str, str | None]:
    """Properties of a kind of record; each one may be missing in the portal."""
    missing = dice.one((0, 15, 60))
    own = dict.fromkeys(NAMES.of(kind), VALUES)
    return {
        name: dice.one(values) for name, values in (known | own).items() if not dice.chance(missing)
    }
