"""The channel's twin for a service without a Slack: prints what would be posted.

It keeps no messages, so an edit prints the new text with the reference of the first. Refuses
colour and markup, because its stream is as often a log as a terminal.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from threading import Lock
from typing import TextIO

from app.domain.masking import mask_secrets
from app.domain.verdict import Finding
from app.ports import AlertKind, Card, MessageRef

from .markup import printable
from .words import attribution, found, headline, particulars

CHANNEL = "console"


class ConsoleNotifier:
    """Prints cards to a stream, one paragraph each; safe to call from several threads."""

    def __init__(self, stream: TextIO, *, quotes: bool) -> None:
        self._stream = stream
        self._quotes = quotes
        self._numbers = count(1)
        self._lock = Lock()

    def post(self, card: Card) -> MessageRef:
        """Print something new."""
        ref = MessageRef(CHANNEL, str(next(self._numbers)))
        self._print(ref, card)
        return ref

    def edit(self, ref: MessageRef, card: Card) -> None:
        """Print what an earlier message would now say."""
        self._print(ref, card)

    def close(self) -> None:
        """Nothing to give back: the stream belongs to whoever opened it."""

    def _print(self, ref: MessageRef, card: Card) -> None:
        with self._lock:
            self._stream.write("\n".join(self._lines(ref, card)) + "\n")
            self._stream.flush()

    def _lines(self, ref: MessageRef, card: Card) -> Iterator[str]:
        yield printable(f"[#{ref.ts}] {card.subject.name} {headline(card)}")
        yield "  " + printable(" · ".join((*particulars(card), card.subject.link)))
        if card.kind is AlertKind.BLOCKED:
            for finding in card.findings:
                yield from self._gap(finding)

    def _gap(self, finding: Finding) -> Iterator[str]:
        yield "  x " + printable(
            f"{finding.title}: {mask_secrets(found(finding, quotes=self._quotes))}"
        )
        if self._quotes:
            for evidence in finding.evidence:
                by = attribution(evidence)
                said = f"“{mask_secrets(evidence.quote)}”" + (f" — {by}" if by else "")
                yield "      " + printable(said)
        if finding.fix:
            yield "      " + printable(f"To pass: {finding.fix}")
