"""What the channel is wished to show, without any channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.controller.episode import News
from app.controller.episode import wished as wished_by_recipient
from app.domain.case import UNREAD
from app.domain.deal import DealId
from app.domain.verdict import State
from app.ports import MAIN_CHANNEL, AlertKind, Recipient
from tests.loop.fakes import START, FakeCrm, evaluate

LATER = START + timedelta(minutes=5)


def wished(before, after, shown, now, end):
    """The card for the one channel that there is."""
    news = News(before, after, now, end)
    cards = wished_by_recipient(
        news, {MAIN_CHANNEL: shown} if shown else {}, lambda *_: MAIN_CHANNEL
    )
    return cards.get(MAIN_CHANNEL)


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


def _by_word(_verdict, finding):
    """The two gaps go to two recipients, and nothing to a third."""
    return Recipient("#now") if "now" in finding.criterion else Recipient("#change")


def test_each_recipient_hears_of_its_own():
    """A finding is told where it is routed to, and nowhere else."""
    blocked = _verdicts()
    cards = wished_by_recipient(News(None, blocked, START), {}, _by_word)
    said = {recipient: [f.criterion for f in card.findings] for recipient, card in cards.items()}
    assert said == {"#now": ["why_now"], "#change": ["why_change"]}


def test_digest_only_says_nothing():
    """What nobody is told opens no episode."""
    assert wished_by_recipient(News(None, _verdicts(), START), {}, lambda *_: None) == {}


def test_a_finding_that_moves_is_told_anew_and_not_called_clear():
    """When the route changes, the new recipient is told and the old one where to look."""
    blocked = _verdicts()
    shown = wished_by_recipient(News(None, blocked, START), {}, lambda *_: Recipient("#old"))
    cards = wished_by_recipient(News(blocked, blocked, LATER), shown, lambda *_: Recipient("#new"))
    assert cards["#new"].kind is AlertKind.BLOCKED
    assert cards["#old"].kind is AlertKind.CLEARED
    assert "elsewhere" in cards["#old"].note


def test_cleared_says_what_became_of_each_gap():
    """The card of the end carries the findings that put it right."""
    blocked = _verdicts()
    shown = wished(None, blocked, None, START, None)
    after = blocked
    for finding in blocked.blockers:
        after = _with(after, finding.criterion, state=State.MET, reason="met")
    card = wished(blocked, after, shown, LATER, None)
    assert [f.criterion for f in card.resolved] == [f.criterion for f in shown.findings]
    assert {f.state for f in card.resolved} == {State.MET}
