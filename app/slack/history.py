"""What changed between two cards of one episode, as a line beneath its message.

Pure. Says which gaps were closed, which are new and how many are left; a change of an amount or a
name is in the message itself and not worth a line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from app.domain.verdict import CriterionId
from app.ports import AlertKind, Card

from .blocks import section
from .markup import shown
from .message import Message, metadata
from .words import ended, headline

EVENT_TYPE = "dealgate_history"
MAX_LINE_CHARS = 900
STEP_DIGITS = 16


def history_line(before: Card, card: Card) -> Message | None:
    """The line; None when nothing changed that is worth one."""
    parts = [shown(part, MAX_LINE_CHARS) for part in _parts(before, card)]
    if not parts:
        return None
    said = " ".join(parts)
    return Message(
        text=said,
        blocks=[section(said)],
        metadata=metadata(EVENT_TYPE, card, {"step": step_of(before, card)}),
    )


def step_of(before: Card, card: Card) -> str:
    """What tells one line of an episode from the others."""
    told = repr([(each.kind, each.claimed_stage, _gaps(each)) for each in (before, card)])
    return hashlib.sha256(told.encode()).hexdigest()[:STEP_DIGITS]


def _parts(before: Card, card: Card) -> Iterator[str]:
    if card.kind is AlertKind.CLEARED:
        yield ended(f"The deal {headline(card)}")
        return
    had, has = _gaps(before), _gaps(card)
    titles = {f.criterion: f.title for f in (*before.findings, *card.findings)}
    closed = [titles[code] for code in had if code not in has]
    fresh = [titles[code] for code in has if code not in had]
    other = [titles[code] for code in has if code in had and had[code] != has[code]]
    if before.claimed_stage != card.claimed_stage:
        yield f"Now in {card.claimed_stage or card.subject.stage}."
    for said, names in (("Put right", closed), ("New", fresh), ("Otherwise than before", other)):
        if names:
            yield ended(f"{said}: {', '.join(names)}")
    if closed:
        yield f"{len(has)} left."


def _gaps(card: Card) -> Mapping[CriterionId, str]:
    return {finding.criterion: finding.reason for finding in card.findings}
