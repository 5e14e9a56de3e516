"""A snapshot as it would have been at an earlier moment, from what HubSpot keeps of the past.

Property histories give the stage and the values then; notes and activities count once they were
written. What has no history is `Unread`, never taken for what it is now: the contacts and
companies of a deal, their lead statuses and labels, its siblings. Two things cannot be known and
are taken as they are: a note's text, though it may have been edited since, and what it hangs on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from app.domain.deal import (
    Activity,
    Note,
    Owner,
    Properties,
    PropertyMove,
    Snapshot,
    StagePosition,
    Unread,
)
from app.domain.needs import Needs
from app.domain.verdict import Waiver, WaiverEnd

IDENTITY = frozenset({"dealname", "deal_currency_code"})
"""Properties that say which deal it is; they are shown as they are now."""
STAGE, PIPELINE, OWNER = "dealstage", "pipeline", "hubspot_owner_id"
REMEMBERED = (STAGE, PIPELINE, OWNER, "amount", "closedate")
"""Deal properties whose past is wanted whatever a policy looks at."""

Histories = Mapping[str, tuple[PropertyMove, ...]]


def remembering(needs: Needs) -> Needs:
    """What has to be read of a deal today to know what these needs would have shown earlier."""
    past = tuple(dict.fromkeys((*REMEMBERED, *needs.deal_properties)))
    return needs | Needs(history=past)


def as_of(snapshot: Snapshot, moment: datetime) -> Snapshot:
    """The deal at `moment` (aware); the snapshot itself from its `observed_at` on."""
    if moment >= snapshot.observed_at:
        return snapshot
    histories: Histories = {} if isinstance(snapshot.history, Unread) else snapshot.history
    return replace(
        snapshot,
        observed_at=moment,
        properties=_properties(snapshot.properties, histories, moment),
        position=_position(snapshot, histories, moment),
        owner=_owner(snapshot, histories, moment),
        contacts=_no_history("which contacts the deal had, nor what they were", moment),
        companies=_no_history("which companies the deal had", moment),
        siblings=_no_history("which other deals were open", moment),
        notes=_notes(snapshot.notes, moment),
        activities=_activities(snapshot.activities, moment),
        history=_histories(snapshot.history, moment),
    )


def began_at(snapshot: Snapshot) -> datetime | None:
    """When the deal was given its first stage; None when its history does not say."""
    moves = _moves(snapshot, STAGE)
    return min((move.at for move in moves), default=None)


def granted_by(waivers: Iterable[Waiver], moment: datetime) -> Iterator[Waiver]:
    """The deviations that stood on record at the moment.

    One that ended since because it was met or lapsed had not ended before that; when one was taken
    back is not kept with it, so it does not count.
    """
    for waiver in waivers:
        if waiver.granted_at is None or waiver.granted_at <= moment:
            passed = waiver.ended in (WaiverEnd.MET, WaiverEnd.LAPSED)
            yield replace(waiver, ended=None) if passed else waiver


def turning_points(snapshot: Snapshot) -> Iterator[datetime]:
    """The moments at which something that is known of the deal changed, in no order."""
    if not isinstance(snapshot.history, Unread):
        yield from (move.at for moves in snapshot.history.values() for move in moves)
    if not isinstance(snapshot.notes, Unread):
        yield from (note.written_at for note in snapshot.notes)
    if not isinstance(snapshot.activities, Unread):
        yield from (activity.at for activity in snapshot.activities)


def _no_history(what: str, moment: datetime) -> Unread:
    return Unread(f"HubSpot does not keep {what}, on {moment:%Y-%m-%d}")


def _moves(snapshot: Snapshot, name: str) -> tuple[PropertyMove, ...]:
    return () if isinstance(snapshot.history, Unread) else snapshot.history.get(name, ())


def _value(moves: Sequence[PropertyMove], moment: datetime) -> str | None:
    """The value at the moment, from moves newest first; None before the first of them."""
    return next((move.value for move in moves if move.at <= moment), None)


def _properties(now: Properties, histories: Histories, moment: datetime) -> Properties:
    then = {name: _value(moves, moment) for name, moves in histories.items() if name in now}
    return {**{name: value for name, value in now.items() if name in IDENTITY}, **then}


def _histories(now: Histories | Unread, moment: datetime) -> Histories | Unread:
    if isinstance(now, Unread):
        return now
    return {name: tuple(m for m in moves if m.at <= moment) for name, moves in now.items()}


def _notes(now: tuple[Note, ...] | Unread, moment: datetime) -> tuple[Note, ...] | Unread:
    if isinstance(now, Unread):
        return now
    return tuple(note for note in now if note.written_at <= moment)


def _activities(
    now: tuple[Activity, ...] | Unread, moment: datetime
) -> tuple[Activity, ...] | Unread:
    if isinstance(now, Unread):
        return now
    return tuple(activity for activity in now if activity.at <= moment)


def _position(snapshot: Snapshot, histories: Histories, moment: datetime) -> StagePosition | Unread:
    if STAGE not in histories:
        return Unread("the history of the deal's stage was not read")
    stage = _value(histories[STAGE], moment)
    if stage is None:
        return Unread(f"the deal was in no stage yet on {moment:%Y-%m-%d}")
    pipeline = _value(histories.get(PIPELINE, ()), moment)
    found = [
        place
        for place in snapshot.stages
        if place.stage_id == stage and pipeline in (None, place.pipeline_id)
    ]
    if len(found) == 1:
        return found[0]
    return Unread(f"the stage {stage} of {moment:%Y-%m-%d} is not one of the portal's own any more")


def _owner(snapshot: Snapshot, histories: Histories, moment: datetime) -> Owner | Unread | None:
    if OWNER not in histories:
        return Unread("the history of the deal's owner was not read")
    owner_id, now = _value(histories[OWNER], moment), snapshot.owner
    if owner_id is None:
        return None
    if isinstance(now, Owner) and now.id == owner_id:
        return now
    return Unread(f"the deal belonged to somebody else on {moment:%Y-%m-%d}")
