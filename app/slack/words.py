"""The sentences of a card in plain words, before any markup; shared by Slack and the terminal.

Refuses to decide: what is missing and why comes with the card.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from app.domain.summary import titled
from app.domain.verdict import Evidence, Finding, State
from app.ports import AlertKind, Card

MAX_AMOUNT_DIGITS = 18

_QUOTED = re.compile(r"“.*”(?: \([^()]*\))?", re.DOTALL)
"""From the first quotation mark to the last, since a quote may hold some of its own, with the
remark on who wrote it and when."""
_QUOTED_TAIL = re.compile(r":? “.*”(?: \([^()]*\))?", re.DOTALL)
"""The same with what leads to it."""


def headline(card: Card) -> str:
    """What happened to the deal, to be read after its name."""
    stage = card.claimed_stage or card.subject.stage
    if card.kind is AlertKind.BLOCKED:
        return f"is blocked in {stage}"
    took = f" after {duration(card.cleared_at - card.opened_at)}" if card.cleared_at else ""
    if card.note:
        return f"is no longer blocked{took}. {card.note}"
    if was_waived(card):
        return f"passes on purpose{took} and stands in {stage}"
    return f"is clear{took} and stands in {stage}"


def particulars(card: Card) -> tuple[str, ...]:
    """Amount, process and earned stage, as far as they are known."""
    subject = card.subject
    parts = [amount(subject.amount, subject.currency), subject.process]
    if card.earned_stage and card.earned_stage != card.claimed_stage:
        parts.append(f"has earned {card.earned_stage}")
    return tuple(part for part in parts if part)


def was_waived(card: Card) -> bool:
    """Whether what was missing is missing still, and passes by a documented deviation."""
    return any(finding.waiver is not None for finding in card.resolved)


def outcome(finding: Finding | None, card: Card, *, quotes: bool) -> str:
    """What became of a gap, to be read after its title."""
    if finding is None:
        return f"is not asked for in {card.claimed_stage or card.subject.stage}."
    if finding.waiver is not None:
        waiver = finding.waiver
        why = f": {waiver.reason}" if quotes else ""
        return f"deviates until {waiver.until:%Y-%m-%d}, granted by {waiver.granted_by}{why}"
    if finding.state is State.UNKNOWN:
        return "cannot be told any more."
    if finding.state is State.UNMET:
        return "no longer blocks."
    evidence = next(iter(finding.evidence), None)
    if evidence is None or not quotes:
        return "put right."
    by = attribution(evidence)
    return f"put right: “{evidence.quote}”" + (f" — {by}" if by else "")


def skeleton(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The headings of a note that would answer what is open, each once."""
    headings = (heading for finding in findings for heading in finding.headings)
    return tuple(titled(heading) for heading in dict.fromkeys(headings))


def ended(text: str) -> str:
    """A text as a sentence that ends."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def attribution(evidence: Evidence) -> str:
    """Who wrote the quoted sentence and when; empty when neither is known."""
    written = f"{evidence.written_at:%Y-%m-%d}" if evidence.written_at else None
    return ", ".join(part for part in (evidence.author, written) if part)


def amount(value: str | None, currency: str | None) -> str | None:
    """A deal's amount with thousands apart; what is no number is shown as it stands."""
    if not value:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    # A number with a giant exponent is valid and would be written out digit by digit.
    if number.is_finite() and abs(number.adjusted()) < MAX_AMOUNT_DIGITS:
        whole = number == number.to_integral_value()
        value = f"{number:,.0f}" if whole else f"{number:,.2f}"
    return f"{value} {currency}" if currency else value


def duration(span: timedelta) -> str:
    """A span in its two largest units: `45 s`, `3 min`, `2 h 5 min`, `4 d 1 h`."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60 % 60, seconds // 3600 % 24, seconds // 86_400
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def lead(finding: Finding, *, quoted_below: bool, quotes: bool) -> str:
    """What was found, in the finding's own sentence.

    Without `quotes` nobody's words are in it, and none that stand below it anyway.
    """
    if not quotes:
        return _QUOTED.sub("“…”", finding.message)
    return _QUOTED_TAIL.sub("", finding.message) if quoted_below else finding.message
