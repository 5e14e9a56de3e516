"""What a night found of one deal: the few facts that reports and metrics count by.

Holds no note text and no quote. Two sightings that are equal say the same, so that only changes
are kept. Money is a Decimal in the deal's own currency; currencies are never added up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from app.domain.case import UNREAD
from app.domain.deal import Owner, Snapshot, Unread
from app.domain.moments import moment_of
from app.domain.needs import Needs
from app.domain.policy import CLOSE_DATE
from app.domain.verdict import Standing, State, Verdict, Zone

CREATE_DATE = "createdate"
NO_OWNER = "no owner"
REPORTED = Needs(deal_properties=(CREATE_DATE, CLOSE_DATE))
"""What reports look at of a deal, whatever the policy needs."""


@dataclass(frozen=True, slots=True)
class Lapse:
    """A criterion that a deal deviates from on record, and the day on which that ends."""

    criterion: str
    until: date


@dataclass(frozen=True, slots=True)
class Sighting:
    """One deal as a night found it.

    `stage` is where people put it, `earned` how far the evidence carries it; labels. `blockers`
    are criteria, `warnings` too; `unchecked` says of criteria why they could not be checked.
    `lead_findings` counts the contacts whose lead status does not fit. A closed deal that is not
    judged any more has `judged` False.
    """

    name: str
    link: str
    owner: str
    process: str | None
    stage: str
    earned: str | None
    standing: Standing
    zone: Zone
    judged: bool = True
    is_closed: bool = False
    is_won: bool = False
    amount: Decimal | None = None
    currency: str | None = None
    created: date | None = None
    closes: date | None = None
    blockers: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    unchecked: tuple[tuple[str, str], ...] = ()
    lead_findings: int = 0
    waived: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What one sweep found of a deal, to be kept with its verdict."""

    run_id: str
    sighting: Sighting


def sighting_of(snapshot: Snapshot, verdict: Verdict) -> Sighting:
    """What a report needs of a deal; pure."""
    subject = verdict.subject
    position = None if isinstance(snapshot.position, Unread) else snapshot.position
    unmet = [finding for finding in verdict.findings if finding.state is State.UNMET]
    return Sighting(
        name=subject.name,
        link=subject.link,
        owner=_owner(subject.owner),
        process=subject.process,
        stage=subject.stage,
        earned=verdict.earned_stage,
        standing=verdict.standing,
        zone=verdict.zone.zone,
        judged=verdict.judged,
        is_closed=position is not None and position.is_closed,
        is_won=position is not None and position.is_won,
        amount=_amount(subject.amount),
        currency=subject.currency,
        created=_day(snapshot, CREATE_DATE),
        closes=_day(snapshot, CLOSE_DATE),
        blockers=tuple(finding.criterion for finding in verdict.blockers),
        warnings=tuple(f.criterion for f in unmet if not f.blocks and f.waiver is None),
        unchecked=tuple(
            (f.criterion, f.message)
            for f in verdict.findings
            if f.state is State.UNKNOWN and f.reason == UNREAD
        ),
        lead_findings=sum(bool(contact.lead_status_finding) for contact in verdict.contacts),
        waived=tuple(Lapse(each.criterion, each.until.date()) for each in verdict.waivers),
    )


def _owner(owner: Owner | None) -> str:
    return owner.name if owner else NO_OWNER


def _amount(value: str | None) -> Decimal | None:
    try:
        amount = Decimal(value) if value else None
    except InvalidOperation:
        return None
    return amount if amount is None or amount.is_finite() else None


def _day(snapshot: Snapshot, name: str) -> date | None:
    moment = moment_of(snapshot.properties.get(name))
    return moment.date() if moment else None
