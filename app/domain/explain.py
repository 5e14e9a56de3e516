"""A verdict as a person wants to read it: plain text, for the terminal and for logs of a rehearsal.

Says everything the verdict says and judges nothing itself. Refuses colour and markup; the channel
and the pages have renderings of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from app.domain.case import UNREAD
from app.domain.outlook import Heading, each_fix_once, outlook
from app.domain.summary import titled
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
    yield from _findings(verdict)
    yield from _steps(verdict)
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


def _findings(verdict: Verdict) -> Iterator[str]:
    """Every finding once, under the heading that says what it means for the deal."""
    seen = outlook(verdict.findings)
    met = tuple(f for f in verdict.findings if f.state is State.MET)
    for title, findings in (
        (Heading.RISKS, seen.risks),
        (Heading.QUESTIONS, seen.questions),
        (Heading.DEVIATIONS, seen.deviations),
        ("Met", met),
    ):
        if findings:
            yield from ("", title)
            for finding in findings:
                yield from _finding(finding)


def _steps(verdict: Verdict) -> Iterator[str]:
    """What would pass here, then what the next stage would need besides."""
    here, ahead = outlook(verdict.findings).steps, each_fix_once(verdict.next_needs)
    if not here and not ahead:
        return
    yield from ("", Heading.STEPS)
    for finding in here:
        yield from _step(finding)
    if ahead:
        yield f"  Before {verdict.next_stage} it also needs:"
        for finding in ahead:
            yield from _step(finding)


def _step(finding: Finding) -> Iterator[str]:
    yield from _wrapped(f"  → {titled(finding.title)} {finding.fix}", "", "    ")


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
    if finding.state is State.UNKNOWN and finding.fix:
        asked = finding.fix if finding.reason == UNREAD else f"Ask: {finding.fix}"
        yield from _wrapped(asked, "      ")


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


def _wrapped(text: str, indent: str, hanging: str | None = None) -> list[str]:
    # Quotes are other people's words: nothing in them may steer the terminal.
    printable = "".join(char if char.isprintable() else " " for char in text)
    return wrap(
        printable,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
