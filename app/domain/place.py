"""Where a deal stands in the policy, and so what it answers for.

Labels come from the snapshot, closed and won from the portal's own metadata and never from a
name. What cannot be told is Unread with a sentence that names what the policy knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.checks.moves import STAGE
from app.domain.criterion import Criterion, When
from app.domain.deal import Snapshot, StagePosition, Unread
from app.domain.moments import moment_of, plus_days
from app.domain.policy import CLOSE_DATE, Policy
from app.domain.process import Process


@dataclass(frozen=True, slots=True)
class Place:
    """Where the deal stands in the policy; `index` is None while the stage cannot be told."""

    process: Process | Unread
    index: int | None
    stage: str | Unread

    @property
    def label(self) -> str | None:
        """The stage's label, None while it cannot be told."""
        return None if isinstance(self.stage, Unread) else self.stage

    @property
    def next_label(self) -> str | None:
        """The label of the stage after it; after the last open one, that of the won stage."""
        if self.index is None or isinstance(self.process, Unread):
            return None
        following = self.process.stages[self.index + 1 : self.index + 2]
        return following[0].label if following else self.process.won_stage


def place_of(policy: Policy, snapshot: Snapshot) -> Place:
    """The deal's place by its pipeline, its process property and its stage."""
    position = snapshot.position
    if isinstance(position, Unread):
        return Place(position, None, position)
    process = policy.process_of(position, snapshot.properties)
    if isinstance(process, Unread):
        return Place(process, None, process)
    if position.is_closed or position.is_won:
        return Place(process, None, position.stage_label)
    index = process.stage_index(position.stage_label)
    if index is not None:
        return Place(process, index, process.stages[index].label)
    known = ", ".join(stage.label for stage in process.stages)
    return Place(
        process,
        None,
        Unread(
            f"the stage {position.stage_label!r} is not in the policy's process "
            f"{process.label}, which knows {known}"
        ),
    )


def judged_until(policy: Policy, snapshot: Snapshot, now: datetime) -> datetime | None:
    """Until when a closed deal is judged; None for an open one, or when nobody knows since when."""
    position = snapshot.position
    if isinstance(position, Unread) or not (position.is_closed or position.is_won):
        return None
    closed = _closed_at(snapshot, position, now)
    return None if closed is None else plus_days(closed, policy.closed_judged_days)


def _closed_at(snapshot: Snapshot, position: StagePosition, now: datetime) -> datetime | None:
    """When the deal was put into its closed stage, by history; else its close date.

    People edit the close date, often to a day to come; what moved the stage, and when, they cannot.
    """
    if not isinstance(snapshot.history, Unread):
        past = (move for move in snapshot.history.get(STAGE, ()) if move.at <= now)
        last = next(past, None)
        if last is not None and last.value == position.stage_id:
            return last.at
    return moment_of(snapshot.properties.get(CLOSE_DATE))


def due_at(
    policy: Policy, snapshot: Snapshot, place: Place, now: datetime
) -> tuple[Criterion, ...] | None:
    """The criteria that the deal answers for; None when it is not judged."""
    position = snapshot.position
    if isinstance(position, StagePosition):
        if policy.ignores(position):
            return None
        if position.is_won or position.is_closed:
            until = judged_until(policy, snapshot, now)
            if until is None or now >= until:
                return None
            when = When.CLOSED_WON if position.is_won else When.CLOSED_LOST
            return policy.when_closed(place.process, when) or None
    if place.index is None or isinstance(place.process, Unread):
        return policy.without_stage(place.process)
    return policy.at_stage(place.process, place.index)
