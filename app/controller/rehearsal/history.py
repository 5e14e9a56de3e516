"""What a policy would have said while a deal was open: when it was stopped, and for how long.

Judges the deal as it was at every moment at which something changed, or at which time alone would
have changed the verdict. What HubSpot keeps no history of is unknown then and stops nobody, so a
figure here is the least that would have been stopped. Says what became of the deals and never
that one thing caused the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain

from app.controller.rehearsal.saved import Observed
from app.controller.rehearsal.tryout import Judging
from app.domain.case import UNREAD
from app.domain.deal import Snapshot, Unread
from app.domain.past import as_of, began_at, granted_by, turning_points
from app.domain.verdict import CriterionId, Standing, Subject, Verdict

MAX_MOMENTS = 2_000
"""How many moments of one deal are judged; what lies before the last of them is left out."""


class Fate(StrEnum):
    """What became of a deal."""

    WON = "won"
    LOST = "lost"
    OPEN = "open"
    UNKNOWN = "unknown"


CLOSED = frozenset({Fate.WON, Fate.LOST})

Spell = tuple[datetime, Verdict | None]
"""From when on a verdict held; None while the deal was closed."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A stretch in which the deal was blocked; `until` is None while it lasts.

    `criteria` are all that blocked at some moment of it, in the order of their codes.
    """

    since: datetime
    until: datetime | None
    criteria: tuple[CriterionId, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """One deal over the time that was looked at.

    `stopped` is how long it was blocked in all. `told` are the criteria that could be judged at
    some moment, `untold` those that never could, for want of a history.
    """

    subject: Subject
    fate: Fate
    since: datetime
    stops: tuple[Stop, ...]
    stopped: timedelta
    told: tuple[CriterionId, ...]
    untold: tuple[CriterionId, ...]

    @property
    def blocked_by(self) -> frozenset[CriterionId]:
        """Every criterion that stopped it at some time."""
        return frozenset(code for stop in self.stops for code in stop.criteria)


def look_back(judge: Judging, observed: Observed, since: datetime) -> Past | None:
    """The deal from `since` until it was seen, while it was open.

    None when it was not judged in that time.
    """
    snapshot = observed.snapshot
    began = began_at(snapshot)
    start = since if began is None else max(since, began)
    verdicts = list(_verdicts(judge, observed, start))
    judged = [verdict for _, verdict in verdicts if verdict is not None and verdict.judged]
    if not judged:
        return None
    stops = tuple(_stops(verdicts))
    ends = ((stop.until or snapshot.observed_at) - stop.since for stop in stops)
    findings = [finding for verdict in judged for finding in verdict.findings]
    told = {finding.criterion for finding in findings if finding.reason != UNREAD}
    return Past(
        subject=judge(snapshot, snapshot.observed_at, observed.waivers).subject,
        fate=fate_of(snapshot),
        since=start,
        stops=stops,
        stopped=sum(ends, timedelta()),
        told=tuple(sorted(told)),
        untold=tuple(sorted({finding.criterion for finding in findings} - told)),
    )


def judge_at(judge: Judging, observed: Observed, moment: datetime) -> Verdict:
    """The verdict on the deal as it was at an earlier moment, with the deviations of then."""
    snapshot = as_of(observed.snapshot, moment)
    return judge(snapshot, moment, tuple(granted_by(observed.waivers, moment)))


def fate_of(snapshot: Snapshot) -> Fate:
    """What became of the deal, by the stage in which it was seen."""
    position = snapshot.position
    if isinstance(position, Unread):
        return Fate.UNKNOWN
    if position.is_won:
        return Fate.WON
    return Fate.LOST if position.is_closed else Fate.OPEN


def _verdicts(judge: Judging, observed: Observed, start: datetime) -> Iterator[Spell]:
    """The verdict from each moment on at which it may have become another."""
    end = observed.snapshot.observed_at
    granted = (waiver.granted_at for waiver in observed.waivers if waiver.granted_at is not None)
    turns = chain(turning_points(observed.snapshot), granted)
    moments = sorted({start, *(turn for turn in turns if start < turn < end)})[-MAX_MOMENTS:]
    for moment, following in zip(moments, [*moments[1:], end], strict=True):
        if fate_of(as_of(observed.snapshot, moment)) in CLOSED:
            yield moment, None
            continue
        verdict = judge_at(judge, observed, moment)
        yield moment, verdict
        # Time alone may change it before anything else does.
        while verdict.recheck_at is not None and moment < verdict.recheck_at < following:
            moment = verdict.recheck_at  # noqa: PLW2901 - goes on towards the following one
            verdict = judge_at(judge, observed, moment)
            yield moment, verdict


def _stops(verdicts: Iterable[Spell]) -> Iterator[Stop]:
    """The stretches in which the deal was blocked, from its verdicts in order."""
    since: datetime | None = None
    criteria: set[CriterionId] = set()
    for moment, verdict in verdicts:
        if verdict is not None and verdict.standing is Standing.BLOCKED:
            since = since or moment
            criteria.update(finding.criterion for finding in verdict.blockers)
        elif since is not None:
            yield Stop(since, moment, tuple(sorted(criteria)))
            since, criteria = None, set()
    if since is not None:
        yield Stop(since, None, tuple(sorted(criteria)))
