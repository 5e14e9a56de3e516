"""Small builders of observed nouns, so that a test names only what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

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
    PipelineId,
    Snapshot,
    StageId,
    StagePosition,
    Unread,
)
from app.domain.desired import OwnedNames
from app.domain.policy import Policy
from config.policy import load_policy

POLICY_FILE = Path(__file__).parents[2] / "config" / "policies" / "flowfuse.yaml"
NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
WRITTEN = datetime(2026, 8, 20, 9, tzinfo=UTC)
DEAL = ObjectKey(ObjectKind.DEAL, "1")
STAGES = ("1-Discovery", "2-Diagnose", "3-Solution", "4-Validate", "5-Commit", "6-Closing")
WHYS = """\
Why change? An update stopped line 2 for six hours and nobody could roll it back.
Why now? The IFS audit is on 14 April 2027.
Why FlowFuse? Snapshots with rollback and role-based access."""
SIGNALS = {
    "1a": "Pain is clear to both sides, and they agreed to look into the impact.",
    "1b": "They agreed on the impact, the urgency and the evaluation scope.",
    "2a": "The champion is on board and presents it to the plant managers next week.",
    "2b": "The buying committee is aligned and agreed to a PoC.",
    "3": "PoC plan signed off with agreed success criteria.",
    "4": "They decided to proceed to a proposal.",
    "5": "Agreed on the proposal and the path to close.",
    "6": "The agreement is signed.",
}


@cache
def shipped_policy() -> Policy:
    """The policy that ships with the service."""
    return load_policy(POLICY_FILE)


def note(body: str, on: ObjectKey = DEAL, note_id: str = "n1", **extra) -> Note:
    """A note on the deal unless said otherwise."""
    return Note(NoteId(note_id), body, extra.pop("written_at", WRITTEN), (on,), **extra)


def signals(*meetings: str) -> str:
    """A note that puts the exit signals of these meetings on record."""
    return "\n".join(f"Exit signal {meeting}: {SIGNALS[meeting]}" for meeting in meetings)


def contact(status: str | None = "OPEN_DEAL", contact_id: str = "c1", **extra) -> Contact:
    """A contact with a lead status."""
    own: Mapping[str, str | None] = dict.fromkeys(OwnedNames().of(ObjectKind.CONTACT))
    properties = {"hs_lead_status": status, "lifecyclestage": "opportunity", **own}
    return Contact(ContactId(contact_id), properties, extra.get("labels", ()))


def company(company_id: str = "k1") -> Company:
    """A company without anything written on it yet."""
    own = dict.fromkeys(OwnedNames().of(ObjectKind.COMPANY))
    return Company(CompanyId(company_id), {"name": "Brennhof", **own})


def position(
    stage: str = "1-Discovery", pipeline: str = "NR Scale", *, closed: bool = False, won=False
) -> StagePosition:
    """A place on the board."""
    order = STAGES.index(stage) if stage in STAGES else 9
    ids = (PipelineId("77"), StageId("99"))
    return StagePosition(ids[0], pipeline, ids[1], stage, order, closed, won)


def snapshot(
    notes: Sequence[Note | str] | Unread = (),
    *,
    stage: str | StagePosition | Unread = "1-Discovery",
    contacts: Sequence[Contact] | Unread | None = None,
    companies: Sequence[Company] | Unread = (),
    properties: Mapping[str, str | None] | None = None,
    **extra,
) -> Snapshot:
    """A deal with one contact in the lead status Open deal, unless said otherwise."""
    if not isinstance(notes, Unread):
        notes = tuple(
            note(n, note_id=f"n{i}") if isinstance(n, str) else n for i, n in enumerate(notes)
        )
    if contacts is None:
        contacts = (contact(),)
    own = dict.fromkeys(OwnedNames().of(ObjectKind.DEAL))
    return Snapshot(
        deal_id=DealId("1"),
        observed_at=NOW,
        properties={"dealname": "Brennhof", **own, **(properties or {})},
        link="https://app.hubspot.com/contacts/1/record/0-3/1",
        position=position(stage) if isinstance(stage, str) else stage,
        owner=None,
        contacts=contacts if isinstance(contacts, Unread) else tuple(contacts),
        companies=companies if isinstance(companies, Unread) else tuple(companies),
        notes=notes,
        **extra,
    )
