"""Checks on the deal's rhythm: does the customer answer, and is there a real next step?"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.domain.case import Case, Check, Outcome, earliest, not_checkable
from app.domain.checks.moves import moves_of
from app.domain.checks.parameters import Days, DaysByStage, PropertyName, StageLabel, by_stage
from app.domain.deal import Unread, deal_key, value_of
from app.domain.exchange import activity_evidence, day, told
from app.domain.labels import folded
from app.domain.moments import moment_of, plus_days
from app.domain.needs import Needs
from app.domain.notes.moment import expiry
from app.domain.verdict import Evidence, State

CREATED = PropertyName("createdate")


@dataclass(frozen=True, slots=True)
class ReplyByStage(Check):
    """Unmet when no reply of the customer came for as many days as the deal's stage is given.

    Replies of any of the deal's contacts count. Before the first one the days count from the
    deal's creation.
    """

    days: DaysByStage = field(hash=False)

    def __call__(self, case: Case) -> Outcome | None:
        """See the class."""
        days = by_stage(self.days, case.stage)
        if days is None:
            return None
        if isinstance(case.exchange, Unread):
            return not_checkable(case.exchange.reason)
        reply = case.exchange.reply
        since = reply.at if reply else moment_of(case.snapshot.properties.get(CREATED))
        if since is None:
            return not_checkable("neither a reply nor the deal's creation date is known")
        due = plus_days(since, days)
        word = f"The customer's last word is the {told(reply)}" if reply else "No reply on record"
        if case.now < due:
            return Outcome(State.MET, "met", f"{word}.", recheck_at=due)
        cited = (activity_evidence(reply, case.snapshot.link),) if reply else ()
        return Outcome(
            State.UNMET,
            "no_reply",
            f"{word}; {days} days have passed since {day(since)}.",
            cited,
        )

    def needs(self) -> Needs:
        """The activities, and when the deal began."""
        return Needs(deal_properties=(CREATED,), activities=True)

    def stages(self) -> tuple[StageLabel, ...]:
        """Those that it names."""
        return tuple(self.days)


@dataclass(frozen=True, slots=True)
class NextStepCurrent(Check):
    """Met when the property holds a next step that says something and is not over.

    A next step is over when the date that it names has passed, or `days` after it was written.
    """

    property: PropertyName
    days: Days
    empty_phrases: tuple[str, ...]

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        value = value_of(case.snapshot.properties, self.property)
        if isinstance(value, Unread):
            return not_checkable(value.reason)
        text = (value or "").strip()
        if not text:
            return Outcome(State.UNMET, "empty", "There is no next step.")
        cited = (Evidence(deal_key(case.snapshot.deal_id), text, link=case.snapshot.link),)
        if folded(text).strip(" .!?…-") in map(folded, self.empty_phrases):
            said = f"“{text}” is no next step: who does what, by when?"
            return Outcome(State.UNMET, "empty_phrase", said, cited)
        moves = moves_of(case, self.property)
        if isinstance(moves, Unread) or not moves:
            return not_checkable("when the next step was written is not known")
        written = moves[0].at
        over = earliest((expiry(text, written), plus_days(written, self.days)))
        if over is not None and case.now >= over:
            said = f"The next step of {day(written)} is over: “{text}”."
            return Outcome(State.UNMET, "expired", said, cited)
        return Outcome(State.MET, "met", f"Next step of {day(written)}: “{text}”.", recheck_at=over)

    def needs(self) -> Needs:
        """The property, and since when it says so."""
        return Needs(deal_properties=(self.property,), history=(self.property,))
