"""What a judgement says: evidence, findings and the verdict over one deal.

These are answers, not opinions: each finding names its criterion, its state, a reason code, what
would pass it, and the evidence with its verbatim quote. Nothing here computes; see `evaluate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from app.domain.deal import DealId, NoteId, ObjectKey, Owner

CriterionId = NewType("CriterionId", str)


class State(StrEnum):
    """Three values, not two: what was not read is unknown, never unmet."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """What a criterion means, independent of how loudly it is said."""

    BLOCKER = "blocker"
    WARNING = "warning"
    HINT = "hint"


class Enforcement(StrEnum):
    """How loudly a finding is said at one exit this month.

    `observe` says nothing there, `flag` shows it, `alert` also tells people when it opens.
    """

    OBSERVE = "observe"
    FLAG = "flag"
    ALERT = "alert"


class Standing(StrEnum):
    """The verdict in one word, as `ff_standing` shows it."""

    CLEAR = "clear"
    BLOCKED = "blocked"
    WAIVED = "waived"
    UNKNOWN = "unknown"


class Zone(StrEnum):
    """The customer's maturity zone (seed 001); a segmentation, never a blocker."""

    Z1 = "Z1"
    Z2 = "Z2"
    Z3 = "Z3"
    Z4 = "Z4"
    UNKNOWN = "unknown"


class Level(StrEnum):
    """One axis of the maturity model."""

    LOW = "low"
    HIGH = "high"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The fact behind a finding: where it stands, verbatim, by whom and when."""

    source: ObjectKey
    quote: str
    author: str | None = None
    written_at: datetime | None = None
    link: str | None = None


WaiverKey = tuple[CriterionId, datetime, str]


class WaiverEnd(StrEnum):
    """Why a waiver is over."""

    MET = "met"
    LAPSED = "lapsed"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Waiver:
    """A documented deviation from one criterion; it marks a finding and never hides it.

    `note_id` is the note that grants it; None when it was granted by command and the ledger alone
    knows it. `granted_at` may be unknown. `ended` is None while nothing but time can end it.
    """

    criterion: CriterionId
    reason: str
    granted_by: str
    until: datetime
    policy_version: str
    note_id: NoteId | None = None
    granted_at: datetime | None = None
    ended: WaiverEnd | None = None

    @property
    def key(self) -> WaiverKey:
        """What makes it this waiver of a deal and no other; a new reason or wording does not."""
        source = f"by {self.granted_by}" if self.note_id is None else f"note {self.note_id}"
        return self.criterion, self.until, source


@dataclass(frozen=True, slots=True)
class Exits:
    """The enforcement of a criterion at each exit."""

    property: Enforcement = Enforcement.FLAG
    slack: Enforcement = Enforcement.ALERT
    digest: Enforcement = Enforcement.FLAG


@dataclass(frozen=True, slots=True)
class Finding:
    """One criterion against one snapshot.

    `title` is what the criterion asks in a few words ("Why now?"); `message` says what was found,
    `fix` what would pass it; `reason` is a stable code to count by (`met`, `absent`,
    `placeholder`, …). `recheck_at` is when time alone could change the answer. `headings` are those
    under which a note would answer what is still open.
    """

    criterion: CriterionId
    title: str
    state: State
    severity: Severity
    reason: str
    message: str
    fix: str
    exits: Exits
    evidence: tuple[Evidence, ...] = ()
    waiver: Waiver | None = None
    recheck_at: datetime | None = None
    headings: tuple[str, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether this finding is a blocker: unmet, of that severity, and not waived."""
        return (
            self.state is State.UNMET and self.severity is Severity.BLOCKER and self.waiver is None
        )


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of the zone with the sentences that decided it."""

    level: Level
    basis: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ZoneReading:
    """The zone, its two axes, the zones still possible, and the process that fits.

    `candidates` names the possible zones when an axis is unknown; it holds one zone otherwise.
    `recommended_process` is the label of a process, or None while the zone is unknown.
    """

    zone: Zone
    adoption: Axis
    operations: Axis
    candidates: tuple[Zone, ...]
    recommended_process: str | None

    @property
    def basis(self) -> str:
        """One line for people: each axis with what decided it."""
        return f"Node-RED adoption {self.adoption.basis}; operations {self.operations.basis}."


@dataclass(frozen=True, slots=True)
class ContactReading:
    """What one contact's own notes and properties say, whichever deal it was read for.

    Two deals that share a contact say the same of it, so they never overwrite each other.
    """

    key: ObjectKey
    qualification: str
    lead_status_finding: str


@dataclass(frozen=True, slots=True)
class CompanyReading:
    """The zone of one company by its own notes alone, whichever deal it was read for."""

    key: ObjectKey
    zone: ZoneReading


@dataclass(frozen=True, slots=True)
class Subject:
    """Who the verdict is about, as people name it; enough to write a message from."""

    deal_id: DealId
    name: str
    link: str
    stage: str
    process: str | None
    amount: str | None
    currency: str | None
    owner: Owner | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings on one deal under one policy, and what follows from them.

    `claimed_stage` is where the AE put the deal, `earned_stage` the furthest stage that the
    evidence carries; both are labels, None when the stage is not in the policy. `next_needs` are
    the findings that would block the deal at the stage after the claimed one and do not block it
    already. A closed or
    unjudged deal has `judged` False and no findings. `contacts` and `companies` are what is said
    on those records; a part that was not read has no entry. `waivers` are all that are in force,
    also those that no finding needs.
    """

    subject: Subject
    standing: Standing
    findings: tuple[Finding, ...]
    zone: ZoneReading
    claimed_stage: str | None
    earned_stage: str | None
    next_stage: str | None
    next_needs: tuple[Finding, ...]
    policy_version: str
    judged: bool = True
    recheck_at: datetime | None = None
    contacts: tuple[ContactReading, ...] = ()
    companies: tuple[CompanyReading, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    @property
    def blockers(self) -> tuple[Finding, ...]:
        """The findings that block, in the policy's order."""
        return tuple(finding for finding in self.findings if finding.blocks)
