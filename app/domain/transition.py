"""The difference in meaning between the recorded verdict and the new one.

The only thing that alerts. It looks at criteria, states and reason codes, and refuses to look at
wording, quotes and times: a rephrased message or an edited note with the same fault is no news.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.standing import alerting
from app.domain.verdict import CriterionId, Finding, Verdict

Fault = tuple[CriterionId, str]


class TransitionKind(StrEnum):
    """What happened to the set of blockers that people are told about."""

    OPENED = "opened"
    CHANGED = "changed"
    CLEARED = "cleared"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Transition:
    """`added` are findings of the new verdict, `removed` those of the one before."""

    kind: TransitionKind
    added: tuple[Finding, ...] = ()
    removed: tuple[Finding, ...] = ()


def transition(before: Verdict | None, after: Verdict) -> Transition:
    """What is worth telling about `after`, given what was recorded before (None: nothing was)."""
    old, new = _faults(before), _faults(after)
    added = tuple(finding for fault, finding in new.items() if fault not in old)
    removed = tuple(finding for fault, finding in old.items() if fault not in new)
    if not added and not removed:
        return Transition(TransitionKind.NONE)
    if not new:
        kind = TransitionKind.CLEARED
    else:
        kind = TransitionKind.CHANGED if old else TransitionKind.OPENED
    return Transition(kind, added, removed)


def means_the_same(before: Verdict, after: Verdict) -> bool:
    """Whether two verdicts differ at most in wording, evidence and times."""
    return _meaning(before) == _meaning(after)


def _faults(verdict: Verdict | None) -> Mapping[Fault, Finding]:
    if verdict is None:
        return {}
    return {(f.criterion, f.reason): f for f in alerting(verdict.findings)}


def _meaning(verdict: Verdict) -> tuple[object, ...]:
    return (
        verdict.judged,
        verdict.standing,
        verdict.claimed_stage,
        verdict.earned_stage,
        verdict.zone.zone,
        frozenset(
            (f.criterion, f.state, f.severity, f.reason, f.waiver is not None)
            for f in verdict.findings
        ),
        frozenset(need.criterion for need in verdict.next_needs),
    )
