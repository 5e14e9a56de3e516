"""When time alone could first change a verdict.

Time is a trigger like any other: a date in an answer passes, two weeks go by without a reply, a
deviation lapses, a meeting on record takes place. Until the moment named here nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from app.domain.case import earliest
from app.domain.deal import Snapshot, Unread
from app.domain.notes import Judgement


def recheck_at(
    snapshot: Snapshot,
    now: datetime,
    judgements: Iterable[Judgement | Unread],
    moments: Iterable[datetime | None],
) -> datetime | None:
    """The first moment after `now` at which anything that was judged may change by itself."""
    expiries = (each.recheck_at for each in judgements if isinstance(each, Judgement))
    ahead = (moment for moment in (*expiries, *moments, *_dated(snapshot)) if _after(moment, now))
    return earliest(ahead)


def _dated(snapshot: Snapshot) -> Iterator[datetime]:
    """The times of what was observed: what lies ahead of now counts from its time on."""
    if not isinstance(snapshot.activities, Unread):
        yield from (activity.at for activity in snapshot.activities)
    if not isinstance(snapshot.history, Unread):
        for moves in snapshot.history.values():
            yield from (move.at for move in moves)


def _after(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now
