"""Verdicts, cards and records for tests of the ledger, which reads almost nothing of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.domain.deal import DealId, ObjectKey, ObjectKind, Owner, OwnerId
from app.domain.verdict import (
    Axis,
    CriterionId,
    Evidence,
    Exits,
    Finding,
    Level,
    Severity,
    Standing,
    State,
    Subject,
    Verdict,
    Zone,
    ZoneReading,
)
from app.ports import MAIN_CHANNEL, AlertKind, Card, MessageRef, Recipient, Record, Wish

NOW = datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=UTC)
MESSAGE = MessageRef("C0SALES", "1763717400.000100")
QUOTE = "They change because the „old“ line stops 🛑 twice a week"


def later(seconds: float) -> datetime:
    """So many seconds after NOW."""
    return NOW + timedelta(seconds=seconds)


def deal(number: int) -> ObjectKey:
    """The key of a deal."""
    return ObjectKey(ObjectKind.DEAL, str(number))


def contact(number: int) -> ObjectKey:
    """The key of a contact."""
    return ObjectKey(ObjectKind.CONTACT, str(number))


def subject(deal_id: str) -> Subject:
    """Who a verdict is about."""
    owner = Owner(OwnerId("11"), "Åsa Öberg", "asa@example.com", active=True)
    return Subject(
        deal_id=DealId(deal_id),
        name="Müller & Söhne — pilot",
        link=f"https://app.example.com/deal/{deal_id}",
        stage="Discovery",
        process="New business",
        amount="12000.50",
        currency="EUR",
        owner=owner,
    )


def finding(criterion: str = "why_now") -> Finding:
    """An unmet blocker that cites a note."""
    note = ObjectKey(ObjectKind.NOTE, "900")
    return Finding(
        criterion=CriterionId(criterion),
        title="Why now?",
        state=State.UNMET,
        severity=Severity.BLOCKER,
        reason="placeholder",
        message=f"Only a placeholder: {QUOTE}",
        fix="Write down what happens if they wait.",
        exits=Exits(),
        evidence=(Evidence(note, QUOTE, "Åsa Öberg", NOW, "https://app.example.com/note/900"),),
    )


def verdict(
    deal_id: str = "1", *, judged: bool = True, recheck_at: datetime | None = None
) -> Verdict:
    """A verdict with one blocker, or with none for a deal that is not judged."""
    axis = Axis(Level.HIGH, f"high: {QUOTE}")
    return Verdict(
        subject=subject(deal_id),
        standing=Standing.BLOCKED if judged else Standing.CLEAR,
        findings=(finding(),) if judged else (),
        zone=ZoneReading(Zone.Z2, axis, axis, (Zone.Z2,), "Guided"),
        claimed_stage="Discovery",
        earned_stage=None,
        next_stage="Proposal",
        next_needs=(finding("budget"),),
        policy_version="2026-11",
        judged=judged,
        recheck_at=recheck_at,
    )


def blocked(deal_id: str = "1", *criteria: str, opened_at: datetime = NOW) -> Card:
    """A card that names what is missing."""
    return Card(
        kind=AlertKind.BLOCKED,
        subject=subject(deal_id),
        findings=tuple(map(finding, criteria or ("why_now",))),
        claimed_stage="Discovery",
        earned_stage=None,
        opened_at=opened_at,
    )


def cleared(deal_id: str = "1", *, at: datetime = NOW, opened_at: datetime = NOW) -> Card:
    """A card that says all is well."""
    return Card(
        kind=AlertKind.CLEARED,
        subject=subject(deal_id),
        findings=(),
        claimed_stage="Discovery",
        earned_stage="Discovery",
        opened_at=opened_at,
        cleared_at=at,
    )


def record(
    deal_id: str = "1",
    *,
    links: tuple[ObjectKey, ...] = (),
    alert: Card | None = None,
    alert_due_at: datetime = NOW,
    recipient: Recipient = MAIN_CHANNEL,
    judged: bool = True,
    recheck_at: datetime | None = None,
) -> Record:
    """What one reconcile wants remembered."""
    return Record(
        deal_id=DealId(deal_id),
        verdict=verdict(deal_id, judged=judged, recheck_at=recheck_at),
        changed_at=NOW,
        links=frozenset(links),
        wishes=(Wish(recipient, alert, alert_due_at),) if alert else (),
    )
