"""Who spoke last: the customer's replies and our outreach, read from activities.

A reply is the customer's own: an e-mail that came in, a call that they made, a call that reached
them, a meeting that was held. Ours never count as one, nor does an automatic answer, since the
clock of two weeks counts from our last outreach to their next word. Which outcomes mean that
people spoke is the policy's to say, because portals edit them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.deal import Activity, Direction, ObjectKey, ObjectKind, Unread
from app.domain.labels import folded
from app.domain.verdict import Evidence

_NAMES = {ObjectKind.EMAIL: "e-mail", ObjectKind.MEETING: "meeting", ObjectKind.CALL: "call"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """The last word of each side, as of some time; `met` is the first meeting held."""

    reply: Activity | None = None
    outreach: Activity | None = None
    met: Activity | None = None


@dataclass(frozen=True, slots=True)
class ReplyRules:
    """Which activities count as a reply.

    `meetings` and `calls` are the outcomes (HubSpot's internal values) with which people spoke;
    an e-mail whose subject begins with one of `automatic` was written by a machine.
    """

    meetings: tuple[str, ...]
    calls: tuple[str, ...]
    automatic: tuple[str, ...]
    _openings: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Derive what every subject is held against."""
        object.__setattr__(self, "_openings", tuple(map(folded, self.automatic)))

    def is_meeting_held(self, activity: Activity) -> bool:
        """Whether it is a meeting that took place."""
        return activity.kind is ObjectKind.MEETING and activity.outcome in self.meetings

    def is_reply(self, activity: Activity) -> bool:
        """Whether the customer spoke."""
        if activity.kind is ObjectKind.MEETING:
            return self.is_meeting_held(activity)
        if activity.kind is ObjectKind.CALL and activity.outcome in self.calls:
            return True
        return activity.direction is Direction.INCOMING and not self._is_automatic(activity)

    def is_outreach(self, activity: Activity) -> bool:
        """Whether we wrote or called, with or without success."""
        return activity.direction is Direction.OUTGOING

    def exchange(
        self,
        activities: Iterable[Activity] | Unread,
        now: datetime,
        on: ObjectKey | None = None,
    ) -> Exchange | Unread:
        """What these activities come to as of `now`; only those on one record if it is given.

        `activities` are oldest first. Unread when they are.
        """
        if isinstance(activities, Unread):
            return activities
        reply = outreach = met = None
        for activity in activities:
            if activity.at > now or (on is not None and on not in activity.hangs_on):
                continue
            if self.is_outreach(activity):
                outreach = activity
            if self.is_reply(activity):
                reply = activity
            if met is None and self.is_meeting_held(activity):
                met = activity
        return Exchange(reply, outreach, met)

    def _is_automatic(self, activity: Activity) -> bool:
        return folded(activity.subject).startswith(self._openings)


def day(moment: datetime) -> str:
    """A day as messages show it."""
    return moment.date().isoformat()


def told(activity: Activity) -> str:
    """An activity in a few words, without its content."""
    return f"{_NAMES.get(activity.kind, activity.kind)} of {day(activity.at)}"


def activity_evidence(activity: Activity, link: str) -> Evidence:
    """An activity as evidence."""
    return Evidence(activity.key, told(activity), written_at=activity.at, link=link)
