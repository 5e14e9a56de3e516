"""The verdict as the text that a salesperson reads on the deal's record.

What is missing, the quote judged, how to fix it; then what cannot be told with the one question
that would settle it, what is waived, and what is only worth knowing. Refuses to grow: it is cut
at a sentence and says how much was left out, because a wall of text is read by nobody. Secrets in
quotes are masked: the text is copied into places that the note itself never reaches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from app.domain.masking import mask_secrets
from app.domain.verdict import Finding, Severity, State, Verdict

MAX_SUMMARY_CHARS = 2_000
MAX_ITEM_CHARS = 600
MAX_REMEMBERED_TEXTS = 4_096
_CUT = " …"
_SENTENCE_END = re.compile(r"[.!?…]['\"”)]*(?=\s)")


def summary_text(verdict: Verdict, findings: Sequence[Finding]) -> str:
    """The text of `findings`, at most MAX_SUMMARY_CHARS; empty when there is nothing to say."""
    items = list(_items(findings))
    if not items:
        return ""
    return _joined([_headline(verdict, findings), *items])


def needs_text(verdict: Verdict, needs: Sequence[Finding]) -> str:
    """What of `needs` would stop the deal at its next stage; empty when nothing would."""
    if not needs:
        return ""
    besides = ", besides what blocks it now" if verdict.blockers else ""
    items = [f"- {_sentence(need.title)} {need.fix}" for need in needs]
    return _joined([f"To enter {verdict.next_stage}{besides}:", *items])


@lru_cache(MAX_REMEMBERED_TEXTS)
def masked(text: str) -> str:
    """A text that quotes notes, without the secrets in it; most texts recur from deal to deal."""
    return mask_secrets(text)


def cut_at_sentence(text: str, limit: int) -> str:
    """The longest beginning of `text` within `limit` that ends a sentence, else a word."""
    if len(text) <= limit:
        return text
    head = text[: limit - len(_CUT)]
    ends = [match.end() for match in _SENTENCE_END.finditer(head)]
    end = ends[-1] if ends else head.rfind(" ")
    return f"{head[: end if end > 0 else len(head)].rstrip()}{_CUT}"


def _headline(verdict: Verdict, findings: Sequence[Finding]) -> str:
    count = sum(finding.blocks for finding in findings)
    stage = verdict.claimed_stage or verdict.subject.stage
    if not count:
        return f"Nothing blocks this deal in {stage}."
    word = "blocker" if count == 1 else "blockers"
    earned = verdict.earned_stage
    behind = f"; earned so far: {earned}" if earned and earned != stage else ""
    return f"{count} {word} in {stage}{behind}."


def _items(findings: Sequence[Finding]) -> Iterator[str]:
    open_findings = [f for f in findings if f.state is not State.MET]
    for finding in open_findings:
        if finding.blocks:
            yield _item("✗", finding)
    for finding in open_findings:
        if finding.waiver is not None:
            yield _waived(finding)
    for finding in open_findings:
        if finding.blocks or finding.waiver is not None:
            continue
        if finding.state is State.UNMET:
            yield _item("!" if finding.severity is Severity.WARNING else "·", finding)
        elif finding.severity is not Severity.HINT:
            yield _item("?", finding)


def _item(mark: str, finding: Finding) -> str:
    text = f"{mark} {_sentence(finding.title)} {masked(finding.message)} {finding.fix}"
    return cut_at_sentence(text.strip(), MAX_ITEM_CHARS)


def _waived(finding: Finding) -> str:
    waiver = finding.waiver
    if waiver is None:
        return ""
    text = (
        f"~ {_sentence(finding.title)} Waived by {waiver.granted_by} until "
        f"{waiver.until.date().isoformat()}: {waiver.reason}"
    )
    return cut_at_sentence(text, MAX_ITEM_CHARS)


def _sentence(title: str) -> str:
    return title if title.endswith(("?", "!", ".", ":")) else f"{title}:"


def _joined(lines: Sequence[str]) -> str:
    """Lines until the limit, whole; then a count of those left out."""
    kept: list[str] = []
    room = MAX_SUMMARY_CHARS - len("\n… and 999 more.")
    for line in lines:
        if len(line) + 1 > room:
            break
        kept.append(line)
        room -= len(line) + 1
    left_out = len(lines) - len(kept)
    if left_out:
        kept.append(f"… and {left_out} more.")
    return "\n".join(kept)
