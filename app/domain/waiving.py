"""Who may deviate from what, for how long, and how a note says so: the policy's rules on waivers.

Holds rules and judges one question at a time; which deviations are in force is `waiver`'s part.
Refuses to take anybody's word for who approved: only the person who wrote a note, or who gave a
command, counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from app.domain.deal import Owner, Unread
from app.domain.labels import folded
from app.domain.verdict import CriterionId
from app.domain.wording import in_words

ANYONE, OWNER, MANAGER = "anyone", "owner", "manager"
ROLES = (ANYONE, OWNER, MANAGER)
TEAM_PREFIX = "team:"
DEVIATION = CriterionId("deviation")
"""The code of the finding on deviations in notes that do not count; no criterion may take it."""


@dataclass(frozen=True, slots=True)
class WaivingRules:
    """The rules of one policy.

    `labels` begin a line of a note that grants a deviation; one that ends in a colon does so
    whatever follows, another only before the name of a criterion. `withdrawal_labels` take one
    back. `may_waive` holds for criteria that do not say otherwise: roles, e-mail addresses, or
    `team:` and the name of a HubSpot team; `managers` are addresses and teams.
    """

    labels: tuple[str, ...]
    withdrawal_labels: tuple[str, ...]
    may_waive: tuple[str, ...]
    managers: tuple[str, ...]
    max_days: int
    source: str

    def last_day(self, granted_at: datetime) -> date:
        """The last day to which a deviation may run that was granted then (UTC)."""
        return granted_at.astimezone(UTC).date() + timedelta(days=self.max_days)

    def allows(self, grantors: Sequence[str], person: Owner, owner: Owner | Unread | None) -> bool:
        """Whether this person is one of those who may grant, on a deal of this owner."""
        return any(self._is(each, person, owner) for each in grantors)

    def _is(self, grantor: str, person: Owner, owner: Owner | Unread | None) -> bool:
        if grantor == ANYONE:
            return True
        if grantor == OWNER:
            return isinstance(owner, Owner) and bool(person.id) and owner.id == person.id
        if grantor == MANAGER:
            return any(self._is(each, person, owner) for each in self.managers)
        if grantor.startswith(TEAM_PREFIX):
            team = folded(grantor.removeprefix(TEAM_PREFIX))
            return team in map(folded, person.teams)
        return person.email is not None and person.email.casefold() == grantor.casefold()


def through(day: date) -> datetime:
    """The last instant of a day (UTC): a deviation until that day still holds on it."""
    return datetime.combine(day, time.max, UTC)


def named(grantors: Sequence[str]) -> str:
    """Those who may grant, as a sentence names them."""
    words = {ANYONE: "anyone", OWNER: "the deal's owner", MANAGER: "a manager"}
    return in_words(
        (words.get(each, each.replace(TEAM_PREFIX, "the team ").strip()) for each in grantors), "or"
    )
