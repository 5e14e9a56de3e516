"""Writes records into a portal as people would have made them over time, and tells nobody.

A deal is created at its first stage and moved on step by step, so that its history is that of a
real deal. Ids come from the portal, times are counted back from its clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from ..portal.schema import Definition, Option
from .people import executive, hire
from .pipelines import LOST, OPEN_STAGES, lay
from .writing import dated

if TYPE_CHECKING:
    from datetime import datetime

    from ..changes import Actor
    from ..portal import Portal
    from .pipelines import Process
    from .story import Contact, Deal, Note, Touch


@dataclass(slots=True)
class Garden:
    """A portal with its people and pipelines, ready to be planted."""

    portal: Portal
    owners: dict[str, int]
    processes: dict[str, Process]
    actor: Actor
    now: datetime

    @classmethod
    def prepare(cls, portal: Portal) -> Garden:
        """Hire the team and lay the pipelines."""
        owners = hire(portal)
        return cls(portal, owners, lay(portal), executive(portal), portal.clock.now())

    def administer(self) -> None:
        """Add what this team's administrator added to HubSpot's defaults."""
        properties = self.portal.properties
        lead_status = properties.get("contacts", "hs_lead_status")
        if lead_status is not None:
            added = Option("UNRESPONSIVE", "Unresponsive", len(lead_status.options))
            properties.set_options("contacts", lead_status.name, (*lead_status.options, added))
        properties.create("contacts", _ACTIVATION_OUTBOUND)

    def plant(self, deal: Deal) -> int:
        """Write a deal with its company, contacts, notes and activities; returns its id."""
        deal_id = self._create_deal(deal)
        company_id = self._create_company(deal)
        if company_id is not None:
            self._link("deals", deal_id, "companies", company_id, primary=True)
        contact_ids = [self._create_contact(deal, contact) for contact in deal.contacts]
        for contact_id in contact_ids:
            self._link("contacts", contact_id, "deals", deal_id)
            if company_id is not None:
                self._link("contacts", contact_id, "companies", company_id, primary=True)
        places = {"deals": [deal_id], "contacts": contact_ids}
        places["companies"] = [] if company_id is None else [company_id]
        for note in deal.notes:
            self._write_note(deal, note, places)
        for touch in deal.touches:
            self._write_touch(deal, touch, places)
        return deal_id

    def _create_deal(self, deal: Deal) -> int:
        process = self.processes[deal.pipeline]
        path = _path(deal.stage)
        opened = self._ago(deal.age_days)
        properties = {
            "dealname": deal.name,
            "pipeline": process.pipeline_id,
            "dealstage": process.stage_ids[path[0]],
            "amount": None if deal.amount is None else str(deal.amount),
            "closedate": _iso(self._ago(-deal.closes_in_days)),
            "dealtype": "newbusiness",
            "hs_next_step": dated(deal.next_step or "", self.now),
            "hs_manual_forecast_category": deal.forecast,
            "closed_lost_reason": deal.lost_reason,
            "hubspot_owner_id": self._owner(deal.owner),
        }
        deal_id = self._create("deals", properties, opened)
        span_days = deal.age_days - deal.days_in_stage
        for step, stage in enumerate(path[1:], start=1):
            moved = self._ago(deal.age_days - span_days * step / (len(path) - 1))
            stage_id = process.stage_ids[stage]
            self._update(deal_id, {"dealstage": stage_id}, moved)
        return deal_id

    def _update(self, deal_id: int, properties: dict[str, str | None], at: datetime) -> None:
        self.portal.store.update("deals", deal_id, properties, actor=self.actor, at=at, quiet=True)

    def _create_company(self, deal: Deal) -> int | None:
        if deal.company is None:
            return None
        name, domain, city, country, employees = deal.company
        properties = {
            "name": name,
            "domain": domain,
            "city": city,
            "country": country,
            "numberofemployees": str(employees),
            "hubspot_owner_id": self._owner(deal.owner),
        }
        return self._create("companies", properties, self._ago(deal.age_days + 20))

    def _create_contact(self, deal: Deal, contact: Contact) -> int:
        first, _, last = contact.name.partition(" ")
        domain = deal.company[1] if deal.company else "mail.example"
        address = f"{first}.{last}@{domain}".lower().replace(" ", "")
        properties = {
            "firstname": first,
            "lastname": last,
            "jobtitle": contact.title,
            "email": address.encode("ascii", "ignore").decode(),
            "lifecyclestage": contact.lifecycle,
            "hs_lead_status": contact.status,
            "hs_buying_role": ";".join(contact.roles) or None,
            _ACTIVATION_OUTBOUND.name: contact.activation_outbound,
            "hubspot_owner_id": self._owner(deal.owner),
        }
        return self._create("contacts", properties, self._ago(deal.age_days + 15))

    def _write_note(self, deal: Deal, note: Note, places: dict[str, list[int]]) -> None:
        written = self._ago(note.days_ago)
        properties = {
            "hs_note_body": dated(note.body, self.now),
            "hs_timestamp": _iso(written),
            "hubspot_owner_id": self._owner(deal.owner),
        }
        note_id = self._create("notes", properties, written)
        for record_id in places[note.on][:1]:
            self._link("notes", note_id, note.on, record_id)

    def _write_touch(self, deal: Deal, touch: Touch, places: dict[str, list[int]]) -> None:
        at = self._ago(touch.days_ago)
        properties = _TOUCHES[touch.kind] | {
            "hs_timestamp": _iso(at),
            "hubspot_owner_id": self._owner(deal.owner),
        }
        plural = "meetings" if touch.kind == "meeting" else "emails"
        if touch.kind == "meeting":
            properties["hs_meeting_start_time"] = _iso(at)
            properties["hs_meeting_end_time"] = _iso(at + timedelta(minutes=45))
        touch_id = self._create(plural, properties, at)
        for object_type in ("deals", "contacts"):
            for record_id in places[object_type][:1]:
                self._link(plural, touch_id, object_type, record_id)

    def _create(self, object_type: str, properties: dict[str, str | None], at: datetime) -> int:
        return self.portal.store.create(
            object_type, properties, actor=self.actor, at=at, quiet=True
        )

    def _link(
        self, from_type: str, from_id: int, to_type: str, to_id: int, *, primary: bool = False
    ) -> None:
        types = [("HUBSPOT_DEFINED", _PRIMARY_TYPES[from_type])] if primary else []
        self.portal.store.associate(
            from_type, from_id, to_type, to_id, types, actor=self.actor, quiet=True
        )

    def _owner(self, short: str | None) -> str | None:
        return None if short is None else str(self.owners[short])

    def _ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)


_ACTIVATION_OUTBOUND = Definition(
    "activation_outbound",
    "Activation Outbound",
    "enumeration",
    "radio",
    "contactinformation",
    description="Whether the first meeting came from our own outreach",
    options=(Option("Yes", "Yes", 0), Option("No", "No", 1)),
)
_PRIMARY_TYPES = {"deals": 5, "contacts": 1}
_TOUCHES: dict[str, dict[str, str | None]] = {
    "sent": {
        "hs_email_subject": "Following up",
        "hs_email_text": "Hello, following up on our last call. When would suit you this week?",
        "hs_email_direction": "EMAIL",
        "hs_email_status": "SENT",
    },
    "reply": {
        "hs_email_subject": "Re: Following up",
        "hs_email_text": "Thanks, that works for us. I will bring two colleagues along.",
        "hs_email_direction": "INCOMING_EMAIL",
        "hs_email_status": "SENT",
    },
    "meeting": {
        "hs_meeting_title": "Call with the customer",
        "hs_meeting_outcome": "COMPLETED",
    },
}


def _path(stage: int) -> list[int]:
    """The stages that a deal passed: all up to where it is; a lost one was lost early."""
    if stage == LOST:
        return [0, 1, LOST]
    return [*range(min(stage, OPEN_STAGES - 1) + 1), *([stage] if stage >= OPEN_STAGES else [])]


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
