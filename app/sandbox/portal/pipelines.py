"""Pipelines and their stages, for deals (and whatever else a test gives one).

It refuses to assume names: labels may repeat, ids may be any text, and whether a stage is won is
read from its probability, never from its id. The stage ids of one object type are unique across
its pipelines, as in HubSpot.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..clock import SandboxClock
    from .ids import Ids

MAX_STAGES = 100


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. `metadata` holds text only: `probability` and `isClosed` as HubSpot sends them."""

    id: str
    label: str
    display_order: int
    metadata: dict[str, str]
    created_ms: int
    updated_ms: int

    @property
    def probability(self) -> float:
        """Between 0 and 1; 0 where the stage has none."""
        return float(self.metadata.get("probability") or 0)

    @property
    def is_closed(self) -> bool:
        """Whether a deal in this stage is won or lost."""
        return self.metadata.get("isClosed") == "true"

    @property
    def is_won(self) -> bool:
        """Closed with certainty."""
        return self.is_closed and self.probability >= 1

    @property
    def is_lost(self) -> bool:
        """Closed without any."""
        return self.is_closed and self.probability == 0


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change of a pipeline or stage."""

    identifier: str
    action: str
    at_ms: int
    user_id: int | None
    raw: dict[str, object]


@dataclass(slots=True)
class Pipeline:
    """One pipeline with its stages in display order."""

    id: str
    label: str
    display_order: int
    created_ms: int
    updated_ms: int
    stages: list[Stage] = field(default_factory=list)
    audit: list[AuditEntry] = field(default_factory=list)

    def stage(self, stage_id: str) -> Stage | None:
        """The stage with that id, or None."""
        return next((stage for stage in self.stages if stage.id == stage_id), None)

    def arrange(self) -> None:
        """Bring the stages into display order; equal orders go by label, as HubSpot has it."""
        self.stages.sort(key=lambda stage: (stage.display_order, stage.label))


class Pipelines:
    """All pipelines, by object type."""

    def __init__(self, clock: SandboxClock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._pipelines: dict[str, dict[str, Pipeline]] = {}
        self._stages: dict[str, dict[str, Stage]] = {}
        self._listeners: list[Callable[[str, Stage], None]] = []

    def on_stage(self, listener: Callable[[str, Stage], None]) -> None:
        """Tell `listener(object_type, stage)` of each new stage."""
        self._listeners.append(listener)

    def add(
        self,
        object_type: str,
        label: str,
        stages: Iterable[tuple[str | None, str, float, bool]],
        *,
        pipeline_id: str | None = None,
        display_order: int | None = None,
    ) -> Pipeline:
        """Create a pipeline; a stage is (id or None for a numeric one, label, probability, closed).

        Raises:
            ValueError: the pipeline id or a stage id is taken.
        """
        known = self._pipelines.setdefault(object_type, {})
        now = self._clock.epoch_ms()
        new_id = pipeline_id or str(self._ids.next("pipelines"))
        if new_id in known:
            message = f"there is a pipeline {new_id!r} for {object_type} already"
            raise ValueError(message)
        order = len(known) if display_order is None else display_order
        pipeline = Pipeline(new_id, label, order, now, now)
        known[new_id] = pipeline
        for stage_id, stage_label, probability, is_closed in stages:
            metadata = {
                "probability": f"{probability:.1f}" if probability in {0, 1} else str(probability),
                "isClosed": str(is_closed).lower(),
            }
            self.add_stage(object_type, pipeline, stage_label, metadata, stage_id=stage_id)
        return pipeline

    def add_stage(
        self,
        object_type: str,
        pipeline: Pipeline,
        label: str,
        metadata: dict[str, str],
        *,
        stage_id: str | None = None,
        display_order: int | None = None,
    ) -> Stage:
        """Append a stage, or put it where its display order says.

        Raises:
            ValueError: the stage id is taken, or the pipeline is full.
        """
        known = self._stages.setdefault(object_type, {})
        new_id = stage_id or str(self._ids.next("stages"))
        if new_id in known:
            message = f"there is a stage {new_id!r} for {object_type} already"
            raise ValueError(message)
        if len(pipeline.stages) >= MAX_STAGES:
            message = f"pipeline {pipeline.id} has {MAX_STAGES} stages already"
            raise ValueError(message)
        now = self._clock.epoch_ms()
        order = len(pipeline.stages) if display_order is None else display_order
        stage = Stage(new_id, label, order, metadata, now, now)
        pipeline.stages.append(stage)
        pipeline.arrange()
        known[new_id] = stage
        for listener in self._listeners:
            listener(object_type, stage)
        return stage

    def get(self, object_type: str, pipeline_id: str) -> Pipeline | None:
        """The pipeline with that id, or None."""
        return self._pipelines.get(object_type, {}).get(pipeline_id)

    def listing(self, object_type: str) -> list[Pipeline]:
        """All pipelines of the type in display order."""
        known = self._pipelines.get(object_type, {}).values()
        return sorted(known, key=lambda pipeline: (pipeline.display_order, pipeline.label))

    def stage(self, object_type: str, stage_id: str) -> Stage | None:
        """A stage by its id, whatever pipeline it is in."""
        return self._stages.get(object_type, {}).get(stage_id)

    def stages(self, object_type: str) -> Iterator[Stage]:
        """Every stage of every pipeline of the type."""
        return iter(self._stages.get(object_type, {}).values())

    def update(self, pipeline: Pipeline, *, label: str | None, display_order: int | None) -> None:
        """Rename or move a pipeline."""
        pipeline.label = label if label is not None else pipeline.label
        pipeline.display_order = (
            display_order if display_order is not None else pipeline.display_order
        )
        pipeline.updated_ms = self._clock.epoch_ms()

    def update_stage(
        self,
        object_type: str,
        pipeline: Pipeline,
        stage_id: str,
        *,
        label: str | None = None,
        display_order: int | None = None,
        metadata: dict[str, str] | None = None,
    ) -> Stage:
        """Rename a stage, move it, or change what it stands for (metadata is merged).

        Raises:
            KeyError: the pipeline has no such stage.
        """
        old = pipeline.stage(stage_id)
        if old is None:
            raise KeyError(stage_id)
        stage = replace(
            old,
            label=old.label if label is None else label,
            display_order=old.display_order if display_order is None else display_order,
            metadata={**old.metadata, **(metadata or {})},
            updated_ms=self._clock.epoch_ms(),
        )
        pipeline.stages[pipeline.stages.index(old)] = stage
        pipeline.arrange()
        self._stages[object_type][stage_id] = stage
        return stage

    def remove_stage(self, object_type: str, pipeline: Pipeline, stage_id: str) -> None:
        """Delete a stage; deals that stand in it keep its id."""
        pipeline.stages = [stage for stage in pipeline.stages if stage.id != stage_id]
        del self._stages[object_type][stage_id]

    def remove(self, object_type: str, pipeline: Pipeline) -> None:
        """Delete a pipeline with all its stages."""
        for stage in list(pipeline.stages):
            self.remove_stage(object_type, pipeline, stage.id)
        del self._pipelines[object_type][pipeline.id]

    def note(
        self,
        pipeline: Pipeline,
        identifier: str,
        action: str,
        user_id: int | None,
        raw: dict[str, object],
    ) -> None:
        """Write a line of the pipeline's audit trail."""
        pipeline.audit.append(AuditEntry(identifier, action, self._clock.epoch_ms(), user_id, raw))
