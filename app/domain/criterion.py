"""A criterion: one thing that must be true of a deal, with what it means and who may deviate.

Holds the declaration and judges nothing; the check that it carries does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from app.domain.case import Check, Outcome
from app.domain.verdict import CriterionId, Exits, Finding, Severity, State, Waiver

MAX_REMEMBERED_FINDINGS = 512
FindingOf = Callable[[Outcome], Finding]


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
    found: FindingOf = field(init=False, repr=False, compare=False)
    """The finding of an outcome, without a waiver; most outcomes recur from deal to deal."""

    def __post_init__(self) -> None:
        """Remember findings: making one costs more than most checks."""
        object.__setattr__(self, "found", lru_cache(MAX_REMEMBERED_FINDINGS)(self.finding))

    @property
    def may_block(self) -> bool:
        """Whether an unmet finding of it is a blocker."""
        return self.severity is Severity.BLOCKER

    @property
    def may_carry(self) -> bool:
        """Whether a deal earns a stage by it."""
        return self.may_block and self.kind is not CriterionKind.HYGIENE

    def finding(self, outcome: Outcome, waiver: Waiver | None = None) -> Finding:
        """The finding of an outcome; a waiver marks what is not met."""
        state = outcome.state
        fix = ""
        if state is State.UNMET:
            fix = self.fix
        elif state is State.UNKNOWN:
            fix = outcome.ask or self.ask
        return Finding(
            criterion=self.id,
            title=self.title,
            state=state,
            severity=self.severity,
            reason=outcome.reason,
            message=outcome.message,
            fix=fix,
            exits=self.exits,
            evidence=outcome.evidence,
            waiver=None if state is State.MET else waiver,
            recheck_at=outcome.recheck_at,
            headings=outcome.headings,
        )
