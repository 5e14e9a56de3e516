"""Pipelines and stages on the wire: read from a request, judged, and written back.

It refuses stages without a label or a probability; metadata is text in both directions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import refusals
from .fields import text, whole
from .pipelines import MAX_STAGES
from .times import instant

if TYPE_CHECKING:
    from .pipelines import AuditEntry, Pipeline, Stage


def label_of(given: dict[str, Any]) -> str:
    """A label, which everything here must have.

    Raises:
        Refusal: there is none.
    """
    label = text(given, "label")
    if not label:
        refusals.reject("A pipeline and each of its stages need a label")
    return label


def order_of(given: dict[str, Any]) -> int | None:
    """Where in the order it goes; None when the caller leaves that open."""
    return whole(given, "displayOrder", 0) if given.get("displayOrder") is not None else None


@dataclass(frozen=True, slots=True)
class WantedStage:
    """A stage as a caller wants it; without an id it is to get a new one."""

    id: str | None
    label: str
    metadata: dict[str, str]
    display_order: int | None


def stage_of(given: dict[str, Any]) -> WantedStage:
    """One stage in a request.

    Raises:
        Refusal: it has no label or no probability.
    """
    stage_id = text(given, "stageId") or None
    return WantedStage(stage_id, label_of(given), metadata_of(given), order_of(given))


def stages_of(given: dict[str, Any]) -> list[WantedStage]:
    """The stages of a pipeline in a request.

    Raises:
        Refusal: there are none or too many, one of them is no good, or two have the same id.
    """
    stages = given.get("stages")
    if not isinstance(stages, list) or not all(isinstance(one, dict) for one in stages):
        refusals.reject_json("stages must be a list of stages")
    if len(stages) > MAX_STAGES:
        refusals.reject(f"A pipeline has at most {MAX_STAGES} stages")
    wanted = [stage_of(one) for one in stages]
    ids = [one.id for one in wanted if one.id is not None]
    if len(set(ids)) < len(ids):
        refusals.reject("Stage ids must be unique")
    return wanted


def metadata_of(given: dict[str, Any]) -> dict[str, str]:
    """What a deal stage stands for; a probability of exactly 0 or 1 makes it a closed one."""
    metadata = given.get("metadata") or {}
    try:
        probability = float(metadata.get("probability", "nan"))
    except (TypeError, ValueError, AttributeError):
        probability = -1.0
    if not 0 <= probability <= 1:
        refusals.reject("metadata.probability of a deal stage must be between 0.0 and 1.0")
    closed = str(probability in {0.0, 1.0}).lower()
    texts = {str(name): str(value) for name, value in metadata.items()}
    return {"isClosed": closed, **texts, "probability": str(probability)}


def written(pipeline: Pipeline) -> dict[str, object]:
    """A pipeline with its stages as HubSpot writes it."""
    return {
        "id": pipeline.id,
        "label": pipeline.label,
        "displayOrder": pipeline.display_order,
        "archived": False,
        "createdAt": instant(pipeline.created_ms),
        "updatedAt": instant(pipeline.updated_ms),
        "stages": [written_stage(stage) for stage in pipeline.stages],
    }


def written_stage(stage: Stage) -> dict[str, object]:
    """A stage as HubSpot writes it."""
    return {
        "id": stage.id,
        "label": stage.label,
        "displayOrder": stage.display_order,
        "metadata": stage.metadata,
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        "archived": False,
        "createdAt": instant(stage.created_ms),
        "updatedAt": instant(stage.updated_ms),
    }


def written_entry(entry: AuditEntry, portal_id: int) -> dict[str, object]:
    """A line of an audit trail as HubSpot writes it."""
    written: dict[str, object] = {
        "portalId": portal_id,
        "identifier": entry.identifier,
        "action": entry.action,
        "timestamp": instant(entry.at_ms),
        "rawObject": entry.raw,
    }
    if entry.user_id is not None:
        written["fromUserId"] = entry.user_id
    return written
