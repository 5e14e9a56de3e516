"""Many deals in one message: a line for each, those that are still blocked first.

Pure, and as careful as `message`. A line says the deal, what is missing and whose it is; nobody is
mentioned, because hundreds of mentions at once are the noise that a group is there to spare.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.ports import AlertKind, Card, Group

from .blocks import Block, context, section
from .markup import link, shown, utf16_length
from .message import MAX_NAME_CHARS, Message, sign
from .style import name_of_owner
from .words import duration

EVENT_TYPE = "dealgate_group"
MAX_LINES = 60
MAX_ALL_CHARS = 9_500
MAX_SECTION_CHARS = 2_900
MAX_TITLES_CHARS = 120


def group_message(group: Group) -> Message:
    """The message of a group."""
    cards = sorted(group.cards, key=_rank)
    still = sum(card.kind is AlertKind.BLOCKED for card in cards)
    said = _headline(still, len(cards))
    return Message(
        text=said,
        blocks=[section(f"*{said}*"), *_body(cards)],
        metadata={"event_type": EVENT_TYPE, "event_payload": {"group": group.id}},
    )


def _rank(card: Card) -> tuple[bool, str, str]:
    return card.kind is not AlertKind.BLOCKED, card.subject.name, card.subject.deal_id


def _headline(still: int, total: int) -> str:
    if not still:
        return f"None of these {total} deals is blocked any more"
    if still == total:
        return f"{total} deals are blocked, told together because they came at once"
    return f"{still} of these {total} deals are still blocked"


def _body(cards: list[Card]) -> Iterator[Block]:
    lines: list[str] = []
    room = MAX_ALL_CHARS
    for card in cards[:MAX_LINES]:
        line = _line(card)
        room -= utf16_length(line)
        if room < 0:
            break
        lines.append(line)
    part: list[str] = []
    for line in lines:
        if utf16_length("\n".join((*part, line))) > MAX_SECTION_CHARS:
            yield section("\n".join(part))
            part = []
        part.append(line)
    if part:
        yield section("\n".join(part))
    if left := len(cards) - len(lines):
        yield context(f"And {left} more; filter HubSpot's deals by the blockers property.")


def _line(card: Card) -> str:
    name = link(card.subject.link, card.subject.name, MAX_NAME_CHARS)
    if card.kind is AlertKind.CLEARED:
        took = f" after {duration(card.cleared_at - card.opened_at)}" if card.cleared_at else ""
        said = card.note or f"clear{took}"
        return f"{sign(card)} {name} — {shown(said, MAX_TITLES_CHARS)}"
    titles = shown(", ".join(finding.title for finding in card.findings), MAX_TITLES_CHARS)
    stage = shown(card.claimed_stage or card.subject.stage, MAX_NAME_CHARS)
    parts = (f"{name} in {stage}: {titles}", name_of_owner(card.subject.owner))
    return f"{sign(card)} " + " · ".join(filter(None, parts))
