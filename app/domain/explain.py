"""A verdict as a person wants to read it: plain text, for the terminal and for logs of a rehearsal.

Says everything the verdict says and judges nothing itself. Refuses colour and markup; the channel
and the pages have renderings of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from app.domain.verdict import Evidence, Finding, Severity, State, Verdict

WIDTH = 96
MARKS = {State.MET: "+", State.UNMET: "x", State.UNKNOWN: "?"}


def explain(verdict: Verdict) -> str:
    """The whole verdict as text lines joined by newlines, without a trailing one."""
    return "\n".join(_lines(verdict))


def _lines(verdict: Verdict) -> Iterator[str]:
    subject = verdict.subject
    yield f"{subject.name} — {verdict.standing.upper()}"
    yield subject.link
    yield " · ".join(_particulars(verdict))
    if not verdict.judged:
        yield ""
        yield "Not judged: the deal is closed, or its pipeline is not in the policy."
        return
    zone = verdict.zone
    towards = f" → {zone.recommended_process}" if zone.recommended_process else ""
    yield from _wrapped(f"Zone {zone.zone}{towards}: {zone.basis}", "")
    for title, findings in _sections(verdict):
        if findings:
            yield ""
            yield title
            for finding in findings:
                yield from _finding(finding)
    yield ""
    yield f"Judged under policy {verdict.policy_version}." + (
        f" Time alone may change this on {verdict.recheck_at:%Y-%m-%d %H:%M} UTC."
        if verdict.recheck_at
        else ""
    )


def _particulars(verdict: Verdict) -> Iterator[str]:
    subject = verdict.subject
    if subject.process:
        yield subject.process
    claimed = verdict.claimed_stage or subject.stage
    yield f"stands in {claimed}"
    if verdict.earned_stage and verdict.earned_stage != verdict.claimed_stage:
        yield f"has earned {verdict.earned_stage}"
    if subject.amount:
        yield f"{subject.amount} {subject.currency or ''}".strip()
    yield subject.owner.name if subject.owner else "no owner"


def _sections(verdict: Verdict) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    found = verdict.findings
    waived = tuple(f for f in found if f.waiver is not None)
    other = tuple(f for f in found if f.state is State.UNMET and not f.blocks and f.waiver is None)
    yield "Blocks", verdict.blockers
    yield "Passed on purpose", waived
    yield "Can't tell", tuple(f for f in found if f.state is State.UNKNOWN and f.waiver is None)
    yield "Worth knowing", other
    yield "Met", tuple(f for f in found if f.state is State.MET and f.waiver is None)
    if verdict.next_stage:
        yield f"Before {verdict.next_stage} it also needs", verdict.next_needs


def _finding(finding: Finding) -> Iterator[str]:
    severity = "" if finding.severity is Severity.BLOCKER else f" ({finding.severity})"
    code = f"[{finding.criterion}: {finding.reason}]"
    yield f"  {MARKS[finding.state]} {finding.title}{severity} {code}"
    if finding.state is not State.MET:
        yield from _wrapped(finding.message, "      ")
    yield from _evidence(finding.evidence)
    if finding.waiver:
        waiver = finding.waiver
        yield from _wrapped(
            f"Deviation by {waiver.granted_by} until {waiver.until:%Y-%m-%d}: {waiver.reason}",
            "      ",
        )
    if finding.state is not State.MET and finding.fix:
        yield from _wrapped(f"To pass: {finding.fix}", "      ")


def _evidence(evidence: Iterable[Evidence]) -> Iterator[str]:
    for item in evidence:
        where = ", ".join(
            part
            for part in (
                item.author,
                f"{item.written_at:%Y-%m-%d}" if item.written_at else None,
                str(item.source),
                item.link,
            )
            if part
        )
        yield from _wrapped(f"“{item.quote}” — {where}", "      ")


def _wrapped(text: str, indent: str) -> list[str]:
    # Quotes are other people's words: nothing in them may steer the terminal.
    printable = "".join(char if char.isprintable() else " " for char in text)
    return wrap(
        printable,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
