"""Named example deals beside a policy: what it allows, what it stops, and why.

Each example is a deal in a few lines with the findings that it must give. They are judged by the
same pure function as live deals, so a change of the policy that changes an example's verdict is
seen before it reaches anybody. Refuses unknown keys with the line, like the policy's own reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic_core import to_json

from app.domain.deal import (
    Activity,
    Company,
    CompanyId,
    Contact,
    ContactId,
    DealId,
    Direction,
    Note,
    NoteId,
    ObjectKey,
    ObjectKind,
    Owner,
    OwnerId,
    PipelineId,
    PropertyMove,
    Sibling,
    Snapshot,
    StageId,
    StagePosition,
    Unread,
)
from app.domain.evaluate import evaluate
from app.domain.policy import Policy
from app.domain.verdict import CriterionId, Severity, Standing, State, Verdict, Waiver, Zone
from config.policy.document import read_document
from config.policy.problems import described
from config.policy.wire import Text, Wire

EXAMPLES_SUFFIX = ".examples.yaml"
_CONTACT, _COMPANY = "1", "1"
_SOME = {"finds", "passes"}
"""What an example expects among the findings, whatever else is found."""
_UNREAD = Unread("left unread by the example")


class NoteExample(Wire):
    """A note: where it hangs, when it was written (default: the day before), and its text."""

    text: Annotated[str, Field(max_length=65_536)]
    on: Literal["deal", "contact", "company"] = "deal"
    written: date | None = None
    attachment: bool = False


class ContactExample(Wire):
    """A contact; a lead status that is not given is empty."""

    name: Text = "Petra Lang"
    lead_status: Text | None = None
    labels: tuple[Text, ...] = ()
    properties: dict[str, str | None] = Field(default_factory=dict)


class ActivityExample(Wire):
    """An e-mail, meeting or call with the first contact, on a day."""

    kind: Literal["email", "meeting", "call"]
    on: date
    direction: Literal["incoming", "outgoing", "unknown"] = "unknown"
    outcome: Text | None = None
    subject: str = ""


class MoveExample(Wire):
    """A value that a property was given on a day; a stage is given by its label."""

    value: Text | None
    on: date
    by: Text | None = None


class WaiverExample(Wire):
    """A waiver that was granted."""

    criterion: Text
    reason: Text
    by: Text
    until: date


class DealExample(Wire):
    """The deal; `unread` names parts that HubSpot did not give.

    `stages` are the labels of the pipeline's open stages in order, for a `history` of `dealstage`;
    `other_deals` are open at the same company.
    """

    pipeline: Text
    stage: Text
    closed: bool = False
    won: bool = False
    properties: dict[str, str | None] = Field(default_factory=dict)
    contacts: tuple[ContactExample, ...] = (ContactExample(lead_status="OPEN_DEAL"),)
    notes: tuple[NoteExample, ...] = ()
    waivers: tuple[WaiverExample, ...] = ()
    owner: Literal["active", "left", "none"] = "active"
    company: bool = True
    activities: tuple[ActivityExample, ...] = ()
    history: dict[str, tuple[MoveExample, ...]] = Field(default_factory=dict)
    stages: tuple[Text, ...] = ()
    other_deals: tuple[Text, ...] = ()
    unread: tuple[Literal["position", "contacts", "companies", "notes"], ...] = ()


class Expected(Wire):
    """What the verdict must say; a key that is not given is not looked at, save `blockers`.

    `unknown` are blockers that cannot be told, `warnings` and `hints` unmet findings of those
    severities. `finds` are some criteria that must be unmet and `passes` some that must be met,
    of any severity, whatever else is found.
    """

    standing: Standing
    blockers: tuple[Text, ...] = ()
    unknown: tuple[Text, ...] | None = None
    waived: tuple[Text, ...] | None = None
    warnings: tuple[Text, ...] | None = None
    hints: tuple[Text, ...] | None = None
    next_needs: tuple[Text, ...] | None = None
    finds: tuple[Text, ...] = ()
    passes: tuple[Text, ...] = ()
    zone: Zone | None = None
    earned: Text | None = None
    judged: bool | None = None


class Example(Wire):
    """One named deal. `allowed` says in one word whether it may stand where it stands."""

    name: Text
    allowed: bool
    now: date | None = None
    deal: DealExample
    expect: Expected


class ExamplesFile(Wire):
    """A whole file; `now` is when its deals are judged unless an example says otherwise."""

    now: date
    examples: Annotated[tuple[Example, ...], Field(min_length=1)]


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


def snapshot_of(example: Example, day: date) -> tuple[Snapshot, datetime]:
    """The deal of an example as it would be observed, and when it is judged."""
    now = _at(example.now or day)
    return _snapshot(example.deal, now), now


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


def _snapshot(deal: DealExample, now: datetime) -> Snapshot:
    order = deal.stages.index(deal.stage) if deal.stage in deal.stages else 0
    position = replace(_stage(deal, deal.stage, order), is_closed=deal.closed, is_won=deal.won)
    unread = set(deal.unread)
    return Snapshot(
        deal_id=DealId("1"),
        observed_at=now,
        properties={"dealname": "Example", **deal.properties},
        link="https://app.hubspot.com/",
        position=_UNREAD if "position" in unread else position,
        owner=_owner(deal),
        contacts=_UNREAD if "contacts" in unread else _contacts(deal.contacts),
        companies=_UNREAD if "companies" in unread else _companies(deal),
        notes=_UNREAD if "notes" in unread else tuple(_notes(deal.notes, now)),
        activities=tuple(sorted(_activities(deal), key=lambda activity: activity.at)),
        history={name: _moves(moves) for name, moves in deal.history.items()},
        siblings=tuple(_siblings(deal)),
        stages=tuple(_stage(deal, label, number) for number, label in enumerate(deal.stages)),
    )


def _stage(deal: DealExample, label: str, order: int) -> StagePosition:
    """A stage whose id is its label."""
    ids = PipelineId("p"), StageId(label)
    return StagePosition(ids[0], deal.pipeline, ids[1], label, order, is_closed=False, is_won=False)


def _owner(deal: DealExample) -> Owner | None:
    if deal.owner == "none":
        return None
    return Owner(OwnerId("1"), "Maren Dekker", None, active=deal.owner == "active")


def _companies(deal: DealExample) -> tuple[Company, ...]:
    return (Company(CompanyId(_COMPANY), {}),) if deal.company else ()


def _activities(deal: DealExample) -> Iterator[Activity]:
    for number, example in enumerate(deal.activities, 1):
        yield Activity(
            key=ObjectKey(ObjectKind(example.kind), str(number)),
            direction=Direction(example.direction),
            at=_at(example.on),
            hangs_on=(ObjectKey(ObjectKind.CONTACT, _CONTACT),),
            outcome=example.outcome,
            subject=example.subject,
        )


def _moves(examples: Sequence[MoveExample]) -> tuple[PropertyMove, ...]:
    moves = [PropertyMove(each.value, _at(each.on), "CRM_UI", each.by) for each in examples]
    return tuple(sorted(moves, key=lambda move: move.at, reverse=True))


def _siblings(deal: DealExample) -> Iterator[Sibling]:
    shared = (ObjectKey(ObjectKind.COMPANY, _COMPANY),)
    for number, name in enumerate(deal.other_deals, 2):
        yield Sibling(DealId(str(number)), name, shared)


def _contacts(examples: Sequence[ContactExample]) -> tuple[Contact, ...]:
    return tuple(
        Contact(
            ContactId(str(number)),
            {
                "firstname": example.name,
                "hs_lead_status": example.lead_status,
                "lifecyclestage": "opportunity",
                **example.properties,
            },
            example.labels,
        )
        for number, example in enumerate(examples, 1)
    )


def _notes(examples: Sequence[NoteExample], now: datetime) -> Iterator[Note]:
    places = {
        "deal": ObjectKey(ObjectKind.DEAL, "1"),
        "contact": ObjectKey(ObjectKind.CONTACT, _CONTACT),
        "company": ObjectKey(ObjectKind.COMPANY, _COMPANY),
    }
    for number, example in enumerate(examples, 1):
        written = _at(example.written) if example.written else now.replace(hour=0)
        yield Note(
            NoteId(str(number)),
            example.text,
            written,
            (places[example.on],),
            has_attachments=example.attachment,
        )


def _waiver(example: WaiverExample, version: str) -> Waiver:
    criterion = CriterionId(example.criterion)
    return Waiver(criterion, example.reason, example.by, _at(example.until), version)


def _at(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
