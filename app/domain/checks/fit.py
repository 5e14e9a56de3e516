"""Checks on where the deal runs: a stage that the policy knows, the process that fits the zone."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.case import Case, Check, Outcome, not_checkable
from app.domain.deal import Unread
from app.domain.verdict import State


@dataclass(frozen=True, slots=True)
class StageKnown(Check):
    """Met when the deal's pipeline and stage are in the policy; unknown otherwise, never unmet.

    While it is unknown no exit signal can be demanded, so every policy has this check once.
    """

    def __call__(self, case: Case) -> Outcome:
        """See the class."""
        if isinstance(case.snapshot.position, Unread):
            return not_checkable(case.snapshot.position.reason)
        for part in (case.process, case.stage):
            if isinstance(part, Unread):
                found = f"Exit signals are not checkable: {part.reason}."
                return Outcome(State.UNKNOWN, "not_in_policy", found)
        return Outcome(State.MET, "met", f"{case.process}, stage {case.stage}.")


@dataclass(frozen=True, slots=True)
class ProcessFitsZone(Check):
    """Met when the deal runs in the process that its zone recommends.

    Does not apply where the zone recommends no process or the deal's process is not known.
    """

    def __call__(self, case: Case) -> Outcome | None:
        """See the class."""
        if isinstance(case.judgement, Unread):
            return not_checkable(case.judgement.reason)
        if isinstance(case.process, Unread):
            return None
        reading = case.zone
        evidence = reading.adoption.evidence + reading.operations.evidence
        if len(reading.candidates) != 1:
            names = ", ".join(reading.candidates)
            return Outcome(
                State.UNKNOWN,
                "zone_unknown",
                f"The zone is not known yet (possible: {names}).",
                evidence,
                ask=case.zone_rules.ask(reading),
            )
        if reading.recommended_process is None:
            return None
        if reading.recommended_process == case.process:
            return Outcome(State.MET, "met", f"{case.process} fits {reading.zone}.", evidence)
        return Outcome(
            State.UNMET,
            "other_process",
            f"{reading.zone} calls for {reading.recommended_process}; this deal runs in "
            f"{case.process}. {reading.basis}",
            evidence,
        )
