"""The night in one message: what blocks what, the five weightiest deals, and the rest beneath it.

Pure. Nobody is mentioned and no quote is shown: a digest is for reading, not for calling people. It
refuses to rank people; figures by owner stand in the thread, in the order of names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.domain.night import Line, Money, Night, Share
from app.domain.usefulness import Rate

from .blocks import Block, context, section
from .markup import link, shown, utf16_length
from .message import MAX_NAME_CHARS, Message

EVENT_TYPE = "dealgate_digest"
TOP = 5
MAX_SECTION_CHARS = 2_900
MAX_SECTIONS = 12
"""Slack takes fifty blocks; a thread of more than a dozen sections is read by nobody."""
MAX_WORDS_CHARS = 160


@dataclass(frozen=True, slots=True)
class Digest:
    """The message and the replies beneath it."""

    head: Message
    thread: tuple[Message, ...]


def digest(night: Night, run_id: str, titles: dict[str, str], noisy: Sequence[Rate] = ()) -> Digest:
    """The digest of a night.

    `titles` names the criteria, `noisy` are those that are proposed for the digest alone.
    """
    said = _headline(night)
    blocks: list[Block] = [section(f"*{shown(said, MAX_WORDS_CHARS)}*")]
    if changes := _changes(night):
        blocks.append(section(changes))
    if night.blocked:
        top = "\n".join(_line(line, titles) for line in night.blocked[:TOP])
        blocks.append(section(f"Weightiest by amount and age:\n{top}"))
    if night.by_criterion:
        counts = ", ".join(f"{_title(s.name, titles)} {s.deals}" for s in night.by_criterion[:TOP])
        blocks.append(context(f"What blocks: {counts}"))
    metadata = {"event_type": EVENT_TYPE, "event_payload": {"run": run_id}}
    head = Message(text=said, blocks=blocks, metadata=metadata)
    return Digest(head, tuple(_thread(night, titles, noisy)))


def plain(night: Night, titles: dict[str, str]) -> Iterator[str]:
    """The same in lines, where there is no Slack."""
    yield _headline(night)
    for line in night.blocked[:TOP]:
        missing = ", ".join(titles.get(code, code) for code in line.blockers)
        yield f"  {line.name} ({line.owner}) in {line.stage}: {missing}; {line.days} days"


def _headline(night: Night) -> str:
    standings = {share.name: share.deals for share in night.standings}
    total = sum(standings.values())
    blocked = standings.get("blocked", 0)
    if not blocked:
        return f"Pipeline this morning: none of {total} deals is blocked"
    return f"Pipeline this morning: {blocked} of {total} deals are blocked"


def _changes(night: Night) -> str:
    parts = (
        (len(night.newly_blocked), "newly blocked"),
        (len(night.newly_cleared), "no longer blocked"),
        (night.waived, "waived"),
        (len(night.lapsing), "deviations about to lapse"),
        (len(night.zone_moves), "zone moves"),
        (len(night.lead_findings), "with a lead status that does not fit"),
        (sum(share.deals for share in night.unchecked), "checks that could not be made"),
    )
    return " · ".join(f"{count} {what}" for count, what in parts if count)


def _thread(night: Night, titles: dict[str, str], noisy: Sequence[Rate]) -> Iterator[Message]:
    lists = (
        ("Newly blocked", [_line(line, titles) for line in night.newly_blocked]),
        ("No longer blocked", [_name(line) for line in night.newly_cleared]),
        ("Still blocked", [_line(line, titles) for line in night.blocked[TOP:]]),
        ("Deviations about to lapse", [
            f"{_name(each.deal)}: {_title(each.criterion, titles)}, until {each.until}"
            for each in night.lapsing
        ]),
        ("Zone moves", [
            f"{_name(each.deal)}: {each.before} → {each.after}" for each in night.zone_moves
        ]),
        ("Lead status does not fit", [_name(line) for line in night.lead_findings]),
        ("Blocked deals by owner", _shares(sorted(night.by_owner, key=lambda s: s.name))),
        ("Blocked deals by stage", _shares(night.by_stage)),
        ("Could not be checked", _shares(night.unchecked)),
        ("Alerts that few act on, proposed for the digest alone", [
            f"{_title(each.criterion, titles)}: {each.useful} of {each.alerts} put right in time"
            for each in noisy
        ]),
        ("Metrics", [
            f"{shown(m.name, MAX_NAME_CHARS)} {shown(m.of, MAX_NAME_CHARS)}: "
            f"*{shown(m.value, MAX_NAME_CHARS)}* (n = {m.n})"
            for m in night.metrics
        ]),
    )  # fmt: skip
    for title, lines in lists:
        if lines:
            yield _reply(f"{title} ({len(lines)})", lines)


def _reply(title: str, lines: Sequence[str]) -> Message:
    sections = list(_sections((f"*{title}*", *lines)))
    blocks = [section(text) for text in sections[:MAX_SECTIONS]]
    if len(sections) > MAX_SECTIONS:
        blocks.append(context("The rest stands in the report."))
    return Message(text=title, blocks=blocks, metadata={})


def _sections(lines: Iterable[str]) -> Iterator[str]:
    part: list[str] = []
    for line in lines:
        if part and utf16_length("\n".join((*part, line))) > MAX_SECTION_CHARS:
            yield "\n".join(part)
            part = []
        part.append(line)
    if part:
        yield "\n".join(part)


def _line(line: Line, titles: dict[str, str]) -> str:
    missing = shown(", ".join(titles.get(code, code) for code in line.blockers), MAX_WORDS_CHARS)
    worth = f" · {line.amount:,.0f} {line.currency}" if line.amount is not None else ""
    days = f" · {line.days} days" if line.days else ""
    return f"• {_name(line)}: {missing}{shown(worth, MAX_NAME_CHARS)}{days}"


def _name(line: Line) -> str:
    owner = shown(line.owner, MAX_NAME_CHARS)
    return f"{link(line.link, line.name, MAX_NAME_CHARS)} in {shown(line.stage, 60)} · {owner}"


def _title(code: str, titles: dict[str, str]) -> str:
    return shown(titles.get(code, code), MAX_NAME_CHARS)


def _shares(shares: Iterable[Share]) -> list[str]:
    return [
        f"{shown(share.name, MAX_WORDS_CHARS)}: {share.deals}{_worth(share.money)}"
        for share in shares
    ]


def _worth(money: Money) -> str:
    said = ", ".join(f"{amount:,.0f} {currency}" for currency, amount in sorted(money.items()))
    return f" · {shown(said, MAX_WORDS_CHARS)}" if said else ""
