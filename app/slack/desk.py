"""What happens when people press, fill in or ask: the part of Slack that acts.

    press        ─▶ at once: a modal, a mark, a snooze, or a word to the person alone
    submission   ─▶ errors keep the modal open; else kept durably, the modal closes, done after
    command      ─▶ how the deal stands, to the asker alone

Whoever may look may not write: a note and a deviation need a HubSpot owner with the same e-mail
address, and a deviation the policy's leave, asked again when it is recorded. A request that comes
twice is done once. Refuses to keep Slack waiting: nothing here asks HubSpot before the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import orjson
import structlog

from app.domain.deal import DealId, Owner, deal_key
from app.domain.policy import Policy
from app.domain.verdict import Finding, Severity, State, Verdict
from app.domain.waiving import named, through
from app.ports import Clock, Failure, Ledger, Priority, RecordedVerdict, Refused, Wake

from .api import SlackApi
from .markup import shown
from .modals import CRITERION, REASON, UNTIL, answer_modal, deviation_modal
from .people import People
from .requests import Command, Press, Submission, read_request
from .standing import listing_blocks, standing_blocks
from .style import Act, Style

SNOOZE_HOURS = 24
MAX_LISTED = 8
MAX_WHISPER_CHARS = 1_000
READ_ONLY = "This service reads and does not write (READ_ONLY); write it in HubSpot."

Reply = Mapping[str, Any] | None
"""The body of the answer; None: an empty one."""
Later = Callable[[], None]

log = structlog.get_logger(__name__)


class Requests(Protocol):
    """The part of the ledger that keeps what people asked for."""

    def take(self, key: str, body: str | None, now: datetime) -> bool:
        """Note a request, to be done later if it has a body; False when it came before."""
        ...

    def snooze(self, deal_id: DealId, person: str, until: datetime) -> None:
        """Do not mention a person in messages about a deal until then."""
        ...

    def deals_named(self, text: str, limit: int) -> Sequence[DealId]:
        """Judged deals whose name holds the text."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What to answer at once, and what to do after the answer."""

    reply: Reply = None
    later: Later | None = None


