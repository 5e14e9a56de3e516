"""The two sales processes as deal pipelines: the same six stages, then won and lost.

Stage ids are numbers that mean nothing, as in every portal whose pipelines were made by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..portal import Portal

NR_SCALE = "NR Scale"
EDGE = "Edge Connectivity"
STAGES = (
    ("1-Discovery", 0.1, False),
    ("2-Diagnose", 0.2, False),
    ("3-Solution", 0.4, False),
    ("4-Validate", 0.6, False),
    ("5-Commit", 0.8, False),
    ("6-Closing", 0.9, False),
    ("Closed won", 1.0, True),
    ("Closed lost", 0.0, True),
)
OPEN_STAGES = 6
WON, LOST = 6, 7


@dataclass(frozen=True, slots=True)
class Process:
    """One pipeline: its id, and its stage ids in display order."""

    pipeline_id: str
    stage_ids: tuple[str, ...]


def lay(portal: Portal) -> dict[str, Process]:
    """Make both pipelines; returns them by label."""
    return {label: _lay(portal, label) for label in (NR_SCALE, EDGE)}


def _lay(portal: Portal, label: str) -> Process:
    stages = [(None, stage, probability, closed) for stage, probability, closed in STAGES]
    pipeline = portal.pipelines.add("deals", label, stages)
    return Process(pipeline.id, tuple(stage.id for stage in pipeline.stages))
