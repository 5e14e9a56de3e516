"""Does what people asked for in a modal: writes the note, records the deviation, says so.

Runs after Slack was answered, as often as it takes; the note's own reference and the ledger's keys
make a repetition harmless. Asks again who the person is and what the policy lets them do, because
a modal may be old and a form can be forged by whoever has the secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any, Protocol

import orjson

from app.domain.deal import DealId, NoteId, Owner, OwnerId, deal_key
from app.domain.policy import Policy
from app.ports import Clock, Ledger, Priority, Refused, Wake

from .desk import Desk
from .modals import CRITERION, REASON, UNTIL, heading_block
from .people import People
from .style import Act

REFERENCE_CHARS = 16


class Grantor(Protocol):
    """Where deviations are granted."""

    def grant(
        self, deal_id: DealId, criterion: str, *, reason: str, until: date, person: Owner
    ) -> object:
        """Waive a criterion of a deal through a day. Raises Refused or Failure."""
        ...


class NoteBoard(Protocol):
    """Where notes are written."""

    def create_note(
        self, deal_id: DealId, body: str, marker: str, author: OwnerId | None = None
    ) -> NoteId:
        """Put a note on a deal, or find the one with this marker there. Raises Failure."""
        ...


class Clerk:
    """Works on one errand at a time."""

    def __init__(
        self,
        *,
        desk: Desk,
        people: People,
        policy: Policy,
        ledger: Ledger,
        notes: NoteBoard,
        grantor: Grantor,
        clock: Clock,
        wake: Wake,
    ) -> None:
        self._desk = desk
        self._people = people
        self._policy = policy
        self._ledger = ledger
        self._notes = notes
        self._grantor = grantor
        self._clock = clock
        self._wake = wake

    def work(self, key: str, body: str) -> None:
        """Do one errand and tell the person. Raises Failure when it could not be done."""
        asked: Mapping[str, Any] = orjson.loads(body)
        try:
            person = self._people.owner(asked["user"])
            is_answer = asked["act"] == Act.ANSWER
            said = (self._answer if is_answer else self._deviate)(key, asked, person)
        except Refused as refused:
            said = f"Not saved: {refused}"
        self._desk.whisper(asked["channel"], asked["user"], said)

    def give_up(self, body: str, why: str) -> None:
        """Tell the person that an errand cannot be done."""
        asked: Mapping[str, Any] = orjson.loads(body)
        self._desk.whisper(asked["channel"], asked["user"], f"Not saved: {why}")

    def _answer(self, key: str, asked: Mapping[str, Any], person: Owner) -> str:
        reference = f"ref. {key[:REFERENCE_CHARS]}"
        deal = DealId(asked["deal"])
        body = answers_note(self._headed(asked["values"]), person.name, reference)
        self._notes.create_note(deal, body, reference, person.id)
        self._look_again(deal)
        return "Saved as a note on the deal in your name; it is being judged now."

    def _deviate(self, key: str, asked: Mapping[str, Any], person: Owner) -> str:
        del key  # granting is idempotent by what is granted
        values = asked["values"]
        self._grantor.grant(
            DealId(asked["deal"]),
            values[CRITERION],
            reason=values[REASON],
            until=date.fromisoformat(values[UNTIL]),
            person=person,
        )
        self._look_again(DealId(asked["deal"]))
        return f"The deviation is on record until {values[UNTIL]}."

    def _headed(self, values: Mapping[str, str]) -> Mapping[str, str]:
        """The answers by heading, headings of the policy alone."""
        known = {heading_block(each): each for each in self._policy.headings.values()}
        answers = {known[block]: said for block, said in values.items() if block in known}
        if not answers:
            message = "the policy asks for none of this any more"
            raise Refused(message)
        return answers

    def _look_again(self, deal: DealId) -> None:
        self._ledger.mark([deal_key(deal)], Priority.LIVE, self._clock.now())
        self._wake()


def answers_note(answers: Mapping[str, str], name: str, reference: str) -> str:
    """The HTML of a note with an answer under each heading; everything is escaped.

    Who wrote it stands first: at the end it would read as a part of the last answer.
    """
    parts = [f"<p>Written in Slack by {escape(name)} ({escape(reference)}).</p>"]
    for heading, said in answers.items():
        text = "<br>".join(escape(line) for line in said.splitlines())
        parts.append(f"<p><strong>{escape(heading)}</strong><br>{text}</p>")
    return "".join(parts)
