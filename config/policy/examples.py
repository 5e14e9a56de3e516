"""Named example deals beside a policy: what it allows, what it stops, and why.

Each example is a deal in a few lines with the findings that it must give. They are judged by the
same pure function as live deals, so a change of the policy that changes an example's verdict is
seen before it reaches anybody. Refuses unknown keys with the line, like the policy's own reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import to_json

from app.domain.evaluate import evaluate
from app.domain.policy import Policy
from app.domain.verdict import CriterionId, Severity, Standing, State, Verdict, Waiver
from config.policy.document import read_document
from config.policy.example_deal import noon_of, snapshot_of
from config.policy.example_schema import Example, ExamplesFile, WaiverExample
from config.policy.problems import described

EXAMPLES_SUFFIX = ".examples.yaml"
_SOME = {"finds", "passes"}
"""What an example expects among the findings, whatever else is found."""


@dataclass(frozen=True, slots=True)
class Tried:
    """An example and how its verdict differs from what it expects; no differences: it passed."""

    example: Example
    verdict: Verdict
    differences: tuple[str, ...]

    @property
    def surprises(self) -> tuple[str, ...]:
        """What was found of each criterion that is in one list and not in the other."""
        seen, expect = _seen(self.verdict), self.example.expect
        found = {f.criterion: f.state for f in self.verdict.findings}
        astray = {code for code in expect.finds if found.get(CriterionId(code)) is not State.UNMET}
        astray.update(c for c in expect.passes if found.get(CriterionId(c)) is not State.MET)
        for key, codes in expect.model_dump(exclude_none=True, exclude=_SOME).items():
            listed = seen[key]
            if isinstance(codes, tuple) and isinstance(listed, tuple):
                astray.update(set(codes) ^ set(listed))
        findings = (*self.verdict.findings, *self.verdict.next_needs)
        return tuple(
            f"{f.criterion} is {f.state} ({f.reason}): {f.message}"
            for f in dict.fromkeys(findings)
            if f.criterion in astray
        )


def examples_beside(policy_file: Path) -> Path:
    """Where a policy file's examples stand."""
    return policy_file.with_name(policy_file.stem + EXAMPLES_SUFFIX)


def load_examples(path: Path) -> ExamplesFile:
    """The examples in a file. Raises PolicyError, one line, when it cannot be used."""
    document = read_document(path)
    try:
        return ExamplesFile.model_validate_json(to_json(document.plain))
    except ValidationError as error:
        raise described(document, ExamplesFile, error, ()) from error


def try_examples(policy: Policy, file: ExamplesFile) -> Iterator[Tried]:
    """Each example's verdict under the policy, with its differences, in the file's order."""
    for example in file.examples:
        yield try_example(policy, example, file.now)


def try_example(policy: Policy, example: Example, day: date) -> Tried:
    """One example's verdict under the policy, judged on its own day or else on `day`."""
    snapshot, now = snapshot_of(example, day)
    waivers = [_waiver(waiver, policy.version) for waiver in example.deal.waivers]
    verdict = evaluate(policy, snapshot, now, waivers)
    return Tried(example, verdict, tuple(_differences(example, verdict)))


def _differences(example: Example, verdict: Verdict) -> Iterator[str]:
    allowed = verdict.standing is not Standing.BLOCKED
    if allowed != example.allowed:
        yield f"allowed is {allowed}, expected {example.allowed}"
    seen = _seen(verdict)
    yield from _among(example.expect.finds, verdict, State.UNMET)
    yield from _among(example.expect.passes, verdict, State.MET)
    for key, wanted in example.expect.model_dump(exclude_none=True, exclude=_SOME).items():
        found = seen[key]
        if isinstance(wanted, tuple):
            wanted = tuple(sorted(wanted))  # noqa: PLW2901 order carries no meaning here
        if found != wanted:
            yield f"{key} is {_shown(found)}, expected {_shown(wanted)}"


def _among(codes: Sequence[str], verdict: Verdict, state: State) -> Iterator[str]:
    states = {finding.criterion: finding.state for finding in verdict.findings}
    for code in codes:
        found = states.get(CriterionId(code))
        if found is not state:
            yield f"{code} is {found or 'not demanded'}, expected {state}"


def _seen(verdict: Verdict) -> dict[str, object]:
    findings = verdict.findings
    unmet = [f for f in findings if f.state is State.UNMET and f.waiver is None]
    return {
        "standing": verdict.standing,
        "blockers": _codes(f.criterion for f in verdict.blockers),
        "unknown": _codes(
            f.criterion
            for f in findings
            if f.state is State.UNKNOWN and f.severity is Severity.BLOCKER
        ),
        "waived": _codes(f.criterion for f in findings if f.waiver is not None),
        "warnings": _codes(f.criterion for f in unmet if f.severity is Severity.WARNING),
        "hints": _codes(f.criterion for f in unmet if f.severity is Severity.HINT),
        "next_needs": _codes(f.criterion for f in verdict.next_needs),
        "zone": verdict.zone.zone,
        "earned": verdict.earned_stage,
        "judged": verdict.judged,
    }


def _codes(codes: Iterator[CriterionId]) -> tuple[str, ...]:
    return tuple(sorted(codes))


def _shown(value: object) -> str:
    return ", ".join(value) or "nothing" if isinstance(value, tuple) else str(value)


def _waiver(example: WaiverExample, version: str) -> Waiver:
    criterion = CriterionId(example.criterion)
    return Waiver(criterion, example.reason, example.by, noon_of(example.until), version)
