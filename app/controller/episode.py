"""What the channel should show for a deal after a new verdict, if that is not what it shows.

An episode opens when a blocker that alerts is added, and only then: a deal that was recorded in
silence and gets better is not worth a message. While an episode is open its card follows the
verdict, since an edit disturbs nobody. It ends when nothing alerts any more, or when the deal
closes. What could not be read this time is neither said anew nor taken back. Speaks only for
itself: pure, and the ledger decides whether a wish was overtaken.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from app.domain.case import UNREAD
from app.domain.deal import Snapshot, Unread
from app.domain.standing import alerting
from app.domain.transition import transition
from app.domain.verdict import Finding, Verdict
from app.ports import AlertKind, Card

LONGEST_SETTLES = 4
"""A card that keeps changing goes out after so many settling times all the same."""


def says_the_same(before: Verdict, after: Verdict) -> bool:
    """Whether a card about `after` would read as one about `before`, so that nothing is wished."""
    return _content(before) == _content(after)


def wished(
    before: Verdict | None, after: Verdict, shown: Card | None, now: datetime, end: str | None
) -> Card | None:
    """The card to show instead of `shown`, or None when the channel may stay as it is.

    `shown` is what the channel shows or is about to; `end` is a sentence on an unusual end.
    """
    missing = _missing(after, shown)
    if not missing:
        return _cleared(after, shown, now, end)
    if shown is None and not transition(before, after).added:
        return None
    card = Card(
        kind=AlertKind.BLOCKED,
        subject=after.subject,
        findings=missing,
        claimed_stage=after.claimed_stage,
        earned_stage=after.earned_stage,
        # A clearing that was never said does not end the episode: the same message goes on.
        opened_at=shown.opened_at if shown else now,
    )
    return None if card == shown else card


def _missing(after: Verdict, shown: Card | None) -> tuple[Finding, ...]:
    """What alerts, and what the channel shows of which nobody can tell whether it still holds.

    A portal that cannot be read for a while must not look like an AE who closed the gap.
    """
    found = {finding.criterion: finding for finding in alerting(after.findings)}
    if shown is not None and shown.kind is AlertKind.BLOCKED:
        said = {finding.criterion: finding for finding in shown.findings}
        for finding in after.findings:
            if finding.reason == UNREAD and finding.criterion in said:
                found[finding.criterion] = said[finding.criterion]
    return tuple(found[f.criterion] for f in after.findings if f.criterion in found)


def _content(verdict: Verdict) -> tuple[object, ...]:
    return (
        alerting(verdict.findings),
        verdict.subject,
        verdict.claimed_stage,
        verdict.earned_stage,
    )


def _cleared(after: Verdict, shown: Card | None, now: datetime, end: str | None) -> Card | None:
    if shown is None or shown.kind is AlertKind.CLEARED:
        return None
    return Card(
        kind=AlertKind.CLEARED,
        subject=after.subject,
        findings=shown.findings,
        claimed_stage=after.claimed_stage,
        earned_stage=after.earned_stage,
        opened_at=shown.opened_at,
        cleared_at=now,
        note=end,
    )


def due_at(card: Card, now: datetime, settle_seconds: float) -> datetime:
    """When a card has stood long enough to be said.

    Each change starts the settling time anew, but not for ever: a message that is late because
    somebody keeps typing waits `LONGEST_SETTLES` times at most.
    """
    settled = now + timedelta(seconds=settle_seconds)
    if card.kind is AlertKind.CLEARED:
        return settled
    latest = card.opened_at + timedelta(seconds=settle_seconds * LONGEST_SETTLES)
    return max(now, min(settled, latest))


def unusual_end(snapshot: Snapshot, verdict: Verdict) -> str | None:
    """Why a deal is not judged any more though nothing was put right; None when it is judged."""
    if verdict.judged:
        return None
    position = snapshot.position
    if isinstance(position, Unread):
        return f"The deal is not judged: {position.reason}"
    if position.is_closed:
        return f"The deal is closed ({position.stage_label}) and no longer judged."
    return f"The pipeline {position.pipeline_label} is not in the policy."
