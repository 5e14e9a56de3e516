"""A sales process: its stages in order and the meetings held in them.

Names stages by the labels that people read, since ids are opaque and differ from portal to portal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.criterion import Criterion
from app.domain.labels import folded


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of a process: what it is for, what to find out, and the signal to leave it."""

    id: str
    name: str
    goal: str
    focus: tuple[str, ...]
    signal: str
    exit: Criterion
    source: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the board with the meetings held in it."""

    label: str
    meetings: tuple[Meeting, ...]
    also_called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PropertyMatch:
    """A deal property that tells processes apart which share one pipeline."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Process:
    """A sales process: the pipelines that run it and its open stages in order.

    `won_stage` and `lost_stage` are labels of the closed stages, for texts alone: whether a deal
    is closed comes from the portal.
    """

    id: str
    label: str
    pipelines: tuple[str, ...]
    stages: tuple[Stage, ...]
    won_stage: str
    lost_stage: str
    source: str
    only_if: PropertyMatch | None = None
    _indexes: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Derive what every deal's stage is looked up in."""
        indexes = {
            folded(label): index
            for index, stage in enumerate(self.stages)
            for label in (stage.label, *stage.also_called)
        }
        object.__setattr__(self, "_indexes", indexes)

    def stage_index(self, label: str) -> int | None:
        """The place of a stage by any of its labels, counted from 0."""
        return self._indexes.get(folded(label))
