"""The verdict as the text that a salesperson reads on the deal's record.

Risks with the quotes judged, open questions with the one thing to ask, what is waived, and the
next steps that would pass it. Refuses to grow, because a wall of text is read by nobody: what is
gravest comes first, with its own next step, and each heading counts what it leaves out. Secrets in
quotes are masked: the text is copied into places that the note itself never reaches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from app.domain.masking import mask_secrets
from app.domain.outlook import Heading, Outlook, each_fix_once, outlook
from app.domain.verdict import Finding, Severity, Verdict

MAX_SUMMARY_CHARS = 2_000
MAX_ITEM_CHARS = 400
MAX_REMEMBERED_TEXTS = 4_096
MARKS = {Severity.BLOCKER: "✗", Severity.WARNING: "!", Severity.HINT: "·"}
_CUT = " …"
_COUNT_CHARS = len("\n… and 999 more.")
_HEADINGS_CHARS = sum(len(f"\n\n{heading}") + _COUNT_CHARS for heading in Heading)
_SENTENCE_END = re.compile(r"[.!?…]['\"”)]*(?=\s)")


def summary_text(verdict: Verdict, findings: Sequence[Finding]) -> str:
    """The text of `findings`, at most MAX_SUMMARY_CHARS; empty when there is nothing to say."""
    seen = outlook(findings)
    if not (seen.risks or seen.questions or seen.deviations):
        return ""
    page = _Page(_headline(verdict, seen))
    for heading, line in _items(seen):
        page.add(heading, line)
    return page.text()


def needs_text(verdict: Verdict, needs: Sequence[Finding]) -> str:
    """What of `needs` would stop the deal at its next stage; empty when nothing would."""
    if not needs:
        return ""
    besides = ", besides what blocks it now" if verdict.blockers else ""
    page = _Page(f"To enter {verdict.next_stage}{besides}:")
    for need in each_fix_once(needs):
        page.add(None, f"- {titled(need.title)} {need.fix}")
    return page.text()


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


def titled(title: str) -> str:
    """A title as what a sentence begins with."""
    return title if title.endswith(("?", "!", ".", ":")) else f"{title}:"


def _headline(verdict: Verdict, seen: Outlook) -> str:
    count = sum(finding.blocks for finding in seen.risks)
    stage = verdict.claimed_stage or verdict.subject.stage
    if not count:
        return f"Nothing blocks this deal in {stage}."
    word = "blocker" if count == 1 else "blockers"
    earned = verdict.earned_stage
    behind = f"; earned so far: {earned}" if earned and earned != stage else ""
    return f"{count} {word} in {stage}{behind}."


def _items(seen: Outlook) -> Iterator[tuple[Heading, str]]:
    """Every line in the order in which room is given: what blocks or is waived before the rest."""
    steps = {id(finding) for finding in seen.steps}
    for finding in seen.risks:
        if finding.severity is Severity.BLOCKER:
            yield from _risk(finding, has_step=id(finding) in steps)
    yield from ((Heading.DEVIATIONS, _waived(finding)) for finding in seen.deviations)
    for finding in seen.questions:
        if finding.severity is not Severity.HINT:
            said = f"? {titled(finding.title)} {masked(finding.message)} {finding.fix}"
            yield Heading.QUESTIONS, _fitting(said)
    for finding in seen.risks:
        if finding.severity is not Severity.BLOCKER:
            yield from _risk(finding, has_step=id(finding) in steps)


def _risk(finding: Finding, *, has_step: bool) -> Iterator[tuple[Heading, str]]:
    title = titled(finding.title)
    said = f"{MARKS[finding.severity]} {title} {masked(finding.message)}"
    yield Heading.RISKS, _fitting(said)
    if has_step:
        yield Heading.STEPS, _fitting(f"→ {title} {finding.fix}")


def _waived(finding: Finding) -> str:
    waiver = finding.waiver
    if waiver is None:
        return ""
    return _fitting(
        f"~ {titled(finding.title)} Waived by {waiver.granted_by} until "
        f"{waiver.until.date().isoformat()}: {waiver.reason}"
    )


def _fitting(text: str) -> str:
    return cut_at_sentence(text.strip(), MAX_ITEM_CHARS)


@dataclass(slots=True)
class _Page:
    """Lines under headings within MAX_SUMMARY_CHARS.

    The first line without room is the last that is looked at: what follows is only counted, so
    that nothing of less weight takes the place of something graver.
    """

    headline: str
    kept: dict[Heading | None, list[str]] = field(default_factory=dict)
    left_out: dict[Heading | None, int] = field(default_factory=dict)
    room: int = 0

    def __post_init__(self) -> None:
        """The headline stands in any case; every heading may need its count."""
        self.room = MAX_SUMMARY_CHARS - len(self.headline) - _HEADINGS_CHARS

    def add(self, heading: Heading | None, line: str) -> None:
        """Give a line its room, or count it."""
        self.room -= len(line) + 1
        if self.room >= 0:
            self.kept.setdefault(heading, []).append(line)
        else:
            self.room = -1
            self.left_out[heading] = self.left_out.get(heading, 0) + 1

    def text(self) -> str:
        """The headline, then each heading that has something to say."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield self.headline
        for heading in (None, *Heading):
            kept, left_out = self.kept.get(heading, []), self.left_out.get(heading, 0)
            if heading and (kept or left_out):
                yield from ("", heading)
            yield from kept
            if left_out:
                yield f"… and {left_out} more."
