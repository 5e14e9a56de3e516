"""The answer to the slash command: how a deal stands, and what its next stage needs.

Pure. Says what the ledger knows and when that was judged; refuses to judge anew, because the one
who asks is waiting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from app.domain.outlook import each_fix_once, outlook
from app.domain.summary import titled
from app.domain.verdict import Finding, Standing, Verdict
from app.ports import RecordedVerdict

from .blocks import Block, context, section
from .markup import link, shown, utf16_length
from .message import MAX_NAME_CHARS, MAX_TITLE_CHARS, gap, sentence
from .style import Style, name_of_owner
from .words import amount, duration

MAX_FINDINGS = 6
MAX_ALL_CHARS = 8_000
SIGNS = {
    Standing.CLEAR: ":white_check_mark:",
    Standing.BLOCKED: ":red_circle:",
    Standing.WAIVED: ":large_yellow_circle:",
    Standing.UNKNOWN: ":white_circle:",
}


def standing_blocks(found: RecordedVerdict, now: datetime, style: Style) -> Sequence[Block]:
    """One deal as its last verdict has it."""
    verdict = found.verdict
    blocks = [section(_opening(verdict)), context(_particulars(verdict))]
    room = MAX_ALL_CHARS
    for block_text in _body(verdict, style):
        room -= utf16_length(block_text)
        if room < 0:
            blocks.append(context("And more; see the deal in HubSpot."))
            break
        blocks.append(section(block_text))
    ago = duration(now - found.judged_at)
    return [*blocks, context(f"Judged {ago} ago under policy {shown(verdict.policy_version, 80)}.")]


def listing_blocks(text: str, found: Sequence[Verdict]) -> Sequence[Block]:
    """Several deals that a name could mean, or none."""
    asked = shown(text, MAX_NAME_CHARS)
    if not found:
        return [section(f"No deal that was judged is called “{asked}”, and none has that id.")]
    lines = [f"Several deals are called “{asked}”:"]
    lines += [
        f"{SIGNS[v.standing]} {link(v.subject.link, v.subject.name, MAX_NAME_CHARS)} — "
        f"`/deal {v.subject.deal_id}`"
        for v in found
    ]
    return [section("\n".join(lines))]


def _opening(verdict: Verdict) -> str:
    subject = verdict.subject
    name = link(subject.link, subject.name, MAX_NAME_CHARS)
    stage = shown(verdict.claimed_stage or subject.stage, MAX_NAME_CHARS)
    return f"{SIGNS[verdict.standing]} *{name}* is {verdict.standing} in {stage}"


def _particulars(verdict: Verdict) -> str:
    subject = verdict.subject
    parts = [amount(subject.amount, subject.currency), subject.process]
    if verdict.earned_stage and verdict.earned_stage != verdict.claimed_stage:
        parts.append(f"has earned {verdict.earned_stage}")
    parts.append(f"zone {verdict.zone.zone}")
    said = (shown(part, MAX_TITLE_CHARS) for part in parts if part)
    return " · ".join(filter(None, (*said, name_of_owner(subject.owner))))


def _body(verdict: Verdict, style: Style) -> Iterator[str]:
    if not verdict.judged:
        yield "The deal is not judged: it is closed, or its pipeline is not in the policy."
        return
    seen = outlook(verdict.findings)
    yield from ("\n".join(gap(finding, style)) for finding in seen.risks[:MAX_FINDINGS])
    if seen.questions:
        yield _list("*Open questions*", seen.questions)
    if verdict.next_stage:
        stage = shown(verdict.next_stage, MAX_NAME_CHARS)
        needs = each_fix_once(verdict.next_needs)
        if needs:
            yield _list(f"*Before {stage} it also needs*", needs)
        else:
            yield f"Nothing else is needed for *{stage}*."


def _list(title: str, findings: Sequence[Finding]) -> str:
    lines = [
        f"• {shown(titled(finding.title), MAX_TITLE_CHARS)} {sentence(finding.fix)}"
        for finding in findings[:MAX_FINDINGS]
    ]
    left = len(findings) - len(lines)
    return "\n".join((title, *lines, *([f"… and {left} more."] if left else [])))
