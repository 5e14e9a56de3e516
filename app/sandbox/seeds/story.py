"""How the seeds tell of a deal: plain data, times in days before now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .pipelines import NR_SCALE


@dataclass(frozen=True, slots=True)
class Contact:
    """One person at the customer; `status`, `roles` and `lifecycle` are HubSpot's values."""

    name: str
    title: str
    status: str | None = "OPEN_DEAL"
    roles: tuple[str, ...] = ()
    lifecycle: str = "opportunity"
    activation_outbound: str | None = "Yes"


@dataclass(frozen=True, slots=True)
class Note:
    """A note on the deal, its first contact or its company."""

    days_ago: float
    body: str
    on: Literal["deals", "contacts", "companies"] = "deals"


@dataclass(frozen=True, slots=True)
class Touch:
    """An e-mail that we sent, one that came back, or a meeting that took place."""

    days_ago: float
    kind: Literal["sent", "reply", "meeting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """One deal. `stage` counts from 0 (1-Discovery); 6 is won, 7 lost.

    `company` is name, domain, city, country and number of employees.
    """

    name: str
    company: tuple[str, str, str, str, int] | None
    contacts: tuple[Contact, ...] = ()
    notes: tuple[Note, ...] = ()
    touches: tuple[Touch, ...] = ()
    pipeline: str = NR_SCALE
    stage: int = 0
    owner: str | None = "maren"
    amount: int | None = 30_000
    closes_in_days: float = 60
    age_days: float = 30
    days_in_stage: float = 6
    next_step: str | None = None
    forecast: str | None = None
    lost_reason: str | None = None
