"""A verdict's findings as the three things that every review of a deal ends with (seed 004).

Risks are what is not met, open questions what cannot be told, next steps what would pass them; a
finding that was waived is none of them and stands apart. Sorts and leaves nothing out; how much
of it is shown, and how, is the reader's choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.verdict import Finding, Severity, State


class Heading(StrEnum):
    """The headings under which people read a verdict, in their order."""

    RISKS = "Risks"
    QUESTIONS = "Open questions"
    DEVIATIONS = "Deviations"
    STEPS = "Next steps"


_WEIGHT = {severity: weight for weight, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Outlook:
    """Findings by what they mean for the deal, the gravest first, else in the policy's order.

    `risks` are unmet, `questions` unknown, `deviations` either of them but waived.
    """

    risks: tuple[Finding, ...]
    questions: tuple[Finding, ...]
    deviations: tuple[Finding, ...]

    @property
    def steps(self) -> tuple[Finding, ...]:
        """The risks whose `fix` says something that none before it says."""
        return each_fix_once(self.risks)


def outlook(findings: Iterable[Finding]) -> Outlook:
    """The findings that are not met, sorted."""
    risks: list[Finding] = []
    questions: list[Finding] = []
    deviations: list[Finding] = []
    for finding in findings:
        if finding.state is State.MET:
            continue
        if finding.waiver is not None:
            deviations.append(finding)
        else:
            (risks if finding.state is State.UNMET else questions).append(finding)
    return Outlook(_graver_first(risks), _graver_first(questions), _graver_first(deviations))


def each_fix_once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings with a fix, of those with the same one the first."""
    by_fix: dict[str, Finding] = {}
    for finding in findings:
        if finding.fix:
            by_fix.setdefault(finding.fix, finding)
    return tuple(by_fix.values())


def _graver_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: _WEIGHT[finding.severity]))
