"""The three rounds of batch reads behind an observation, however many deals there are.

    1  deals ∥ deal→contacts ∥ deal→companies ∥ deal→notes ∥ deal→activities
    2  contacts ∥ companies ∥ contact, company→notes ∥ contact→activities ∥ contact, company→deals
       ∥ the deals' own notes and activities
    3  the notes and activities that only contacts and companies carry ∥ the sibling deals

Activities, histories and siblings are read only for a policy that needs them. Nothing is judged
here: each id ends as found, gone or failed, and what follows from that is for `observing` to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.deal import DealId, ObjectKind
from app.domain.needs import Needs
from app.hubspot import wire
from app.hubspot.activities import ACTIVITY_PROPERTIES
from app.hubspot.hanging import Hanging, Hung, Links, targets
from app.hubspot.reading import BatchReader, Fetched

NOTE_PROPERTIES: Final = (
    "hs_note_body",
    "hs_timestamp",
    "hs_createdate",
    "hubspot_owner_id",
    "hs_attachment_ids",
)
SIBLING_PROPERTIES: Final = ("dealname", "pipeline", "dealstage")
CARRIERS: Final = (ObjectKind.CONTACT, ObjectKind.COMPANY)
"""The records beside the deal that notes may hang on."""


@dataclass(frozen=True, slots=True)
class Reads:
    """Everything that the rounds brought.

    `deals` include the siblings. `beside` and `linked` are the contacts and companies and how
    they are linked to the deals; `deals_of` is the other way round, empty unless siblings are
    needed.
    """

    deals: Fetched[wire.Record]
    beside: Mapping[ObjectKind, Fetched[wire.Record]]
    linked: Mapping[ObjectKind, Links]
    notes: Hung
    activities: Mapping[ObjectKind, Hung]
    deals_of: Mapping[ObjectKind, Links]


def read_rounds(
    start: BatchReader,
    deal_ids: Sequence[DealId],
    ask_for: Callable[[ObjectKind], Sequence[str]],
    needs: Needs,
) -> Reads:
    """Read these deals with all that the policy needs; `ask_for` names a kind's properties."""
    deal, contact, company = ObjectKind.DEAL, *CARRIERS
    hanging = {ObjectKind.NOTE: Hanging(start, ObjectKind.NOTE, NOTE_PROPERTIES)}
    if needs.activities:
        hanging |= {k: Hanging(start, k, names) for k, names in ACTIVITY_PROPERTIES.items()}

    reading = start.records(deal, deal_ids, ask_for(deal), needs.history)
    for each in hanging.values():
        each.link(deal, deal_ids)
    linking = {kind: start.associations(deal, kind, deal_ids) for kind in CARRIERS}

    linked = {kind: pending.result() for kind, pending in linking.items()}
    ids = {kind: targets(links) for kind, links in linked.items()}
    carrying = {kind: start.records(kind, ids[kind], ask_for(kind)) for kind in CARRIERS}
    owners = CARRIERS if needs.siblings else ()
    owning = {kind: start.associations(kind, deal, ids[kind]) for kind in owners}
    for kind, each in hanging.items():
        each.read()
        each.link(contact, ids[contact])
        if kind is ObjectKind.NOTE:
            each.link(company, ids[company])

    for each in hanging.values():
        each.read()
    deals_of = {kind: pending.result() for kind, pending in owning.items()}
    others = {each for links in deals_of.values() for each in targets(links)}.difference(deal_ids)
    siblings = start.records(deal, sorted(others), SIBLING_PROPERTIES)

    deals = reading.result()
    deals.absorb(siblings.result())
    hung = {kind: each.result() for kind, each in hanging.items()}
    return Reads(
        deals=deals,
        beside={kind: pending.result() for kind, pending in carrying.items()},
        linked=linked,
        notes=hung.pop(ObjectKind.NOTE),
        activities=hung,
        deals_of=deals_of,
    )
