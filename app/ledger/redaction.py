"""Takes a person's words out of what is kept, when that person asks to be forgotten.

Which of a deal's quotes came from one contact cannot be told for certain (a note hangs on several
records), so all quotes of the deal go, in its verdict and in the cards of its alerts, and the
reasons of its waivers. What was found stays as criterion, state and reason code, which lets the
next verdict compare with it without raising a false alarm; its message then replaces the one in
the channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from app.domain.deal import DealId
from app.domain.verdict import Axis, Finding, Verdict, Waiver
from app.ledger import alerts, verdicts, waivers
from app.ledger.database import Database
from app.ledger.episode import Episode
from app.ports import Card

BLANK = "Removed at a contact's request; this deal is about to be judged again."


def redact(database: Database, connection: Connection, deal_ids: Sequence[DealId]) -> None:
    """Blank the quotes of these deals."""
    for deal_id, recorded in verdicts.load(connection, deal_ids).items():
        verdicts.rewrite(connection, deal_id, _verdict(recorded.verdict))
    waivers.reword(connection, deal_ids, BLANK)
    for deal_id in deal_ids:
        for recipient in alerts.of_deal(connection, deal_id):
            alerts.advance(database, connection, (deal_id, recipient), _episode)


def _verdict(verdict: Verdict) -> Verdict:
    zone = verdict.zone
    return replace(
        verdict,
        findings=_findings(verdict.findings),
        next_needs=_findings(verdict.next_needs),
        zone=replace(zone, adoption=_axis(zone.adoption), operations=_axis(zone.operations)),
        waivers=tuple(map(_waiver, verdict.waivers)),
    )


def _findings(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(
        replace(
            finding,
            message=BLANK,
            evidence=(),
            waiver=None if finding.waiver is None else _waiver(finding.waiver),
        )
        for finding in findings
    )


def _waiver(waiver: Waiver) -> Waiver:
    return replace(waiver, reason=BLANK)


def _axis(axis: Axis) -> Axis:
    return replace(axis, basis=BLANK, evidence=())


def _episode(episode: Episode) -> Episode:
    shown, attempt = episode.shown, episode.attempt
    return replace(
        episode,
        wish=None if episode.wish is None else _card(episode.wish),
        shown=None if shown is None else replace(shown, card=_card(shown.card)),
        attempt=None if attempt is None else replace(attempt, card=_card(attempt.card)),
    )


def _card(card: Card) -> Card:
    return replace(card, findings=_findings(card.findings), resolved=_findings(card.resolved))
