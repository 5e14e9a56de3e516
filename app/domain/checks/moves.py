"""Checks on a deal's past: how long it stands, what it skipped, where it came back from, pushes.

Read from HubSpot's own property history, so that a move counts whoever or whatever made it, and
is named with it. Stages are told by their ids in the portal, never by their names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from app.domain.case import Case, Check, Outcome, not_checkable
from app.domain.checks.parameters import (
    Count,
    Days,
    DaysByStage,
    PropertyName,
    StageLabel,
    by_stage,
)
from app.domain.deal import PropertyMove, StagePosition, Unread, deal_key
from app.domain.exchange import day
from app.domain.moments import moment_of, plus_days
from app.domain.needs import Needs
from app.domain.verdict import Evidence, State

STAGE = PropertyName("dealstage")

_NONE_SKIPPED = Outcome(State.MET, "met", "No stage was skipped.")
_NOT_MOVED_BACK = Outcome(State.MET, "met", "The deal was not moved back.")

Visit = tuple[StagePosition, PropertyMove]


@dataclass(frozen=True, slots=True)
class StageAge(Check):
    """Unmet when the deal has stood in its stage for as many days as the stage is given."""

    days: DaysByStage = field(hash=False)

    def __call__(self, case: Case) -> Outcome | None:
        """See the class."""
        days = by_stage(self.days, case.stage)
        if days is None:
            return None
        moves = moves_of(case, STAGE)
        if isinstance(moves, Unread):
            return not_checkable(moves.reason)
        if not moves:
            return not_checkable("HubSpot holds no stage history of this deal")
        due = plus_days(moves[0].at, days)
        if case.now < due:
            said = f"In {case.stage} since {day(moves[0].at)}."
            return Outcome(State.MET, "met", said, recheck_at=due)
        return Outcome(
            State.UNMET,
            "stuck",
            f"In {case.stage} since {day(moves[0].at)}; {days} days have passed.",
            (_cited(case, f"{case.stage} since {day(moves[0].at)}", moves[0]),),
        )

    def needs(self) -> Needs:
        """The history of the stage."""
        return Needs(history=(STAGE,))

    def stages(self) -> tuple[StageLabel, ...]:
        """Those that it names."""
        return tuple(self.days)


@dataclass(frozen=True, slots=True)
class NoStageSkipped(Check):
    """Unmet when the deal never stood in an open stage before its own; names who moved it past.

    Also for a deal that was created in a later stage.
    """

    def __call__(self, case: Case) -> Outcome | None:
        """See the class."""
        visits = _visits(case)
        if isinstance(visits, Unread):
            return not_checkable(visits.reason)
        position = case.snapshot.position
        if isinstance(position, Unread) or position.is_closed:
            return None
        visited = {stage.order for stage, _ in visits} | {position.order}
        skipped = [
            stage
            for stage in case.snapshot.stages
            if stage.pipeline_id == position.pipeline_id
            and not stage.is_closed
            and stage.order < position.order
            and stage.order not in visited
        ]
        if not skipped:
            return _NONE_SKIPPED
        names = ", ".join(stage.stage_label for stage in skipped)
        first = skipped[0].order
        past = [move for stage, move in visits if stage.order > first]
        moved = past[-1] if past else None
        how = f" ({_by(moved)})" if moved else ""
        cited = (_cited(case, f"skipped: {names}", moved),) if moved else ()
        return Outcome(State.UNMET, "skipped", f"The deal never stood in {names}{how}.", cited)

    def needs(self) -> Needs:
        """The history of the stage."""
        return Needs(history=(STAGE,))


@dataclass(frozen=True, slots=True)
class NotMovedBack(Check):
    """Unmet while the deal stands before an open stage that it had reached; names who moved it."""

    def __call__(self, case: Case) -> Outcome | None:
        """See the class."""
        visits = _visits(case)
        if isinstance(visits, Unread):
            return not_checkable(visits.reason)
        position = case.snapshot.position
        if isinstance(position, Unread) or position.is_closed:
            return None
        further = [stage for stage, _ in visits if stage.order > position.order]
        if not further:
            return _NOT_MOVED_BACK
        furthest = max(further, key=lambda stage: stage.order)
        move = visits[0][1]
        said = f"Moved back from {furthest.stage_label} to {position.stage_label} ({_by(move)})."
        return Outcome(State.UNMET, "moved_back", said, (_cited(case, said, move),))

    def needs(self) -> Needs:
        """The history of the stage."""
        return Needs(history=(STAGE,))


@dataclass(frozen=True, slots=True)
class NotPushed(Check):
    """Unmet when a date was pushed again and again.

    That is `pushes` times or more to a later day, by `longest_days` or more at least once, and by
    `total_days` or more together.
    """

    property: PropertyName
    pushes: Count
    longest_days: Days
    total_days: Days

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        moves = moves_of(case, self.property)
        if isinstance(moves, Unread):
            return not_checkable(moves.reason)
        pushed = list(_pushed(moves))
        total = sum((shift for shift, _ in pushed), timedelta())
        if (
            len(pushed) < self.pushes
            or total < timedelta(days=self.total_days)
            or max(shift for shift, _ in pushed) < timedelta(days=self.longest_days)
        ):
            return Outcome(State.MET, "met", f"{self.property} was not pushed again and again.")
        last = pushed[0][1]
        said = (
            f"{self.property} was pushed {len(pushed)} times, by {total.days} days in all "
            f"({_by(last)})."
        )
        return Outcome(State.UNMET, "pushed", said, (_cited(case, said, last),))

    def needs(self) -> Needs:
        """The history of the date."""
        return Needs(history=(self.property,))


def moves_of(case: Case, name: PropertyName) -> tuple[PropertyMove, ...] | Unread:
    """The values that a deal property had by now, newest first."""
    history = case.snapshot.history
    if isinstance(history, Unread):
        return history
    if name not in history:
        return Unread(f"the history of {name} was not read")
    return tuple(move for move in history[name] if move.at <= case.now)


def _visits(case: Case) -> tuple[Visit, ...] | Unread:
    """The open stages of the deal's own pipeline that it stood in, newest first."""
    moves = moves_of(case, STAGE)
    if isinstance(moves, Unread):
        return moves
    position = case.snapshot.position
    if isinstance(position, Unread):
        return position
    if not moves:
        return Unread("HubSpot holds no stage history of this deal")
    stages = {
        stage.stage_id: stage
        for stage in case.snapshot.stages
        if stage.pipeline_id == position.pipeline_id and not stage.is_closed
    }
    return tuple(
        (stage, move)
        for move in moves
        if (stage := next((s for key, s in stages.items() if key == move.value), None))
    )


def _pushed(moves: tuple[PropertyMove, ...]) -> Iterator[tuple[timedelta, PropertyMove]]:
    """Each move of a date to a later day, newest first."""
    dates = [(moment_of(move.value), move) for move in moves]
    known = [(moment, move) for moment, move in dates if moment is not None]
    for (later, move), (earlier, _) in pairwise(known):
        if later.date() > earlier.date():
            yield later - earlier, move


def _by(move: PropertyMove) -> str:
    who = f" by {move.by}" if move.by else ""
    how = f" through {move.source}" if move.source else ""
    return f"{day(move.at)}{who}{how}"


def _cited(case: Case, quote: str, move: PropertyMove) -> Evidence:
    key = deal_key(case.snapshot.deal_id)
    return Evidence(key, quote, move.by, move.at, case.snapshot.link)
