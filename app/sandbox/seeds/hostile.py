"""What administrators do to a portal: names that mislead, ids that lie, options that changed.

Everything here is possible in HubSpot and has been seen: a program that guesses by name or by id
goes wrong, one that reads the portal's own definitions does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..portal.schema import Option
from .pipelines import EDGE, NR_SCALE, OPEN_STAGES
from .story import Contact, Deal, Note
from .writing import whys

if TYPE_CHECKING:
    from .planting import Garden

_RENAMED = {
    0: "Discover & learn",
    1: "2-Diagnose (new!)",
    4: "Commit 🤝",
}
_DEFAULT_IDS = (
    ("appointmentscheduled", "Closed lost", 0.0, True),
    ("contractsent", "Signed", 1.0, True),
    ("closedwon", "Negotiation", 0.5, False),
    ("closedlost", "1-Discovery", 0.1, False),
)
_LEAD_STATUSES = (
    ("NEW", "New"),
    ("OPEN", "Open"),
    ("ATTEMPTED_TO_CONTACT", "Attempted"),
    ("CONNECTED", "Connected"),
    ("IN_PROGRESS", "Nurturing"),
    ("Open Deal", "Open deal"),
    ("UNQUALIFIED", "Disqualified"),
    ("BAD_TIMING", "Later"),
    ("unresponsive_2024", "Unresponsive"),
)


def spoil(garden: Garden) -> None:
    """Turn an orderly portal into a hostile one."""
    _rename_stages(garden)
    _add_lying_pipelines(garden)
    _edit_lead_statuses(garden)
    garden.portal.owners.deactivate(garden.owners["idris"])
    _plant_lures(garden)


def _rename_stages(garden: Garden) -> None:
    process = garden.processes[NR_SCALE]
    pipeline = garden.portal.pipelines.get("deals", process.pipeline_id)
    if pipeline is None:
        return
    for index, label in _RENAMED.items():
        garden.portal.pipelines.update_stage(
            "deals", pipeline, process.stage_ids[index], label=label
        )


def _add_lying_pipelines(garden: Garden) -> None:
    """A second pipeline of the same name, and one whose ids no longer mean what they say."""
    twin = [(None, label, probability, closed) for _, label, probability, closed in _DEFAULT_IDS]
    garden.portal.pipelines.add("deals", EDGE, twin)
    garden.portal.pipelines.add("deals", "Sales Pipeline", _DEFAULT_IDS, pipeline_id="default")


def _edit_lead_statuses(garden: Garden) -> None:
    options = [Option(value, label, order) for order, (value, label) in enumerate(_LEAD_STATUSES)]
    garden.portal.properties.set_options("contacts", "hs_lead_status", options)
    store = garden.portal.store
    for contact_id, record in list(store.table("contacts").live.items()):
        if record.values.get("hs_lead_status") == "OPEN_DEAL":
            store.update(
                "contacts",
                contact_id,
                {"hs_lead_status": "Open Deal"},
                actor=garden.actor,
                at=garden.now,
                quiet=True,
            )


def _plant_lures(garden: Garden) -> None:
    """Deals that look won by id and are open, or look open and are won, or stand nowhere at all."""
    answered = whys(
        "Their line stops twice a week and nobody can see why.",
        "Plant extension opens on {date+60}.",
        "Rollback and roles.",
    )
    pipelines = garden.portal.pipelines
    for stage_id in ("closedwon", "contractsent", "closedlost", "stage-that-was-deleted"):
        lure = Deal(
            name=f"Lure {stage_id}",
            company=(f"Lure {stage_id}", f"{stage_id}.example", "Nowhere", "NL", 10),
            contacts=(Contact("Otto Lure", "Manager", status="Open Deal"),),
            notes=(Note(3, answered),),
            stage=OPEN_STAGES - 1,
        )
        deal_id = garden.plant(lure)
        stage = pipelines.stage("deals", stage_id)
        moved = {"dealstage": stage_id}
        if stage is not None:
            moved["pipeline"] = "default"
        garden.portal.store.update(
            "deals", deal_id, dict(moved), actor=garden.actor, at=garden.now, quiet=True
        )
