"""The states of one deal over the nights, and what follows from their order.

Pure. States come oldest first; the last one lasts until now, unless the deal was deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from app.domain.deal import DealId
from app.domain.sighting import Sighting


@dataclass(frozen=True, slots=True)
class Sighted:
    """A deal as it was found from `since` until `until` (None: it is so still)."""

    deal_id: DealId
    since: datetime
    until: datetime | None
    sighting: Sighting


def now_of(states: Sequence[Sighted]) -> Sighted | None:
    """How a deal stands; None when it was deleted."""
    return states[-1] if states and states[-1].until is None else None


def at(states: Sequence[Sighted], moment: datetime) -> Sighted | None:
    """How a deal stood then; None when it was not known."""
    for state in states:
        if state.since <= moment and (state.until is None or state.until > moment):
            return state
    return None


def blocked_since(states: Sequence[Sighted]) -> datetime | None:
    """When a deal that is blocked now became so."""
    since = None
    for state in reversed(states):
        if not state.sighting.blockers:
            break
        since = state.since
    return since


def moves(states: Sequence[Sighted]) -> Iterator[tuple[str, Sighting]]:
    """Each stage that an open deal left, and how it was found after."""
    for before, after in pairwise(states):
        left, found = before.sighting, after.sighting
        if not left.is_closed and (found.stage != left.stage or found.is_closed):
            yield left.stage, found


def stages_held(states: Sequence[Sighted], *, earned: bool) -> frozenset[str]:
    """The stages that a deal was in while it was open: as claimed, or as earned."""
    held = (s.sighting.earned if earned else s.sighting.stage for s in states if _is_open(s))
    return frozenset(stage for stage in held if stage)


def _is_open(state: Sighted) -> bool:
    return not state.sighting.is_closed
