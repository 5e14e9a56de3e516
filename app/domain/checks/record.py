"""Checks on what the deal's record itself holds: owner, contacts, company, values, dates.

The hygiene that every pipeline needs. Says what is empty, past or out of place, and refuses to
take a property that the portal lacks for an empty one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

from app.domain.case import Case, Check, Outcome, not_checkable
from app.domain.checks.lead_status import NO_CONTACT
from app.domain.checks.parameters import Days, PropertyName, StageLabel, WordsByStage, by_stage
from app.domain.deal import Unread, deal_key, value_of
from app.domain.exchange import day
from app.domain.moments import moment_of, plus_days
from app.domain.needs import Needs
from app.domain.verdict import Evidence, State

_NO_OWNER = Outcome(State.UNMET, "no_owner", "The deal has no owner.")
_HAS_CONTACT = Outcome(State.MET, "met", "The deal has a contact.")
_NO_COMPANY = Outcome(State.UNMET, "no_company", "The deal has no company.")
_HAS_COMPANY = Outcome(State.MET, "met", "The deal has a company.")


@dataclass(frozen=True, slots=True)
class HasOwner(Check):
    """Met when the deal has an owner who is still with us."""

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        owner = case.snapshot.owner
        if isinstance(owner, Unread):
            return not_checkable(owner.reason)
        if owner is None:
            return _NO_OWNER
        if not owner.active:
            return Outcome(State.UNMET, "owner_left", f"The owner, {owner.name}, has left.")
        return Outcome(State.MET, "met", f"{owner.name} owns the deal.")


@dataclass(frozen=True, slots=True)
class HasContact(Check):
    """Met when the deal has a contact."""

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        if isinstance(case.contacts, Unread):
            return not_checkable(case.contacts.reason)
        if not case.contacts:
            return NO_CONTACT
        return _HAS_CONTACT


@dataclass(frozen=True, slots=True)
class HasCompany(Check):
    """Met when the deal has a company."""

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        companies = case.snapshot.companies
        if isinstance(companies, Unread):
            return not_checkable(companies.reason)
        if not companies:
            return _NO_COMPANY
        return _HAS_COMPANY


@dataclass(frozen=True, slots=True)
class PropertyPresent(Check):
    """Met when a property of the deal holds any value."""

    property: PropertyName

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        value = _read(case, self.property)
        if isinstance(value, Unread):
            return not_checkable(value.reason)
        if not value:
            return Outcome(State.UNMET, "empty", f"The property {self.property} is empty.")
        return Outcome(State.MET, "met", f"The property {self.property} is set.")

    def needs(self) -> Needs:
        """The one property."""
        return Needs(deal_properties=(self.property,))


@dataclass(frozen=True, slots=True)
class PropertyPositive(Check):
    """Met when a property of the deal holds a number above zero."""

    property: PropertyName

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        value = _read(case, self.property)
        if isinstance(value, Unread):
            return not_checkable(value.reason)
        if not value:
            return Outcome(State.UNMET, "empty", f"The property {self.property} is empty.")
        number = number_of(value)
        if number is None:
            return not_checkable(f"the property {self.property} does not hold a number")
        if number <= 0:
            return Outcome(State.UNMET, "zero", f"The property {self.property} is not above 0.")
        return Outcome(State.MET, "met", f"The property {self.property} is set.")

    def needs(self) -> Needs:
        """The one property."""
        return Needs(deal_properties=(self.property,))


@dataclass(frozen=True, slots=True)
class DateAhead(Check):
    """Met while a date of the deal lies ahead, at most `within_days`.

    A date lies ahead to the end of its day (UTC). Does not apply while it is empty.
    """

    property: PropertyName
    within_days: Days

    def __call__(self, case: Case) -> Outcome | None:
        """See the class."""
        value = _read(case, self.property)
        if isinstance(value, Unread):
            return not_checkable(value.reason)
        if not value:
            return None
        moment = moment_of(value)
        if moment is None:
            return not_checkable(f"the property {self.property} does not hold a date")
        over = plus_days(_midnight(moment), 1)
        near = plus_days(moment, -self.within_days)
        cited = (Evidence(deal_key(case.snapshot.deal_id), f"{self.property}: {day(moment)}"),)
        if case.now >= over:
            said = f"The date in {self.property}, {day(moment)}, has passed."
            return Outcome(State.UNMET, "past", said, cited)
        if case.now < near:
            said = f"The date in {self.property}, {day(moment)}, is parked far ahead."
            return Outcome(State.UNMET, "parked", said, cited, recheck_at=near)
        said = f"The date in {self.property} is {day(moment)}."
        return Outcome(State.MET, "met", said, recheck_at=over)

    def needs(self) -> Needs:
        """The one property."""
        return Needs(deal_properties=(self.property,))


@dataclass(frozen=True, slots=True)
class PropertyFitsStage(Check):
    """Met when a property of the deal holds one of the values that its stage allows.

    Does not apply while the property is empty or in a stage that is not named.
    """

    property: PropertyName
    allowed: WordsByStage = field(hash=False)

    def __call__(self, case: Case) -> Outcome | None:
        """See the class."""
        allowed = by_stage(self.allowed, case.stage)
        if allowed is None:
            return None
        value = _read(case, self.property)
        if isinstance(value, Unread):
            return not_checkable(value.reason)
        if not value:
            return None
        if value in allowed:
            return Outcome(State.MET, "met", f"{value} fits the stage.")
        return Outcome(
            State.UNMET,
            "does_not_fit",
            f"{self.property} says {value}; {case.stage} calls for {' or '.join(allowed)}.",
            (Evidence(deal_key(case.snapshot.deal_id), f"{self.property}: {value}"),),
        )

    def needs(self) -> Needs:
        """The one property."""
        return Needs(deal_properties=(self.property,))

    def stages(self) -> tuple[StageLabel, ...]:
        """Those that it names."""
        return tuple(self.allowed)


def number_of(value: str) -> Decimal | None:
    """A property's number; None when it holds none."""
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _read(case: Case, name: PropertyName) -> str | Unread:
    """The property's text without surrounding space, empty when it holds none."""
    value = value_of(case.snapshot.properties, name)
    return value if isinstance(value, Unread) else (value or "").strip()


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
