"""A set of findings in one word, and which of them each exit may show.

The verdict's own standing counts every finding; an exit counts only what its enforcement lets it
say, so that a criterion under observation neither blocks nor unsettles anybody there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.domain.verdict import Enforcement, Finding, Severity, Standing, State


def standing_of(findings: Iterable[Finding]) -> Standing:
    """Blocked if anything blocks; else waived; else unknown if a blocker cannot be told."""
    standing = Standing.CLEAR
    for finding in findings:
        if finding.severity is not Severity.BLOCKER or finding.state is State.MET:
            continue
        if finding.waiver is not None:
            standing = Standing.WAIVED
        elif finding.state is State.UNMET:
            return Standing.BLOCKED
        elif standing is Standing.CLEAR:
            standing = Standing.UNKNOWN
    return standing


def shown_in_portal(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings that may be written to the portal's properties, in order."""
    return tuple(f for f in findings if f.exits.property is not Enforcement.OBSERVE)


def alerting(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The blockers that people are told about when they open, in order."""
    return tuple(f for f in findings if f.blocks and f.exits.slack is Enforcement.ALERT)
