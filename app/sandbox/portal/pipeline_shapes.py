"""Pipelines and stages on the wire: read from a request, judged, and written back.

It refuses stages without a label or a probability; metadata is text in both directions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import refusals
from .times import instant

if TYPE_CHECKING:
    from .pipelines import AuditEntry, Pipeline, Stage


def label_of(given: Any) -> str:
    """A label, which everything here must have.

    Raises:
        Refusal: there is none.
    """
    if not isinstance(given, dict) or not given.get("label"):
        refusals.reject("A pipeline and each of its stages need a label")
    return str(given["label"])


def order_of(given: dict[str, Any]) -> int | None:
    """Where in the order it goes; None when the caller leaves that open."""
    order = given.get("displayOrder")
    if order is not None and not isinstance(order, int):
        refusals.reject("displayOrder must be a whole number")
    return order


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
