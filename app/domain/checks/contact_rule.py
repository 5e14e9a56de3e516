"""Rules that hold for each contact by itself, and the deal's answer from all of them.

The same rule writes the finding on the contact's own record and the finding on each of its deals,
so that the two never disagree.
"""

from __future__ import annotations

from abc import abstractmethod

from app.domain.case import Case, Check, Outcome, earliest, not_checkable
from app.domain.contact_case import ContactCase
from app.domain.deal import Unread
from app.domain.lead_status import LeadStatus
from app.domain.verdict import State


class ContactRule(Check):
    """A check that holds for each contact by itself.

    Met when every contact to which it applies meets it. Does not apply to a deal without such a
    contact. Names all contacts that fail, and the first that cannot be told.
    """

    __slots__ = ()

    @abstractmethod
    def on_contact(self, case: ContactCase) -> Outcome | None:
        """What one contact shows; None when the rule does not apply to it."""

    def correction(self) -> LeadStatus | None:
        """The lead status that a contact who fails shall be given; None: nobody gives it any."""
        return None

    def __call__(self, case: Case) -> Outcome | None:
        """See the class."""
        if isinstance(case.people, Unread):
            return not_checkable(case.people.reason)
        outcomes = [each for each in self.on_each(case) if each is not None]
        if not outcomes:
            return None
        if len(outcomes) == 1:
            return outcomes[0]
        recheck_at = earliest(outcome.recheck_at for outcome in outcomes)
        unmet = [outcome for outcome in outcomes if outcome.state is State.UNMET]
        if unmet:
            evidence = tuple(e for outcome in unmet for e in outcome.evidence)
            message = " ".join(outcome.message for outcome in unmet)
            return Outcome(State.UNMET, unmet[0].reason, message, evidence, recheck_at=recheck_at)
        first = next((o for o in outcomes if o.state is State.UNKNOWN), outcomes[0])
        return Outcome(
            first.state, first.reason, first.message, first.evidence, first.ask, recheck_at
        )

    def on_each(self, case: Case) -> tuple[Outcome | None, ...]:
        """What each of the case's people shows, in their order; judged once for a case."""
        shown = case.shown_by.get(self)
        if shown is None:
            people = () if isinstance(case.people, Unread) else case.people
            shown = case.shown_by[self] = tuple(map(self.on_contact, people))
        return shown
