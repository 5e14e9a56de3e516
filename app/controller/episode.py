"""What people should be shown of a deal after a new verdict, if that is not what they see.

Each finding belongs to one recipient, and each recipient has an episode of its own. An episode
opens when a blocker that alerts is added, and only then: a deal that was recorded in silence and
gets better is not worth a message. While an episode is open its card follows the verdict, since
an edit disturbs nobody. It ends when nothing alerts any more, or when the deal closes. What could
not be read this time is neither said anew nor taken back. Speaks only for itself: pure, and the
ledger decides whether a wish was overtaken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.case import UNREAD
from app.domain.deal import Snapshot, Unread
from app.domain.standing import alerting
from app.domain.transition import transition
from app.domain.verdict import Finding, Verdict
from app.ports import AlertKind, Card, Recipient

ELSEWHERE = "What is missing now is told elsewhere."
LONGEST_SETTLES = 4
"""A card that keeps changing goes out after so many settling times all the same."""


def says_the_same(before: Verdict, after: Verdict) -> bool:
    """Whether a card about `after` would read as one about `before`, so that nothing is wished."""
    return _content(before) == _content(after)


RecipientOf = Callable[[Verdict, Finding], Recipient | None]
"""Whom a finding is told to; None: nobody, the digest alone shows it."""


@dataclass(frozen=True, slots=True)
class News:
    """A verdict with the one before, at one moment; `end` is a sentence on an unusual end."""

    before: Verdict | None
    after: Verdict
    now: datetime
    end: str | None = None


def wished(
    news: News, shown: Mapping[Recipient, Card], recipient_of: RecipientOf
) -> Mapping[Recipient, Card]:
    """The cards to show instead of `shown`; who is not among them may go on seeing what they do.

    `shown` is what each recipient sees or is about to.
    """
    missing = _by_recipient(news.after, alerting(news.after.findings), recipient_of)
    added = transition(news.before, news.after).added
    new = _by_recipient(news.after, added, recipient_of).keys() | _moved(missing, shown)
    cards: dict[Recipient, Card] = {}
    for recipient in dict.fromkeys((*shown, *missing)):
        card = _wished(
            news,
            shown.get(recipient),
            missing.get(recipient, ()),
            opens=recipient in new,
            elsewhere=any(found for other, found in missing.items() if other != recipient),
        )
        if card is not None:
            cards[recipient] = card
    return cards


def _by_recipient(
    verdict: Verdict, findings: Iterable[Finding], recipient_of: RecipientOf
) -> Mapping[Recipient, tuple[Finding, ...]]:
    told: dict[Recipient, tuple[Finding, ...]] = {}
    for finding in findings:
        recipient = recipient_of(verdict, finding)
        if recipient is not None:
            told[recipient] = (*told.get(recipient, ()), finding)
    return told


def _moved(
    missing: Mapping[Recipient, Sequence[Finding]], shown: Mapping[Recipient, Card]
) -> set[Recipient]:
    """Who is told now of something that another recipient has been shown so far."""
    return {
        recipient
        for recipient, findings in missing.items()
        for other, card in shown.items()
        if other != recipient
        and {f.criterion for f in findings} & {f.criterion for f in card.findings}
    }


def _wished(
    news: News, shown: Card | None, told: Sequence[Finding], *, opens: bool, elsewhere: bool
) -> Card | None:
    missing = _still_missing(news.after, told, shown)
    if not missing:
        end = news.end or (ELSEWHERE if elsewhere else None)
        return _cleared(news.after, shown, news.now, end)
    if shown is None and not opens:
        return None
    card = Card(
        kind=AlertKind.BLOCKED,
        subject=news.after.subject,
        findings=missing,
        claimed_stage=news.after.claimed_stage,
        earned_stage=news.after.earned_stage,
        # A clearing that was never said does not end the episode: the same message goes on.
        opened_at=shown.opened_at if shown else news.now,
    )
    return None if card == shown else card


def _still_missing(
    after: Verdict, told: Sequence[Finding], shown: Card | None
) -> tuple[Finding, ...]:
    """What alerts, and what is shown of which nobody can tell whether it still holds.

    A portal that cannot be read for a while must not look like an AE who closed the gap.
    """
    found = {finding.criterion: finding for finding in told}
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
        resolved=_resolved(after, shown),
    )


def _resolved(after: Verdict, shown: Card) -> tuple[Finding, ...]:
    """What became of the findings that were shown; none of one that is not asked for any more."""
    said = {finding.criterion for finding in shown.findings}
    return tuple(finding for finding in after.findings if finding.criterion in said)


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
