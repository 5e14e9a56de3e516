"""A criterion: one thing that must be true of a deal, with what it means and who may deviate.

Holds the declaration and judges nothing; the check that it carries does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.case import Check
from app.domain.verdict import CriterionId, Exits, Severity


class CriterionKind(StrEnum):
    """What a criterion is for; only qualification and exit carry a deal to a stage."""

    QUALIFICATION = "qualification"
    EXIT = "exit"
    HYGIENE = "hygiene"


class When(StrEnum):
    """Which deals a criterion judges. Closed deals are judged by no criterion but theirs."""

    OPEN = "open"
    CLOSED_WON = "closed_won"
    CLOSED_LOST = "closed_lost"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that must be true of a deal.

    `title` names it in a few words, `fix` says what would pass it, `ask` is the one question that
    settles it when it cannot be told, `source` the sentence that demands it. `from_stage` is the
    first stage (label) that needs it, None for all; `processes` the ids that it is for, empty for
    all. `may_waive` names who may deviate from it, empty: as the policy's rules say.
    """

    id: CriterionId
    title: str
    kind: CriterionKind
    severity: Severity
    check: Check
    fix: str
    ask: str
    source: str
    exits: Exits = field(default_factory=Exits)
    when: When = When.OPEN
    from_stage: str | None = None
    processes: tuple[str, ...] = ()
    waivable: bool = True
    may_waive: tuple[str, ...] = ()
