"""Many generated deals, for load: each with contacts, a company and notes, all from one seed.

The texts are put together from phrases, so that neither all deals are blocked nor all clear. It
refuses to be a story: for that, see the deals that were written by hand.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from .phrases import CHANGE, COMPANY_ENDS, COMPANY_STARTS, FAMILIES, FIRST_NAMES, FLOWFUSE, NOW
from .pipelines import EDGE, NR_SCALE, OPEN_STAGES

if TYPE_CHECKING:
    from datetime import datetime

    from .planting import Garden

SHARE_WITHOUT_NOTES = 0.1
SHARE_PER_WHY = 0.8
SHARE_OPEN_DEAL = 0.85
MAX_AGE_DAYS = 200
_STATUSES = ("CONNECTED", "IN_PROGRESS", "ATTEMPTED_TO_CONTACT", "BAD_TIMING", "UNQUALIFIED")


def plant_bulk(garden: Garden, count: int, *, seed: int) -> None:
    """Add `count` open deals, quietly."""
    chance = random.Random(f"bulk-{seed}")
    owners = [str(owner_id) for short, owner_id in garden.owners.items() if short != "gwen"]
    for number in range(count):
        _plant_one(garden, chance, number, chance.choice(owners))


def _plant_one(garden: Garden, chance: random.Random, number: int, owner: str) -> None:
    store, actor = garden.portal.store, garden.actor
    opened = garden.now - timedelta(days=chance.uniform(1, MAX_AGE_DAYS))
    company = f"{chance.choice(COMPANY_STARTS)} {chance.choice(COMPANY_ENDS)}"
    domain = f"{company.lower().replace(' ', '-')}-{number}.example"
    process = garden.processes[chance.choice((NR_SCALE, EDGE))]
    closes = garden.now + timedelta(days=chance.uniform(5, 150))
    deal_id = store.create(
        "deals",
        {
            "dealname": f"{company} {number}",
            "pipeline": process.pipeline_id,
            "dealstage": process.stage_ids[chance.randrange(OPEN_STAGES)],
            "amount": str(chance.randrange(8, 160) * 1_000),
            "closedate": closes.strftime("%Y-%m-%dT00:00:00.000Z"),
            "hubspot_owner_id": owner,
        },
        actor=actor,
        at=opened,
        quiet=True,
    )
    company_id = store.create(
        "companies",
        {"name": f"{company} {number}", "domain": domain, "hubspot_owner_id": owner},
        actor=actor,
        at=opened,
        quiet=True,
    )
    _link(garden, "deals", deal_id, "companies", company_id)
    contacts = [
        _plant_contact(garden, chance, domain, owner, opened)
        for _ in range(chance.choice((1, 1, 2, 3)))
    ]
    for contact_id in contacts:
        _link(garden, "contacts", contact_id, "deals", deal_id)
        _link(garden, "contacts", contact_id, "companies", company_id)
    for place, place_id in (("deals", deal_id), ("contacts", contacts[0])):
        if chance.random() >= SHARE_WITHOUT_NOTES:
            _plant_note(garden, chance, place, place_id, opened)


def _plant_contact(
    garden: Garden, chance: random.Random, domain: str, owner: str, at: datetime
) -> int:
    first, family = chance.choice(FIRST_NAMES), chance.choice(FAMILIES)
    is_open_deal = chance.random() < SHARE_OPEN_DEAL
    return garden.portal.store.create(
        "contacts",
        {
            "firstname": first,
            "lastname": family,
            "email": f"{first}.{family}.{chance.randrange(10**6)}@{domain}".lower(),
            "lifecyclestage": "opportunity",
            "hs_lead_status": "OPEN_DEAL" if is_open_deal else chance.choice(_STATUSES),
            "hubspot_owner_id": owner,
        },
        actor=garden.actor,
        at=at,
        quiet=True,
    )


def _plant_note(
    garden: Garden, chance: random.Random, place: str, place_id: int, opened: datetime
) -> None:
    written = opened + (garden.now - opened) * chance.random()
    lines = [
        f"<p>{label} {chance.choice(phrases)}</p>"
        for label, phrases in (
            ("Why change?", CHANGE),
            ("Why now?", NOW),
            ("Why FlowFuse?", FLOWFUSE),
        )
        if chance.random() < SHARE_PER_WHY
    ]
    note_id = garden.portal.store.create(
        "notes",
        {
            "hs_note_body": "".join(lines) or "<p>Left a voicemail, will try again.</p>",
            "hs_timestamp": written.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        },
        actor=garden.actor,
        at=written,
        quiet=True,
    )
    _link(garden, "notes", note_id, place, place_id)


def _link(garden: Garden, from_type: str, from_id: int, to_type: str, to_id: int) -> None:
    garden.portal.store.associate(
        from_type, from_id, to_type, to_id, actor=garden.actor, quiet=True
    )
