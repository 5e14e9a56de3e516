"""The declared will: processes, stages, meetings and criteria, as one immutable value.

Holds what must be true and judges nothing; see `evaluate`. Everything that evaluating thousands
of deals a second would compute again is computed here once. Names pipelines and stages by the
labels that people read, since ids are opaque and differ from portal to portal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Protocol

from app.domain.checks.contact_rule import ContactRule
from app.domain.checks.moves import STAGE
from app.domain.committee import Role
from app.domain.criterion import Criterion, CriterionKind, When
from app.domain.deal import Properties, StagePosition, Unread, value_of
from app.domain.exchange import ReplyRules
from app.domain.labels import folded
from app.domain.lead_status import LeadStatusRules
from app.domain.naming import Names, names_of
from app.domain.needs import Needs
from app.domain.notes import Judgement, NoteReading, Question, QuestionId, SourceNote
from app.domain.process import Process, Stage
from app.domain.routing import AlertRules, Destination, Topic
from app.domain.statement import Forms, StatementReader
from app.domain.verdict import CriterionId, Finding
from app.domain.waiving import WaivingRules
from app.domain.wording import headings
from app.domain.zone import ZoneRules

FINGERPRINT_CHARS = 8
CLOSE_DATE = "closedate"
"""The deal property that says when a closed deal closed, where its stage has no history."""


class NoteReader(Protocol):
    """Reads notes for the policy's questions; `app.domain.notes.Reader` is the one."""

    def read(self, body: str, written_at: datetime) -> NoteReading:
        """What one note says."""
        ...

    def judge(self, notes: Sequence[SourceNote], now: datetime) -> Judgement:
        """What stands after all notes, as of `now`."""
        ...


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of the team's will. Equal content has an equal `fingerprint`.

    `criteria` are those of the file in its order; the meetings' exit signals follow them.
    Deals in `ignored_pipelines` (labels) are not judged, nor is a deal that closed more than
    `closed_judged_days` ago. `reader` reads notes for `questions`
    and is not part of the content.
    """

    title: str
    version: str
    effective: date
    processes: tuple[Process, ...]
    criteria: tuple[Criterion, ...]
    lead_status: LeadStatusRules
    replies: ReplyRules
    committee: tuple[Role, ...]
    zones: ZoneRules
    questions: tuple[Question, ...]
    contact_questions: tuple[QuestionId, ...]
    ignored_pipelines: tuple[str, ...]
    closed_judged_days: int
    waiving: WaivingRules
    alerts: AlertRules
    reader: NoteReader = field(repr=False, compare=False)
    fingerprint: str = field(init=False, repr=False, compare=False)
    stamp: str = field(init=False, repr=False, compare=False)
    """The version with the start of the fingerprint: what a verdict is stamped with."""
    silence: Judgement = field(init=False, repr=False, compare=False)
    """What the reader makes of no notes at all; the same at any time."""
    contact_rules: tuple[ContactRule, ...] = field(init=False, repr=False, compare=False)
    """The rules that hold for each contact by itself, whatever the stages of its deals."""
    names: Names = field(init=False, repr=False, compare=False)
    """What people call each criterion."""
    headings: Mapping[QuestionId, str] = field(init=False, repr=False, compare=False)
    """Under what a note answers each question."""
    statements: StatementReader = field(init=False, repr=False, compare=False)
    """Finds the deviations in notes."""
    _blocking_steps: Mapping[str, tuple[tuple[Criterion, ...], ...]] = field(
        init=False, repr=False, compare=False
    )
    _carrying_steps: Mapping[str, tuple[tuple[Criterion, ...], ...]] = field(
        init=False, repr=False, compare=False
    )
    _by_id: Mapping[CriterionId, Criterion] = field(init=False, repr=False, compare=False)
    _plans: Mapping[str, tuple[tuple[Criterion, ...], ...]] = field(
        init=False, repr=False, compare=False
    )
    _steps: Mapping[str, tuple[tuple[Criterion, ...], ...]] = field(
        init=False, repr=False, compare=False
    )
    _by_pipeline: Mapping[str, tuple[Process, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Derive what evaluating looks up."""
        digest = hashlib.sha256(repr(self).encode()).hexdigest()
        by_pipeline: dict[str, tuple[Process, ...]] = {}
        for process in self.processes:
            for label in map(folded, process.pipelines):
                by_pipeline[label] = (*by_pipeline.get(label, ()), process)
        names = names_of(self.all_criteria(), self.questions)
        forms = Forms(self.waiving.labels, self.waiving.withdrawal_labels)
        plans = {process.id: _plan(process, self.criteria) for process in self.processes}
        steps = {process_id: _steps(plan) for process_id, plan in plans.items()}
        derived = {
            "fingerprint": digest,
            "stamp": f"{self.version}+{digest[:FINGERPRINT_CHARS]}",
            "silence": self.reader.judge((), datetime.combine(self.effective, time.min, UTC)),
            "contact_rules": tuple(
                dict.fromkeys(c.check for c in self.criteria if isinstance(c.check, ContactRule))
            ),
            "names": names,
            "headings": headings(self.questions),
            "statements": StatementReader(forms, names),
            "_by_id": {criterion.id: criterion for criterion in self.all_criteria()},
            "_plans": plans,
            "_steps": steps,
            "_blocking_steps": _only(steps, lambda criterion: criterion.may_block),
            "_carrying_steps": _only(steps, lambda criterion: criterion.may_carry),
            "_by_pipeline": by_pipeline,
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def ignores(self, position: StagePosition) -> bool:
        """Whether deals of that pipeline are left alone on purpose."""
        return folded(position.pipeline_label) in map(folded, self.ignored_pipelines)

    def process_of(self, position: StagePosition, properties: Properties) -> Process | Unread:
        """The process that a deal runs in, or why it cannot be told."""
        label = position.pipeline_label
        candidates = self._by_pipeline.get(folded(label), ())
        if not candidates:
            known = ", ".join(name for process in self.processes for name in process.pipelines)
            return Unread(f"the pipeline {label!r} is not in the policy, which knows {known}")
        for process in candidates:
            match = process.only_if
            if match is None:
                return process
            value = value_of(properties, match.name)
            if isinstance(value, Unread):
                return value
            if value in match.values:
                return process
        names = ", ".join(sorted({p.only_if.name for p in candidates if p.only_if}))
        return Unread(f"{names} does not say which process runs in the pipeline {label!r}")

    def at_stage(self, process: Process, index: int) -> tuple[Criterion, ...]:
        """What an open deal in the stage at `index` must satisfy; one past the last is won."""
        return self._plans[process.id][index]

    def step_to(self, process: Process, index: int) -> tuple[Criterion, ...]:
        """What the stage at `index` demands that no stage before it does."""
        return self._steps[process.id][index]

    def blocking_step_to(self, process: Process, index: int) -> tuple[Criterion, ...]:
        """What of the step to the stage at `index` can block a deal there."""
        return self._blocking_steps[process.id][index]

    def carrying_step_to(self, process: Process, index: int) -> tuple[Criterion, ...]:
        """What of the step to the stage at `index` has to be met or waived to have earned it."""
        return self._carrying_steps[process.id][index]

    def without_stage(self, process: Process | Unread) -> tuple[Criterion, ...]:
        """What an open deal must satisfy while its stage cannot be told."""
        process_id = None if isinstance(process, Unread) else process.id
        return tuple(
            c
            for c in self.criteria
            if c.when is When.OPEN and c.from_stage is None and _is_for(c, process_id)
        )

    def when_closed(self, process: Process | Unread, when: When) -> tuple[Criterion, ...]:
        """What a won or lost deal must satisfy."""
        process_id = None if isinstance(process, Unread) else process.id
        return tuple(c for c in self.criteria if c.when is when and _is_for(c, process_id))

    @property
    def judges_closed(self) -> bool:
        """Whether any criterion is for closed deals."""
        return any(criterion.when is not When.OPEN for criterion in self.criteria)

    def all_criteria(self) -> Iterator[Criterion]:
        """Every criterion in the policy's order; an exit that processes share comes with each."""
        yield from self.criteria
        for process in self.processes:
            yield from _exits(process.stages)

    def criterion(self, code: CriterionId) -> Criterion | None:
        """The criterion with this id, None when the policy has none."""
        return self._by_id.get(code)

    def grantors(self, criterion: Criterion) -> tuple[str, ...]:
        """Who may deviate from a criterion."""
        return criterion.may_waive or self.waiving.may_waive

    def destination(self, finding: Finding, process: str | None, stage: str | None) -> Destination:
        """Where an alert on this finding goes, for a deal in this process and stage (labels)."""
        criterion = self.criterion(finding.criterion)
        kind = CriterionKind.HYGIENE if criterion is None else criterion.kind
        topic = Topic(finding.criterion, kind, finding.severity, process, stage)
        return self.alerts.route(topic)

    @property
    def codes(self) -> Mapping[CriterionId, str]:
        """Every criterion id with its title: the options of the portal's blockers property."""
        titles: dict[CriterionId, str] = {}
        for criterion in self.all_criteria():
            titles.setdefault(criterion.id, criterion.title)
        return titles

    @property
    def needs(self) -> Needs:
        """What judging looks at, besides what every snapshot holds."""
        own = tuple(p.only_if.name for p in self.processes if p.only_if)
        needs = Needs(
            deal_properties=(*own, CLOSE_DATE) if self.judges_closed else own,
            history=(STAGE,) if self.judges_closed else (),
            contact_properties=(self.lead_status.property, self.lead_status.lifecycle_property),
        )
        for criterion in self.all_criteria():
            needs |= criterion.check.needs()
        return needs


def _plan(process: Process, criteria: Sequence[Criterion]) -> tuple[tuple[Criterion, ...], ...]:
    """For each stage, and for the step to won, what a deal there must satisfy."""
    return tuple(
        tuple(_required(process, criteria, index)) for index in range(len(process.stages) + 1)
    )


def _steps(plan: tuple[tuple[Criterion, ...], ...]) -> tuple[tuple[Criterion, ...], ...]:
    """For each entry of a plan, what the entries before it do not have."""
    steps = []
    seen: set[CriterionId] = set()
    for criteria in plan:
        steps.append(tuple(c for c in criteria if c.id not in seen))
        seen.update(c.id for c in criteria)
    return tuple(steps)


def _only(
    steps: Mapping[str, tuple[tuple[Criterion, ...], ...]], wanted: Callable[[Criterion], bool]
) -> Mapping[str, tuple[tuple[Criterion, ...], ...]]:
    """The steps of each process with only those of their criteria that are wanted."""
    return {
        process_id: tuple(tuple(filter(wanted, step)) for step in each)
        for process_id, each in steps.items()
    }


def _required(process: Process, criteria: Iterable[Criterion], index: int) -> Iterator[Criterion]:
    to_win = index == len(process.stages)
    for criterion in criteria:
        if not _is_for(criterion, process.id):
            continue
        if criterion.when is not When.OPEN:
            if to_win and criterion.when is When.CLOSED_WON:
                yield criterion
            continue
        first = process.stage_index(criterion.from_stage) if criterion.from_stage else 0
        if first is not None and first <= index:
            yield criterion
    yield from _exits(process.stages[:index])


def _exits(stages: Iterable[Stage]) -> Iterator[Criterion]:
    for stage in stages:
        for meeting in stage.meetings:
            yield meeting.exit


def _is_for(criterion: Criterion, process_id: str | None) -> bool:
    return not criterion.processes or process_id in criterion.processes
