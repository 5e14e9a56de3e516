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

from .markup import link, shown, utf16_length
from .words import attribution, found, headline, particulars

Block = Mapping[str, object]

MAX_GAPS_CHARS = 10_000
"""For all gaps together: Slack refuses a message whose blocks exceed about 13,000 characters,
though its reference names no such limit (`msg_blocks_too_long`, slackapi/bolt-js issue 2509)."""

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
ENDED_SIGN = ":white_circle:"


@dataclass(frozen=True, slots=True)
class Message:
    """What Slack is given; `metadata` is for bots alone, incoming webhooks do not take it."""

    text: str
    blocks: Sequence[Block]
    metadata: Mapping[str, object]


def message(card: Card, *, quotes: bool) -> Message:
    """The message for a card; `quotes` says whether it may carry the sentences judged."""
    blocked = card.kind is AlertKind.BLOCKED
    body = _gaps(card, quotes=quotes) if blocked else _closed(card)
    return Message(
        text=_fallback(card),
        blocks=[_section(_opening(card)), _context(_particulars(card)), *body],
        metadata={
            "event_type": EVENT_TYPE,
            "event_payload": {
                "deal_id": card.subject.deal_id,
                "kind": card.kind.value,
                "opened_at": card.opened_at.isoformat(),
            },
        },
    )


def _opening(card: Card) -> str:
    name = link(card.subject.link, card.subject.name, MAX_NAME_CHARS)
    return f"{_sign(card)} *{name}* {shown(headline(card), MAX_SENTENCE_CHARS)}"


def _sign(card: Card) -> str:
    if card.kind is AlertKind.BLOCKED:
        return BLOCKED_SIGN
    return ENDED_SIGN if card.note else CLEARED_SIGN


def _particulars(card: Card) -> str:
    parts = (shown(part, MAX_TITLE_CHARS) for part in particulars(card))
    return " · ".join(filter(None, parts)) or "no particulars"


def _gaps(card: Card, *, quotes: bool) -> Iterator[Block]:
    """A section for each gap that fits, and the number of those left out."""
    left, room = len(card.findings), MAX_GAPS_CHARS
    for finding in card.findings[:MAX_FINDINGS]:
        text = "\n".join(_gap(finding, quotes=quotes))
        room -= utf16_length(text)
        if room < 0:
            break
        left -= 1
        yield _section(text)
    if left:
        yield _context(f"And {left} more; the deal's blocker summary in HubSpot lists them all.")


def _gap(finding: Finding, *, quotes: bool) -> Iterator[str]:
    yield f"*{shown(finding.title, MAX_TITLE_CHARS)}*"
    if finding.message:
        yield _sentence(found(finding, quotes=quotes))
    if quotes:
        yield from (_quote(evidence) for evidence in finding.evidence[:MAX_QUOTES])
    if finding.fix:
        yield f"To pass: {_sentence(finding.fix)}"


def _quote(evidence: Evidence) -> str:
    said = f"> {_sentence(evidence.quote)}"
    by = attribution(evidence)
    if not by:
        return said
    source = link(evidence.link or "", by, MAX_TITLE_CHARS)
    return f"{said} — {source}"


def _closed(card: Card) -> Iterator[Block]:
    """What had been missing, struck through when it was put right."""
    titles = [shown(finding.title, MAX_TITLE_CHARS) for finding in card.findings[:MAX_FINDINGS]]
    if titles and not card.note:
        yield _context("No longer missing: " + ", ".join(f"~{title}~" for title in titles))


def _fallback(card: Card) -> str:
    gaps = "; ".join(finding.title for finding in card.findings)
    told = f": {gaps}" if card.kind is AlertKind.BLOCKED and gaps else ""
    return shown(f"{card.subject.name} {headline(card)}{told}", MAX_FALLBACK_CHARS)


def _sentence(text: str) -> str:
    return shown(mask_secrets(text), MAX_SENTENCE_CHARS)


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text)}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _mrkdwn(text: str) -> Block:
    # Verbatim: Slack makes no links or mentions of its own out of what people wrote.
    return {"type": "mrkdwn", "text": text, "verbatim": True}
