"""What the channel is wished to show, without any channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.controller.episode import wished
from app.domain.case import UNREAD
from app.domain.deal import DealId
from app.domain.verdict import State
from app.ports import AlertKind
from tests.loop.fakes import START, FakeCrm, evaluate

LATER = START + timedelta(minutes=5)


def _verdicts():
    """A verdict with two gaps, and the finding that each of them is."""
    crm = FakeCrm()
    crm.add(DealId("1"))
    seen = crm.observe([DealId("1")]).snapshots[DealId("1")]
    verdict = evaluate(seen, START)
    assert len(verdict.blockers) >= 2
    return verdict


def _with(verdict, criterion, **changed):
    findings = tuple(
        replace(f, **changed) if f.criterion == criterion else f for f in verdict.findings
    )
    return replace(verdict, findings=findings)


def test_unread_is_not_a_gap_closed():
    """When nothing can be read, an open message stays as it is."""
    blocked = _verdicts()
    shown = wished(None, blocked, None, START, None)
    unread = replace(
        blocked,
        findings=tuple(replace(f, state=State.UNKNOWN, reason=UNREAD) for f in blocked.findings),
    )
    assert wished(blocked, unread, shown, LATER, None) is None


def test_one_gap_closed_and_one_unread_keeps_the_unread():
    """The message drops what was put right and keeps what could not be read."""
    blocked = _verdicts()
    shown = wished(None, blocked, None, START, None)
    first, second = (finding.criterion for finding in blocked.blockers[:2])
    after = _with(blocked, first, state=State.MET, reason="met")
    after = _with(after, second, state=State.UNKNOWN, reason=UNREAD)
    card = wished(blocked, after, shown, LATER, None)
    assert card.kind is AlertKind.BLOCKED
    assert first not in {finding.criterion for finding in card.findings}
    assert second in {finding.criterion for finding in card.findings}


def test_cannot_tell_for_another_reason_does_clear():
    """A gap that became unclear by its words is no blocker any more, and the message says so."""
    blocked = _verdicts()
    shown = wished(None, blocked, None, START, None)
    unclear = replace(
        blocked,
        findings=tuple(replace(f, state=State.UNKNOWN, reason="hedged") for f in blocked.findings),
    )
    assert wished(blocked, unclear, shown, LATER, None).kind is AlertKind.CLEARED
