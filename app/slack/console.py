"""The channel's twin for a service without a Slack: prints what would be posted.

It keeps no messages, so an edit prints the new text with the reference of the first. Refuses
colour and markup, because its stream is as often a log as a terminal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from threading import Lock
from typing import TextIO

from app.domain.masking import mask_secrets
from app.domain.verdict import Finding
from app.ports import AlertKind, Card, Group, MessageRef, Recipient

from .markup import printable
from .words import attribution, headline, lead, particulars

CHANNEL = "console"


class ConsoleNotifier:
    """Prints cards to a stream, one paragraph each; safe to call from several threads."""

    def __init__(self, stream: TextIO, *, quotes: bool) -> None:
        self._stream = stream
        self._quotes = quotes
        self._numbers = count(1)
        self._lock = Lock()

    def post(self, recipient: Recipient, card: Card) -> MessageRef:
        """Print something new; whom it is for does not matter here."""
        del recipient
        ref = MessageRef(CHANNEL, str(next(self._numbers)))
        self._print(ref, card)
        return ref

    def edit(self, ref: MessageRef, card: Card) -> None:
        """Print what an earlier message would now say."""
        self._print(ref, card)

    def find(self, recipient: Recipient, card: Card, since: datetime) -> MessageRef | None:
        """Nothing: a terminal cannot be searched."""
        del recipient, card, since
        return None

    def follow_up(self, ref: MessageRef, before: Card, card: Card, *, is_repeat: bool) -> None:
        """Nothing: the terminal's own scroll is the history."""
        del ref, before, card, is_repeat

    def post_group(self, group: Group) -> MessageRef:
        """Print each card of a group."""
        ref = MessageRef(CHANNEL, str(next(self._numbers)))
        self.edit_group(ref, group)
        return ref

    def edit_group(self, ref: MessageRef, group: Group) -> None:
        """Print the first line of each card."""
        said = (f"[#{ref.ts}] {card.subject.name} {headline(card)}" for card in group.cards)
        with self._lock:
            self._stream.writelines(f"{printable(line)}\n" for line in said)
            self._stream.flush()

    def find_group(self, group: Group, since: datetime) -> MessageRef | None:
        """Nothing, as for a card."""
        del group, since
        return None

    def close(self) -> None:
        """Nothing to give back: the stream belongs to whoever opened it."""

    def _print(self, ref: MessageRef, card: Card) -> None:
        with self._lock:
            self._stream.write("\n".join(self._lines(ref, card)) + "\n")
            self._stream.flush()

    def _lines(self, ref: MessageRef, card: Card) -> Iterator[str]:
        yield printable(f"[#{ref.ts}] {card.subject.name} {headline(card)}")
        owner = "no owner" if card.subject.owner is None else card.subject.owner.name
        yield "  " + printable(" · ".join((*particulars(card), owner, card.subject.link)))
        if card.kind is AlertKind.BLOCKED:
            for finding in card.findings:
                yield from self._gap(finding)

    def _gap(self, finding: Finding) -> Iterator[str]:
        quoted = self._quotes and bool(finding.evidence)
        found = lead(finding, quoted_below=quoted, quotes=self._quotes)
        yield "  x " + printable(f"{finding.title}: {mask_secrets(found)}")
        if self._quotes:
            for evidence in finding.evidence:
                by = attribution(evidence)
                said = f"“{mask_secrets(evidence.quote)}”" + (f" — {by}" if by else "")
                yield "      " + printable(said)
        if finding.fix:
            yield "      " + printable(f"To pass: {finding.fix}")
