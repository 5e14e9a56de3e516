"""Two verdicts on one deal, under the policy in force and under a draft: what would change.

Looks at what a finding does to the deal (blocks, warns, hints, cannot be told, is waived) and
never at wording. A criterion that is met, does not apply or does not exist does nothing, so a new
rule that a deal meets is no change of its verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.verdict import CriterionId, Finding, Severity, Standing, State, Subject, Verdict


class Effect(StrEnum):
    """What a draft does to a deal; a deal has exactly one of them."""

    NEWLY_BLOCKED = "newly_blocked"
    NO_LONGER_BLOCKED = "no_longer_blocked"
    OTHERWISE = "otherwise_changed"
    SAME = "same"


class Role(StrEnum):
    """What one finding does to the deal."""

    BLOCKS = "blocks"
    WARNS = "warns"
    HINTS = "hints"
    WAIVED = "is waived"
    UNKNOWN_BLOCKER = "cannot be told (blocker)"
    UNKNOWN = "cannot be told"
    NOTHING = "does nothing"


@dataclass(frozen=True, slots=True)
class Shift:
    """One criterion whose finding does something else under the draft; `message` is the reason."""

    criterion: CriterionId
    title: str
    before: Role
    after: Role
    message: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One deal under both policies. `also` are changes beside the findings, a sentence each."""

    subject: Subject
    effect: Effect
    before: Standing
    after: Standing
    shifts: tuple[Shift, ...] = ()
    also: tuple[str, ...] = ()


def compare(before: Verdict, after: Verdict) -> Comparison:
    """What changes for the deal when the second verdict takes the place of the first."""
    shifts = tuple(_shifts(before, after))
    also = tuple(_also(before, after))
    return Comparison(
        subject=after.subject,
        effect=_effect(before.standing, after.standing, differs=bool(shifts or also)),
        before=before.standing,
        after=after.standing,
        shifts=shifts,
        also=also,
    )


def _effect(before: Standing, after: Standing, *, differs: bool) -> Effect:
    was, becomes = before is Standing.BLOCKED, after is Standing.BLOCKED
    if becomes and not was:
        return Effect.NEWLY_BLOCKED
    if was and not becomes:
        return Effect.NO_LONGER_BLOCKED
    return Effect.OTHERWISE if differs or before is not after else Effect.SAME


def _shifts(before: Verdict, after: Verdict) -> Iterator[Shift]:
    old, new = _by_code(before), _by_code(after)
    for code in dict.fromkeys((*new, *old)):
        was, becomes = _role(old.get(code)), _role(new.get(code))
        if was is not becomes:
            shown = new.get(code) or old[code]
            yield Shift(code, shown.title, was, becomes, shown.message)


def _by_code(verdict: Verdict) -> Mapping[CriterionId, Finding]:
    return {finding.criterion: finding for finding in verdict.findings}


def _role(finding: Finding | None) -> Role:
    if finding is None or finding.state is State.MET:
        return Role.NOTHING
    if finding.waiver is not None:
        return Role.WAIVED
    if finding.state is State.UNKNOWN:
        is_blocker = finding.severity is Severity.BLOCKER
        return Role.UNKNOWN_BLOCKER if is_blocker else Role.UNKNOWN
    return _UNMET[finding.severity]


_UNMET: Mapping[Severity, Role] = {
    Severity.BLOCKER: Role.BLOCKS,
    Severity.WARNING: Role.WARNS,
    Severity.HINT: Role.HINTS,
}


def _also(before: Verdict, after: Verdict) -> Iterator[str]:
    if before.judged != after.judged:
        yield "is judged" if after.judged else "is no longer judged"
    for name, was, becomes in (
        ("earned stage", before.earned_stage, after.earned_stage),
        ("zone", before.zone.zone, after.zone.zone),
        ("recommended process", before.zone.recommended_process, after.zone.recommended_process),
    ):
        if was != becomes:
            yield f"{name} is {becomes or 'none'} instead of {was or 'none'}"
    needs, needed = _needs(after), _needs(before)
    if needs != needed:
        yield f"the next stage needs {_listed(needs)} instead of {_listed(needed)}"


def _needs(verdict: Verdict) -> tuple[str, ...]:
    return tuple(sorted(finding.criterion for finding in verdict.next_needs))


def _listed(codes: tuple[str, ...]) -> str:
    return ", ".join(codes) or "nothing"
