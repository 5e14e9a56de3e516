"""Turns the wire shape of a policy file into the domain's value, checking every reference.

A name that refers to something else in the file (a question, a stage, a check, a process) is
looked up here, and a wrong one is answered with the words that are allowed. A file that loads is
therefore complete: nothing can turn out missing while deals are judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from app.domain.checks import ExitSignal
from app.domain.committee import Role
from app.domain.criterion import Criterion, CriterionKind
from app.domain.exchange import ReplyRules
from app.domain.labels import folded
from app.domain.lead_status import LeadStatus, LeadStatusRules, StatusOption
from app.domain.notes import MQL_QUESTIONS, WHYS, Question, QuestionId, QuestionKind, Reader
from app.domain.policy import Policy
from app.domain.process import Meeting, Process, PropertyMatch, Stage
from app.domain.verdict import CriterionId
from app.domain.waiving import DEVIATION
from config.policy.alerting import AlertsBuilder
from config.policy.criteria import CriteriaBuilder, Known, exits_of
from config.policy.document import Document, Place
from config.policy.schema import MeetingWire, PolicyWire, ProcessWire
from config.policy.waiving import build_waiving
from config.policy.zones import build_zones

BUILT_IN_QUESTIONS: tuple[str, ...] = (*WHYS, *MQL_QUESTIONS)
EXIT_PREFIX = "exit_"
MAX_READERS = 4
"""How many sets of questions a process keeps a reader for."""


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds one policy from one document."""

    document: Document
    wire: PolicyWire

    def policy(self) -> Policy:
        """The policy. Raises PolicyError at the first problem."""
        wire = self.wire
        questions = self._questions()
        names = (*BUILT_IN_QUESTIONS, *(question.id for question in questions))
        lead_status = self._lead_status()
        processes = tuple(self._process(index) for index in range(len(wire.processes)))
        self._check_processes()
        criteria = CriteriaBuilder(self.document, wire).criteria(
            Known(
                questions=names,
                statuses=[option.value for option in lead_status.statuses],
                roles=[role.id for role in wire.committee],
            )
        )
        self._check_exit_titles(criteria, processes)
        for index, name in enumerate(wire.contact_questions):
            self.document.must_know(("contact_questions", index), "question", name, names)
        return Policy(
            title=wire.title,
            version=wire.version,
            effective=wire.effective,
            processes=processes,
            criteria=criteria,
            lead_status=lead_status,
            replies=ReplyRules(wire.replies.meetings, wire.replies.calls, wire.replies.automatic),
            committee=self._committee(),
            zones=build_zones(self.document, wire.zones, {p.id: p.label for p in wire.processes}),
            questions=questions,
            contact_questions=tuple(map(QuestionId, wire.contact_questions)),
            ignored_pipelines=wire.ignored_pipelines,
            closed_judged_days=wire.closed_judged_days,
            waiving=build_waiving(self.document, wire),
            alerts=AlertsBuilder(self.document, wire, _codes(criteria, processes)).rules(),
            reader=_reader(questions),
        )

    # ------------------------------------------------------------------ questions

    def _questions(self) -> tuple[Question, ...]:
        """The file's own questions, then one for each meeting's exit signal.

        Processes that share a meeting id share its question, with the labels of both.
        """
        taken: list[str] = list(BUILT_IN_QUESTIONS)
        questions = []
        for index, own in enumerate(self.wire.questions):
            self.document.must_be_new(("questions", index, "id"), "question", own.id, taken)
            taken.append(own.id)
            questions.append(
                Question(QuestionId(own.id), own.kind, own.labels, own.asks, own.implied)
            )
        signals: dict[QuestionId, Question] = {}
        for process in self.wire.processes:
            for meeting in process.meetings:
                question = self._signal_question(meeting)
                other = signals.get(question.id)
                signals[question.id] = question if other is None else _merged(other, question)
        for signal in signals:
            self.document.must_be_new(("questions",), "question", signal, taken)
        return (*questions, *signals.values())

    def _signal_question(self, meeting: MeetingWire) -> Question:
        shared = self.wire.exit_signals
        labels = (*(_filled(text, meeting) for text in shared.labels), *meeting.labels)
        return Question(
            id=QuestionId(f"{EXIT_PREFIX}{meeting.id}"),
            kind=QuestionKind.SIGNAL,
            labels=labels,
            asks=_filled(shared.asks, meeting),
            implied=meeting.implied,
        )

    # ------------------------------------------------------------------ lead status

    def _lead_status(self) -> LeadStatusRules:
        wire = self.wire.lead_status
        values: list[str] = []
        for index, status in enumerate(wire.statuses):
            place = ("lead_status", "statuses", index, "value")
            self.document.must_be_new(place, "lead status", status.value, values)
            values.append(status.value)
        self.document.must_know(("lead_status", "open_deal"), "lead status", wire.open_deal, values)
        return LeadStatusRules(
            property=wire.property,
            lifecycle_property=wire.lifecycle_property,
            qualified_lifecycles=wire.qualified_lifecycles,
            leading_labels=wire.leading_labels,
            open_deal=LeadStatus(wire.open_deal),
            statuses=tuple(
                StatusOption(LeadStatus(s.value), s.label, s.when) for s in wire.statuses
            ),
            source=wire.source,
        )

    def _committee(self) -> tuple[Role, ...]:
        roles: dict[str, Role] = {}
        for index, role in enumerate(self.wire.committee):
            place: Place = ("committee", index)
            self.document.must_be_new((*place, "id"), "role", role.id, roles)
            if not (role.buying_roles or role.labels):
                raise self.document.error(place, "needs at least one of: buying_roles, labels")
            roles[role.id] = Role(role.id, role.label, role.buying_roles, role.labels)
        return tuple(roles.values())

    # ------------------------------------------------------------------ processes

    def _process(self, index: int) -> Process:
        wire = self.wire.processes[index]
        place: Place = ("processes", index)
        meetings: dict[str, Meeting] = {}
        for number, meeting in enumerate(wire.meetings):
            self.document.must_be_new(
                (*place, "meetings", number, "id"), "meeting", meeting.id, meetings
            )
            meetings[meeting.id] = self._meeting(meeting)
        match = wire.only_if
        return Process(
            id=wire.id,
            label=wire.label,
            pipelines=wire.pipelines,
            stages=self._stages(wire, (*place, "stages"), meetings),
            won_stage=wire.won_stage,
            lost_stage=wire.lost_stage,
            source=wire.source,
            only_if=None if match is None else PropertyMatch(match.property, match.values),
        )

    def _stages(
        self, wire: ProcessWire, place: Place, meetings: Mapping[str, Meeting]
    ) -> tuple[Stage, ...]:
        labels: list[str] = []
        held: list[str] = []
        for index, stage in enumerate(wire.stages):
            for label in (stage.label, *stage.also_called):
                self.document.must_be_new((*place, index), "stage", folded(label), labels)
                labels.append(folded(label))
            for number, meeting in enumerate(stage.meetings):
                where = (*place, index, "meetings", number)
                self.document.must_know(where, "meeting", meeting, meetings)
                self.document.must_be_new(where, "meeting", meeting, held)
                held.append(meeting)
        for meeting in meetings:
            if meeting not in held:
                problem = f"meeting {meeting!r} is held in no stage"
                raise self.document.error((*place[:-1], "meetings"), problem)
        return tuple(
            Stage(stage.label, tuple(meetings[name] for name in stage.meetings), stage.also_called)
            for stage in wire.stages
        )

    def _meeting(self, wire: MeetingWire) -> Meeting:
        shared = self.wire.exit_signals
        code = f"{EXIT_PREFIX}{wire.id}"
        return Meeting(
            id=wire.id,
            name=wire.name,
            goal=wire.goal,
            focus=wire.focus,
            signal=wire.signal,
            exit=Criterion(
                id=CriterionId(code),
                title=_filled(shared.title, wire),
                kind=CriterionKind.EXIT,
                severity=shared.severity,
                check=ExitSignal(QuestionId(code)),
                fix=_filled(shared.fix, wire),
                ask=_filled(shared.ask, wire),
                source=wire.source,
                exits=exits_of(shared.exits),
            ),
            source=wire.source,
        )

    def _check_processes(self) -> None:
        ids: list[str] = []
        labels: list[str] = []
        whole: list[str] = []
        for index, process in enumerate(self.wire.processes):
            place: Place = ("processes", index)
            self.document.must_be_new((*place, "id"), "process", process.id, ids)
            self.document.must_be_new((*place, "label"), "process label", process.label, labels)
            ids.append(process.id)
            labels.append(process.label)
            for number, pipeline in enumerate(process.pipelines):
                if process.only_if is None:
                    where = (*place, "pipelines", number)
                    self.document.must_be_new(where, "pipeline", folded(pipeline), whole)
                    whole.append(folded(pipeline))

    # ------------------------------------------------------------------ exits

    def _check_exit_titles(
        self, criteria: Iterable[Criterion], processes: Iterable[Process]
    ) -> None:
        """One code has one title, because the portal shows it as one option."""
        titles = {criterion.id: criterion.title for criterion in criteria}
        for index, process in enumerate(processes):
            for stage in process.stages:
                for meeting in stage.meetings:
                    other = titles.setdefault(meeting.exit.id, meeting.exit.title)
                    if other != meeting.exit.title:
                        problem = (
                            f"{meeting.exit.id} is called {meeting.exit.title!r} here and "
                            f"{other!r} elsewhere; one code needs one title"
                        )
                        raise self.document.error(("processes", index, "meetings"), problem)


def _codes(criteria: Iterable[Criterion], processes: Iterable[Process]) -> tuple[str, ...]:
    """The codes of everything that a finding can be about, each once."""
    exits = (m.exit.id for p in processes for stage in p.stages for m in stage.meetings)
    return tuple(dict.fromkeys((*(c.id for c in criteria), *exits, DEVIATION)))


@lru_cache(MAX_READERS)
def _reader(questions: tuple[Question, ...]) -> Reader:
    """One reader for all policies that ask the same, as a draft and the policy in force often do:
    building one takes seconds, and what it has read it remembers for both.
    """
    return Reader(questions)


def _filled(text: str, meeting: MeetingWire) -> str:
    for name in ("id", "name", "signal"):
        text = text.replace(f"{{{name}}}", getattr(meeting, name))
    return text


def _merged(one: Question, other: Question) -> Question:
    return Question(
        id=one.id,
        kind=one.kind,
        labels=tuple(dict.fromkeys((*one.labels, *other.labels))),
        asks=one.asks,
        implied=tuple(dict.fromkeys((*one.implied, *other.implied))),
    )