class Desk:
    """Takes verified forms. `wake` is called when something was marked or is to be done.

    Without `writes` nobody is given a form.
    """

    def __init__(
        self,
        *,
        api: SlackApi,
        people: People,
        policy: Policy,
        ledger: Ledger,
        requests: Requests,
        clock: Clock,
        style: Style,
        wake: Wake,
        writes: bool,
    ) -> None:
        self._writes = writes
        self._api = api
        self._people = people
        self._policy = policy
        self._ledger = ledger
        self._requests = requests
        self._clock = clock
        self._style = style
        self._wake = wake

    def take(self, form: Mapping[str, str]) -> Taken:
        """Answer a form. Raises Unreadable, or Failure when the ledger is away."""
        match read_request(form):
            case Command() as command:
                return Taken(self._standing(command))
            case Submission() as submission:
                return Taken(self._submitted(submission))
            case Press() as press:
                if self._requests.take(press.key, None, self._clock.now()):
                    return Taken(later=lambda: self._pressed(press))
        return Taken()

    # ----------------------------------------------------------------- presses

    def _pressed(self, press: Press) -> None:
        try:
            said = self._act(press)
        except Refused as refused:
            said = str(refused)
        except Failure as failure:
            log.warning("press_failed", act=press.act, deal=press.deal_id, error=str(failure))
            said = "That did not work just now; please press again."
        if said:
            self.whisper(press.channel, press.user, said)

    def _act(self, press: Press) -> str | None:
        """Do what a button says; the answer is a sentence for the person, if one is needed."""
        deal = DealId(press.deal_id)
        match press.act:
            case Act.RECHECK:
                self._ledger.mark([deal_key(deal)], Priority.LIVE, self._clock.now())
                self._wake()
                return "Looking again; the message follows within seconds if anything changed."
            case Act.SNOOZE:
                until = self._clock.now() + timedelta(hours=SNOOZE_HOURS)
                self._requests.snooze(deal, press.user, until)
                return f"You are not mentioned about this deal for {SNOOZE_HOURS} hours."
            case Act.ANSWER:
                self._open_answers(press, self._verdict(deal))
            case Act.DEVIATE:
                self._open_deviation(press, self._verdict(deal))
        return None

    def _open_answers(self, press: Press, verdict: Verdict) -> None:
        self._writer(press.user)
        findings = open_findings(verdict)
        if not findings:
            message = "Nothing that a note could answer is missing any more."
            raise Refused(message)
        modal = answer_modal(verdict.subject, findings, press.channel, quotes=self._style.quotes)
        self._open(press, modal)

    def _open_deviation(self, press: Press, verdict: Verdict) -> None:
        person = self._writer(press.user)
        criteria = self._waivable(verdict, person)
        last_day = self._policy.waiving.last_day(self._clock.now())
        self._open(press, deviation_modal(verdict.subject, criteria, press.channel, last_day))

    def _writer(self, user: str) -> Owner:
        """The owner that a person is. Raises Refused when nobody, or not this one, may write."""
        if not self._writes:
            raise Refused(READ_ONLY)
        return self._people.owner(user)

    def _waivable(self, verdict: Verdict, person: Owner) -> Sequence[tuple[str, str]]:
        """Code and title of what this person may waive. Raises Refused when there is nothing."""
        allowed: list[tuple[str, str]] = []
        others: dict[str, None] = {}
        for finding in verdict.findings:
            criterion = self._policy.criterion(finding.criterion)
            if criterion is None or not finding.blocks or not criterion.waivable:
                continue
            grantors = self._policy.grantors(criterion)
            if self._policy.waiving.allows(grantors, person, verdict.subject.owner):
                allowed.append((criterion.id, criterion.title))
            else:
                others[named(grantors)] = None
        if allowed:
            return allowed
        if others:
            message = f"You may not record a deviation here; allowed: {'; '.join(others)}."
        else:
            message = "Nothing blocks this deal that the policy lets anybody deviate from."
        raise Refused(message)

    def _open(self, press: Press, modal: Mapping[str, object]) -> None:
        self._api.write("views.open", {"trigger_id": press.trigger, "view": modal})

    # ----------------------------------------------------------------- submissions

    def _submitted(self, submission: Submission) -> Reply:
        wrong = self._wrong(submission)
        if wrong:
            return {"response_action": "errors", "errors": wrong}
        body = orjson.dumps(
            {
                "act": submission.act,
                "user": submission.user,
                "deal": submission.deal_id,
                "channel": submission.channel,
                "values": dict(submission.values),
            }
        ).decode()
        if self._requests.take(submission.key, body, self._clock.now()):
            self._wake()
        return None

    def _wrong(self, submission: Submission) -> Mapping[str, str]:
        """By block what is wrong with a submission; empty when it can be done."""
        values = submission.values
        if submission.act is not Act.DEVIATE:
            if values:
                return {}
            found = self._ledger.recorded([DealId(submission.deal_id)])
            verdict = found[DealId(submission.deal_id)].verdict if found else None
            headings = [h for f in open_findings(verdict) for h in f.headings] if verdict else []
            return dict.fromkeys(headings[:1], "Answer at least one.")
        wrong = {
            block: "Please fill this in."
            for block in (CRITERION, REASON, UNTIL)
            if not values.get(block)
        }
        if UNTIL not in wrong and (said := self._wrong_day(values[UNTIL])):
            wrong[UNTIL] = said
        return wrong

    def _wrong_day(self, text: str) -> str | None:
        now = self._clock.now()
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return "This is not a day."
        last = self._policy.waiving.last_day(now)
        if through(day) <= now:
            return f"This day is over; up to {last.isoformat()}."
        return f"At most up to {last.isoformat()}." if day > last else None

    # ----------------------------------------------------------------- the command

    def _standing(self, command: Command) -> Reply:
        return {"response_type": "ephemeral", "text": "Dealgate", "blocks": self._told(command)}

    def _told(self, command: Command) -> Sequence[Mapping[str, object]]:
        now = self._clock.now()
        by_id = self._ledger.recorded([DealId(command.text)]) if command.text else {}
        if by_id:
            return standing_blocks(next(iter(by_id.values())), now, self._style)
        ids = self._requests.deals_named(command.text, MAX_LISTED) if command.text else ()
        found = self._ledger.recorded(ids)
        if len(ids) == 1 and found:
            return standing_blocks(found[ids[0]], now, self._style)
        return listing_blocks(command.text, [found[deal].verdict for deal in ids if deal in found])

    # ----------------------------------------------------------------- words to one person

    def whisper(self, channel: str, user: str, text: str) -> None:
        """Tell a person something in a channel that nobody else sees; raises nothing."""
        body = {"channel": channel, "user": user, "text": shown(text, MAX_WHISPER_CHARS)}
        try:
            self._api.write("chat.postEphemeral", body)
        except Failure as failure:
            log.warning("whisper_failed", error=str(failure))

    def _verdict(self, deal: DealId) -> Verdict:
        found: Mapping[DealId, RecordedVerdict] = self._ledger.recorded([deal])
        if deal not in found:
            message = "This deal is not there any more."
            raise Refused(message)
        return found[deal].verdict


def open_findings(verdict: Verdict) -> tuple[Finding, ...]:
    """What a note could answer now: blockers first, then what cannot be told."""
    asked = [f for f in verdict.findings if f.headings and f.state is not State.MET]
    blocking = [finding for finding in asked if finding.blocks]
    unclear = [f for f in asked if f.state is State.UNKNOWN and f.severity is Severity.BLOCKER]
    return (*blocking, *unclear)
