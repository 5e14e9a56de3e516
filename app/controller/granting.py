"""Granting and revoking a deviation on a person's word, documented before it holds.

The note on the deal is written first, then the ledger learns of the waiver, then the deal is
marked: whatever fails in between, the same request again completes it and doubles nothing. Refuses
what the policy does not allow, and a deviation from what is met already.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from app.controller.judgement import Judge, Judgement
from app.domain.criterion import Criterion
from app.domain.deal import DealId, NoteId, Owner, OwnerId, deal_key
from app.domain.naming import name_of
from app.domain.own_note import composed, marker_of
from app.domain.policy import Policy
from app.domain.verdict import CriterionId, State, Verdict, Waiver, WaiverEnd
from app.domain.waiving import named, through
from app.ports import Clock, Ledger, Priority, Refused

MAX_REASON_CHARS = 1_000
MAX_NAME_CHARS = 200


class NoteBoard(Protocol):
    """Where notes are written."""

    def create_note(
        self, deal_id: DealId, body: str, marker: str, author: OwnerId | None = None
    ) -> NoteId:
        """Put a note on a deal, or find the one with this marker there. Raises Failure."""
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: the waivers concerned, the note on the deal, the verdict afterwards."""

    criterion: Criterion
    waivers: tuple[Waiver, ...]
    note_id: NoteId
    verdict: Verdict


class Granting:
    """Grants and revokes under one policy. A person without an owner id is none of HubSpot's."""

    def __init__(
        self, *, policy: Policy, judge: Judge, ledger: Ledger, notes: NoteBoard, clock: Clock
    ) -> None:
        self._policy = policy
        self._judge = judge
        self._ledger = ledger
        self._notes = notes
        self._clock = clock

    def grant(
        self, deal_id: DealId, criterion: str, *, reason: str, until: date, person: Owner
    ) -> Done:
        """Waive a criterion of a deal through a day (UTC). Raises Refused or Failure."""
        now = self._clock.now()
        wanted = self._criterion(criterion)
        self._check(wanted, until, now)
        seen = self._look(deal_id, now)
        self._check_deal(wanted, seen, person)
        waiver = Waiver(
            criterion=wanted.id,
            reason=_tidy(reason),
            granted_by=person.name[:MAX_NAME_CHARS],
            until=through(until),
            policy_version=self._policy.stamp,
            granted_at=now,
        )
        renewed = self._renewed(waiver, deal_id)
        marker = marker_of("grant", deal_id, *map(str, waiver.key), waiver.reason, renewed)
        facts = (*_facts(wanted, waiver.reason), ("Until", until.isoformat()))
        facts = (*facts, ("Granted by", waiver.granted_by), ("Policy", waiver.policy_version))
        title = f"Deviation from “{wanted.title}”"
        note_id = self._write(deal_id, title, facts, marker, person)
        self._ledger.grant(deal_id, waiver, now)
        return Done(wanted, (waiver,), note_id, self._judged_again(deal_id))

    def revoke(self, deal_id: DealId, criterion: str, *, reason: str, person: Owner) -> Done:
        """End every waiver of a criterion of a deal; anybody may. Raises Refused or Failure."""
        now = self._clock.now()
        wanted = self._criterion(criterion)
        verdict = self._look(deal_id, now).verdict
        waivers = tuple(each for each in verdict.waivers if each.criterion == wanted.id)
        if not waivers:
            message = f"no waiver of {wanted.id} is in force on deal {deal_id}"
            raise Refused(message)
        marker = marker_of(
            "revoke", deal_id, *(f"{each.key} {each.granted_at}" for each in waivers)
        )
        facts = (*_facts(wanted, _tidy(reason)), ("Revoked by", person.name[:MAX_NAME_CHARS]))
        title = f"End of the deviation from “{wanted.title}”"
        note_id = self._write(deal_id, title, facts, marker, person)
        self._ledger.end_waivers(deal_id, waivers, WaiverEnd.REVOKED, now)
        return Done(wanted, waivers, note_id, self._judged_again(deal_id))

    # ----------------------------------------------------------------- what is allowed

    def _criterion(self, text: str) -> Criterion:
        code = self._policy.names.get(name_of(text), CriterionId(text))
        criterion = self._policy.criterion(code)
        if criterion is None:
            message = f"unknown criterion {text!r}; allowed: {', '.join(self._policy.codes)}"
            raise Refused(message)
        return criterion

    def _check(self, criterion: Criterion, until: date, now: datetime) -> None:
        rules = self._policy.waiving
        last = rules.last_day(now)
        if not criterion.waivable:
            message = f"the policy allows no deviation from {criterion.id}"
        elif through(until) <= now:
            message = f"{until.isoformat()} is over; name a day up to {last.isoformat()}"
        elif until > last:
            message = (
                f"{until.isoformat()} is more than {rules.max_days} days ahead; the policy allows"
                f" deviations up to {last.isoformat()}"
            )
        else:
            return
        raise Refused(message)

    def _check_deal(self, criterion: Criterion, seen: Judgement, person: Owner) -> None:
        verdict, grantors = seen.verdict, self._policy.grantors(criterion)
        met = {each.criterion for each in verdict.findings if each.state is State.MET}
        if not verdict.judged:
            message = f"deal {seen.deal_id} is not judged (closed, or its pipeline is ignored)"
        elif criterion.id in met:
            message = f"{criterion.id} is met on deal {seen.deal_id}; there is nothing to waive"
        elif not self._policy.waiving.allows(grantors, person, seen.snapshot.owner):
            message = f"{person.name} may not waive {criterion.id}; allowed: {named(grantors)}"
        else:
            return
        raise Refused(message)

    # ----------------------------------------------------------------- the steps

    def _look(self, deal_id: DealId, now: datetime) -> Judgement:
        judged = self._judge.judge([deal_id], now)
        if deal_id in judged.failed:
            raise judged.failed[deal_id]
        if not judged.made:
            message = f"deal {deal_id} does not exist in this portal, or was deleted"
            raise Refused(message)
        return judged.made[0]

    def _renewed(self, waiver: Waiver, deal_id: DealId) -> str:
        """What tells a renewal from a repetition: when the waiver that ended had been granted."""
        for before in self._ledger.waivers_of([deal_id]).get(deal_id, ()):
            if before.key == waiver.key and before.ended is not None:
                return f"after {before.ended} {before.granted_at}"
        return ""

    def _write(
        self,
        deal_id: DealId,
        title: str,
        facts: tuple[tuple[str, str], ...],
        marker: str,
        person: Owner,
    ) -> NoteId:
        body = composed(title, facts, marker)
        return self._notes.create_note(deal_id, body, marker, person.id or None)

    def _judged_again(self, deal_id: DealId) -> Verdict:
        """The verdict as it is now; a running service hears of it and writes it."""
        now = self._clock.now()
        self._ledger.mark([deal_key(deal_id)], Priority.LIVE, now)
        return self._look(deal_id, now).verdict


def _facts(criterion: Criterion, reason: str) -> tuple[tuple[str, str], ...]:
    said = (("Reason", reason),) if reason else ()
    return (("Criterion", f"{criterion.title} ({criterion.id})"), *said)


def _tidy(reason: str) -> str:
    """One line of bounded length."""
    return " ".join(reason.split())[:MAX_REASON_CHARS]
