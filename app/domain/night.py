"""What a night's sweep found, as managers read it: figures, lists and metrics, each with its n.

Values only. Money is never added up over currencies. Nothing here ranks people: figures by owner
are lists of what each can do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.domain.deal import DealId

OWN_CURRENCY = "in the account's currency"
"""Stands for the currency of a deal that names none."""

Money = Mapping[str, Decimal]
"""Sums by currency code."""


@dataclass(frozen=True, slots=True)
class Line:
    """One deal in a list; `days` is how long it has been as the list says."""

    deal_id: DealId
    name: str
    link: str
    owner: str
    stage: str
    earned: str | None
    amount: Decimal | None
    currency: str
    blockers: tuple[str, ...]
    days: int


@dataclass(frozen=True, slots=True)
class Share:
    """So many deals of one kind, and what they are worth."""

    name: str
    deals: int
    money: Money


@dataclass(frozen=True, slots=True)
class Lapsing:
    """A deviation that ends soon."""

    deal: Line
    criterion: str
    until: date


@dataclass(frozen=True, slots=True)
class ZoneMove:
    """A customer whose zone is another one than the night before."""

    deal: Line
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of the sales process: `value` as people read it, from `n` deals.

    `of` says of what, such as a stage; empty when it is of all.
    """

    name: str
    of: str
    value: str
    n: int


@dataclass(frozen=True, slots=True)
class Night:
    """A whole night. `blocked` holds the deals that are blocked, the weightiest first."""

    at: datetime
    since: datetime | None
    standings: tuple[Share, ...]
    by_criterion: tuple[Share, ...]
    by_owner: tuple[Share, ...]
    by_stage: tuple[Share, ...]
    by_amount: tuple[Share, ...]
    blocked: tuple[Line, ...]
    newly_blocked: tuple[Line, ...]
    newly_cleared: tuple[Line, ...]
    waived: int
    lapsing: tuple[Lapsing, ...]
    zone_moves: tuple[ZoneMove, ...]
    lead_findings: tuple[Line, ...]
    unchecked: tuple[Share, ...]
    metrics: tuple[Metric, ...]
    left_out: int = 0
    """Lines beyond what a list holds."""
