"""What a policy would have done to many deals, in figures: stopped, for how long, what became.

Every figure comes with n, the deals that were judged at all in that time. It counts and compares;
that stopped deals were lost more often does not say that stopping them helps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from app.controller.rehearsal.history import Fate, Past
from app.domain.verdict import CriterionId

SECONDS_PER_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Stopped:
    """Of `n` deals, how many were stopped, and for how many days the one in the middle was.

    `median_days` is None when none was stopped.
    """

    n: int
    stopped: int
    median_days: float | None


@dataclass(frozen=True, slots=True)
class Chronicle:
    """All deals, by what became of them, by owner, and by the criterion that stopped them.

    `untold` are criteria that could not be judged at any moment of any deal, for want of a
    history; they stop nobody here and may well stop somebody now.
    """

    total: Stopped
    by_fate: Mapping[Fate, Stopped]
    by_owner: Mapping[str, Stopped]
    by_criterion: Mapping[CriterionId, Mapping[Fate, int]]
    untold: tuple[CriterionId, ...]


def chronicle(pasts: Sequence[Past]) -> Chronicle:
    """The figures of these deals."""
    owners = sorted({_owner(past) for past in pasts})
    told = {code for past in pasts for code in past.told}
    untold = {code for past in pasts for code in past.untold}
    return Chronicle(
        total=_stopped(pasts),
        by_fate={
            fate: _stopped(past for past in pasts if past.fate is fate)
            for fate in Fate
            if any(past.fate is fate for past in pasts)
        },
        by_owner={
            owner: _stopped(past for past in pasts if _owner(past) == owner) for owner in owners
        },
        by_criterion=_by_criterion(pasts),
        untold=tuple(sorted(untold - told)),
    )


def in_days(span: timedelta) -> float:
    """A span in days, to a tenth."""
    return round(span.total_seconds() / SECONDS_PER_DAY, 1)


def _stopped(pasts: Iterable[Past]) -> Stopped:
    members = list(pasts)
    days = [in_days(past.stopped) for past in members if past.stops]
    return Stopped(len(members), len(days), round(median(days), 1) if days else None)


def _by_criterion(pasts: Iterable[Past]) -> Mapping[CriterionId, Mapping[Fate, int]]:
    counts: dict[CriterionId, dict[Fate, int]] = {}
    for past in pasts:
        for code in past.blocked_by:
            fates = counts.setdefault(code, {})
            fates[past.fate] = fates.get(past.fate, 0) + 1
    return dict(sorted(counts.items()))


def _owner(past: Past) -> str:
    return past.subject.owner.name if past.subject.owner else "no owner"
