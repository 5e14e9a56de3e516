"""The few numbers by which an operator sees that the loop turns.

Labels come from closed sets only (the policy's criteria among them), never from a deal or a
message, so that their number is bounded.
"""

from __future__ import annotations

from functools import lru_cache

from prometheus_client import Counter, Histogram

from app.domain.verdict import State, Verdict

RECONCILES = Counter(
    "dealgate_reconciles",
    "Deals looked at, by outcome: unchanged, changed, gone, deferred.",
    ["outcome"],
)
VERDICTS = Counter(
    "dealgate_verdicts",
    "Verdicts recorded, by standing: clear, blocked, waived, unknown.",
    ["standing"],
)
FINDINGS = Counter(
    "dealgate_findings",
    "Findings of those verdicts that are not met, by criterion of the policy and state.",
    ["criterion", "state"],
)
DEAD_LETTERS = Counter(
    "dealgate_dead_letters", "Marks that were given up after too many attempts or for good."
)
MARK_TO_WRITE_SECONDS = Histogram(
    "dealgate_mark_to_write_seconds",
    "From the first mark of a deal to its properties being written.",
    buckets=(0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0),
)
STANDSTILLS = Counter(
    "dealgate_standstills",
    "Times that the portal or the database was away as a whole, by the step that met it.",
    ["step"],
)
ALERTS = Counter(
    "dealgate_alerts",
    "What became of alerts: posted, edited, grouped, dropped, held, deferred, given_up.",
    ["outcome"],
)
_finding_counter = lru_cache(maxsize=1_024)(FINDINGS.labels)


def judged(verdict: Verdict) -> None:
    """Count one recorded verdict and what it misses."""
    VERDICTS.labels(verdict.standing).inc()
    for finding in verdict.findings:
        if finding.state is not State.MET:
            _finding_counter(finding.criterion, finding.state).inc()
