"""The wire shape of a policy file: what may be written there, key by key.

Refuses unknown keys and loose types, so that a misspelt key is an error and not a silent default.
Whether names refer to something that exists is the reader's part; see `builder`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from app.domain.criterion import CriterionKind, When
from app.domain.notes import OpsSign, QuestionKind
from app.domain.verdict import Enforcement, Level, Severity, Zone
from app.domain.waiving import ANYONE, ROLES, TEAM_PREFIX
from app.domain.zone import Decision, FactName
from config.policy.alert_schema import AlertsWire
from config.policy.wire import Code, MeetingId, Text, Texts, Wire, Worded


class ExitsWire(Wire):
    """How loudly a finding is said at each exit."""

    property: Enforcement = Enforcement.FLAG
    slack: Enforcement = Enforcement.ALERT
    digest: Enforcement = Enforcement.FLAG


_NAMED_GRANTOR = rf"{TEAM_PREFIX}\S.*|[^@\s]+@[^@\s]+"
_NAMED_WORDS = f"an e-mail address, or {TEAM_PREFIX} and the name of a HubSpot team"
Grantor = Annotated[
    str, Worded(rf"^({'|'.join(ROLES)}|{_NAMED_GRANTOR})$", f"{', '.join(ROLES)}, {_NAMED_WORDS}")
]
"""Who may grant a deviation: a role, a HubSpot team, or the address of a HubSpot owner."""
NamedGrantor = Annotated[str, Worded(rf"^({_NAMED_GRANTOR})$", _NAMED_WORDS)]


class DeviationsWire(Wire):
    """How deviations are granted: in which words, by whom, and for how long at most."""

    labels: Texts = ("Deviation:", "Waiver:")
    withdrawal_labels: Texts = ("Deviation withdrawn:", "Waiver withdrawn:")
    may_waive: Annotated[tuple[Grantor, ...], Field(min_length=1)] = (ANYONE,)
    managers: tuple[NamedGrantor, ...] = ()
    waiver_days_max: Annotated[int, Field(ge=1, le=3_650)] = 180
    source: Text = "Documented deviations"


class CriterionWire(Wire):
    """One criterion; `with` holds the parameters of the check."""

    id: Code
    title: Text
    kind: CriterionKind
    severity: Severity
    check: Text
    with_: Mapping[str, object] = Field(default_factory=dict, alias="with")
    fix: Text
    ask: Text
    source: Text
    exits: ExitsWire = ExitsWire()
    when: When = When.OPEN
    from_stage: Text | None = None
    processes: tuple[Code, ...] = ()
    waivable: bool = True
    may_waive: tuple[Grantor, ...] = ()


class QuestionWire(Wire):
    """A question of the policy's own that notes are read for."""

    id: Code
    kind: QuestionKind
    labels: Texts
    asks: Text
    implied: tuple[Text, ...] = ()


class MeetingWire(Wire):
    """A meeting with its exit signal; `labels` are further headings of the signal in notes."""

    id: MeetingId
    name: Text
    goal: Text
    focus: Texts
    signal: Text
    source: Text
    labels: tuple[Text, ...] = ()
    implied: tuple[Text, ...] = ()


class StageWire(Wire):
    """A stage of the board, and the ids of the meetings that are held in it."""

    label: Text
    meetings: tuple[MeetingId, ...]
    also_called: tuple[Text, ...] = ()


class PropertyMatchWire(Wire):
    """A deal property that must hold one of these values for the process to apply."""

    property: Code
    values: Texts


class ProcessWire(Wire):
    """A sales process."""

    id: Code
    label: Text
    pipelines: Texts
    only_if: PropertyMatchWire | None = None
    stages: Annotated[tuple[StageWire, ...], Field(min_length=1)]
    won_stage: Text
    lost_stage: Text
    meetings: tuple[MeetingWire, ...]
    source: Text


class ExitSignalsWire(Wire):
    """How every meeting's exit signal becomes a criterion and a question.

    In all texts {id}, {name} and {signal} stand for those of the meeting.
    """

    severity: Severity
    exits: ExitsWire = ExitsWire()
    title: Text
    labels: Texts
    asks: Text
    fix: Text
    ask: Text


class StatusWire(Wire):
    """One lead status: internal value, label, and when it is right."""

    value: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_ ]{1,64}$")]
    label: Text
    when: Text


class LeadStatusWire(Wire):
    """The lead status section."""

    property: Code
    lifecycle_property: Code
    qualified_lifecycles: Texts
    leading_labels: tuple[Text, ...]
    open_deal: Text
    statuses: Annotated[tuple[StatusWire, ...], Field(min_length=1)]
    source: Text


class RepliesWire(Wire):
    """Which activities count as a reply of the customer; outcomes are HubSpot's internal values."""

    meetings: Texts
    calls: tuple[Text, ...] = ()
    automatic: tuple[Text, ...] = ()


class RoleWire(Wire):
    """A role of the buying committee and what stands for it in the portal."""

    id: Code
    label: Text
    buying_roles: tuple[Text, ...] = ()
    labels: tuple[Text, ...] = ()


class SignalWire(Wire):
    """One fact with its threshold: exactly one of `is`, `at_least` and `at_most`."""

    fact: FactName
    is_: bool | OpsSign | None = Field(default=None, alias="is")
    at_least: Annotated[int, Field(ge=0)] | None = None
    at_most: Annotated[int, Field(ge=0)] | None = None
    means: Level
    says: Text


class AxisWire(Wire):
    """How one axis is decided, and what to ask while it is unknown."""

    decide: Decision
    ask: Text
    signals: Annotated[tuple[SignalWire, ...], Field(min_length=1)]


class ZoneRowWire(Wire):
    """One zone; `process` is the id of the process that fits it, if any."""

    zone: Zone
    name: Text
    adoption: Level
    operations: Level
    motion: Text
    process: Code | None = None


class ZonesWire(Wire):
    """The zone section."""

    adoption: AxisWire
    operations: AxisWire
    zones: tuple[ZoneRowWire, ...]
    source: Text


class PolicyWire(Wire):
    """A whole policy file."""

    title: Text
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,31}$")]
    effective: date
    ignored_pipelines: tuple[Text, ...] = ()
    deviations: DeviationsWire = DeviationsWire()
    alerts: AlertsWire = AlertsWire()
    closed_judged_days: Annotated[int, Field(ge=1, le=3_650)] = 30
    lead_status: LeadStatusWire
    replies: RepliesWire
    committee: tuple[RoleWire, ...] = ()
    contact_questions: tuple[Code, ...] = ()
    questions: tuple[QuestionWire, ...] = ()
    zones: ZonesWire
    exit_signals: ExitSignalsWire
    processes: Annotated[tuple[ProcessWire, ...], Field(min_length=1)]
    criteria: Annotated[tuple[CriterionWire, ...], Field(min_length=1)]
