"""A card as a Slack message: blocks to read, a line for notifications, metadata to find it by.

Pure. Everything shown is escaped and cut to Slack's limits, so no note, name or amount can ping
a channel, break a link or have the whole message refused. Quotes are masked, and left out when
the operator wishes. What does not fit is counted, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.masking import mask_secrets
from app.domain.verdict import Evidence, Finding
from app.ports import AlertKind, Card

from .blocks import Block, actions, button, context, section
from .markup import link, shown, utf16_length
from .style import Act, Style
from .words import attribution, headline, lead, outcome, particulars, skeleton, was_waived

MAX_GAPS_CHARS = 9_000
"""For all gaps together: Slack refuses a message whose blocks exceed about 13,000 characters,
though its reference names no such limit (`msg_blocks_too_long`, slackapi/bolt-js issue 2509)."""
MAX_SKELETON_CHARS = 1_500

MAX_FINDINGS = 8
"""More gaps than this are not read in a channel; the record in HubSpot has them all."""
MAX_NAME_CHARS = 150
MAX_TITLE_CHARS = 100
MAX_SENTENCE_CHARS = 300
MAX_QUOTES = 1
MAX_FALLBACK_CHARS = 300

EVENT_TYPE = "dealgate_alert"
BLOCKED_SIGN = ":red_circle:"
CLEARED_SIGN = ":white_check_mark:"
WAIVED_SIGN = ":large_yellow_circle:"
ENDED_SIGN = ":white_circle:"


@dataclass(frozen=True, slots=True)
class Message:
    """What Slack is given; `metadata` is for bots alone, incoming webhooks do not take it."""

    text: str
    blocks: Sequence[Block]
    metadata: Mapping[str, object]


def message(card: Card, style: Style) -> Message:
    """The message for a card."""
    blocked = card.kind is AlertKind.BLOCKED
    body = _blocked(card, style) if blocked else _closed(card, style)
    return Message(
        text=_fallback(card),
        blocks=[section(opening(card)), context(_particulars(card, style)), *body],
        metadata=metadata(EVENT_TYPE, card, {"kind": card.kind.value}),
    )


def metadata(event: str, card: Card, more: Mapping[str, str]) -> Mapping[str, object]:
    """What tells a message of one episode from every other."""
    return {"event_type": event, "event_payload": {**episode_of(card), **more}}


def episode_of(card: Card) -> Mapping[str, str]:
    """The deal and the beginning of the episode."""
    return {"deal_id": card.subject.deal_id, "opened_at": card.opened_at.isoformat()}


def opening(card: Card) -> str:
    """What happened to which deal, in one line of mrkdwn."""
    name = link(card.subject.link, card.subject.name, MAX_NAME_CHARS)
    return f"{sign(card)} *{name}* {shown(headline(card), MAX_SENTENCE_CHARS)}"


def sign(card: Card) -> str:
    """The emoji by which the state is told from afar."""
    if card.kind is AlertKind.BLOCKED:
        return BLOCKED_SIGN
    if card.note:
        return ENDED_SIGN
    return WAIVED_SIGN if was_waived(card) else CLEARED_SIGN


def _particulars(card: Card, style: Style) -> str:
    parts = (shown(part, MAX_TITLE_CHARS) for part in particulars(card))
    said = (*parts, style.mention(card))
    return " · ".join(filter(None, said)) or "no particulars"


def _blocked(card: Card, style: Style) -> Iterator[Block]:
    yield from _gaps(card, style)
    yield from _skeleton(card)
    if style.acts:
        yield _buttons(card)


def _gaps(card: Card, style: Style) -> Iterator[Block]:
    """A section for each gap that fits, and the number of those left out."""
    left, room = len(card.findings), MAX_GAPS_CHARS
    for finding in card.findings[:MAX_FINDINGS]:
        text = "\n".join(gap(finding, style))
        room -= utf16_length(text)
        if room < 0:
            break
        left -= 1
        yield section(text)
    if left:
        yield context(f"And {left} more; the deal's blocker summary in HubSpot lists them all.")


def gap(finding: Finding, style: Style) -> Iterator[str]:
    """One finding in lines of mrkdwn: what it asks, what was found, and what would pass it."""
    yield f"*{shown(finding.title, MAX_TITLE_CHARS)}*"
    evidence = finding.evidence[:MAX_QUOTES] if style.quotes else ()
    if finding.message:
        yield sentence(lead(finding, quoted_below=bool(evidence), quotes=style.quotes))
    yield from map(quote, evidence)
    if finding.fix:
        yield f"To pass: {sentence(finding.fix)}"


def quote(evidence: Evidence) -> str:
    """A sentence that was judged, with its source."""
    said = f"> {sentence(evidence.quote)}"
    by = attribution(evidence)
    if not by:
        return said
    return f"{said} — {link(evidence.link or '', by, MAX_TITLE_CHARS)}"


def sentence(text: str) -> str:
    """Anybody's words, harmless and without secrets."""
    return shown(mask_secrets(text), MAX_SENTENCE_CHARS)


def _skeleton(card: Card) -> Iterator[Block]:
    """A note to paste, with the headings of what is missing and nothing else."""
    lines = [shown(line, MAX_TITLE_CHARS).replace("`", "'") for line in skeleton(card.findings)]
    kept: list[str] = []
    for line in filter(None, lines):
        if sum(map(utf16_length, kept)) + utf16_length(line) > MAX_SKELETON_CHARS:
            break
        kept.append(line)
    if kept:
        yield section("A note to paste and fill in:\n```\n" + "\n".join(kept) + "\n```")


def _buttons(card: Card) -> Block:
    deal = card.subject.deal_id
    answerable = any(finding.headings for finding in card.findings)
    answer = [button("Answer now", Act.ANSWER, deal, primary=True)] if answerable else []
    return actions(
        [
            *answer,
            button("Re-check", Act.RECHECK, deal),
            button("Record a deviation", Act.DEVIATE, deal),
            button("Snooze", Act.SNOOZE, deal),
        ],
        "acts",
    )


def _closed(card: Card, style: Style) -> Iterator[Block]:
    """What became of each gap, when it was put right or passed on purpose."""
    if card.note or not card.findings:
        return
    resolved = {finding.criterion: finding for finding in card.resolved}
    for finding in card.findings[:MAX_FINDINGS]:
        title = shown(finding.title, MAX_TITLE_CHARS)
        became = outcome(resolved.get(finding.criterion), card, quotes=style.quotes)
        yield context(f"~{title}~ {sentence(became)}" if title else sentence(became))
    if len(card.findings) > MAX_FINDINGS:
        yield context(f"And {len(card.findings) - MAX_FINDINGS} more.")


def _fallback(card: Card) -> str:
    gaps = "; ".join(finding.title for finding in card.findings)
    told = f": {gaps}" if card.kind is AlertKind.BLOCKED and gaps else ""
    return shown(f"{card.subject.name} {headline(card)}{told}", MAX_FALLBACK_CHARS)
