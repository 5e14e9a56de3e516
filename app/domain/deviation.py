"""Deviations that notes on a deal grant: which of them count, and what the others lack.

A deviation counts when it names its criterion, its reason and its end, ends within the policy's
limit, and was written by somebody who may grant it. One that lacks any of this grants nothing and
is never passed over in silence: it becomes a finding that says what is missing. Only notes on the
deal itself count, and only those whose time has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.case import author_of, cite, shown
from app.domain.criterion import Criterion
from app.domain.deal import Note, ObjectKind, Owner, Snapshot, Unread
from app.domain.policy import Policy
from app.domain.read_note import is_own, statements_in
from app.domain.statement import Statement
from app.domain.verdict import CriterionId, Evidence, Exits, Finding, Severity, State, Waiver
from app.domain.verdict import Enforcement as Loud
from app.domain.waiver import Written
from app.domain.waiving import DEVIATION, named, through

TITLE = "Deviation in a note"
REASON = "incomplete_deviation"
EXITS = Exits(property=Loud.FLAG, slack=Loud.OBSERVE, digest=Loud.FLAG)


@dataclass(frozen=True, slots=True)
class Flawed:
    """A deviation that does not count, and why, each fault as the end of a sentence."""

    criterion: CriterionId | None
    faults: tuple[str, ...]
    evidence: Evidence
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Deviations:
    """What the notes on a deal say of deviations; `begins_at` is when the next note counts."""

    written: Written
    flawed: tuple[Flawed, ...] = ()
    begins_at: datetime | None = None


_NOTHING_SAID = Deviations(Written())


def deviations_in(policy: Policy, snapshot: Snapshot, now: datetime) -> Deviations | Unread:
    """The deviations in a deal's own notes as of `now`; why not, when notes were not read."""
    if isinstance(snapshot.notes, Unread):
        return snapshot.notes
    said = [(note, each) for note in _own(snapshot, snapshot.notes) for each in _in(policy, note)]
    if not said:
        return _NOTHING_SAID
    said.sort(key=lambda pair: (pair[0].written_at, pair[0].id))
    waivers: list[Waiver] = []
    flawed: list[Flawed] = []
    withdrawn: dict[CriterionId, datetime] = {}
    for note, statement in said:
        if note.written_at > now:
            continue
        code = statement.criterion
        if statement.is_withdrawal and code is not None:
            withdrawn[code] = note.written_at
            continue
        faults = tuple(_faults(policy, snapshot, note, statement))
        if faults:
            flawed.append(_flawed(snapshot, note, statement, faults))
        else:
            waivers.extend(_granted(policy, snapshot, note, statement))
    ahead = (note.written_at for note, _ in said if note.written_at > now)
    written = Written(tuple(waivers), withdrawn)
    return Deviations(written, tuple(_unmended(flawed, written)), min(ahead, default=None))


def finding_on(
    policy: Policy, flawed: Sequence[Flawed], met: frozenset[CriterionId]
) -> Finding | None:
    """The finding on deviations that do not count; one for a criterion that is met needs none."""
    needed = [each for each in flawed if each.criterion not in met]
    if not needed:
        return None
    return Finding(
        criterion=DEVIATION,
        title=TITLE,
        state=State.UNMET,
        severity=Severity.WARNING,
        reason=REASON,
        message=" ".join(map(_sentence, needed)),
        fix=(
            f"Write on the deal: “{policy.waiving.labels[0]} <criterion> – <reason> – until"
            f" <date>”, at most {policy.waiving.max_days} days ahead."
        ),
        exits=EXITS,
        evidence=tuple(each.evidence for each in needed),
    )


def _own(snapshot: Snapshot, notes: Iterable[Note]) -> Iterator[Note]:
    """The notes that people put on the deal itself."""
    for note in notes:
        on_deal = any(
            key.kind is ObjectKind.DEAL and key.id == snapshot.deal_id for key in note.hangs_on
        )
        if on_deal and not is_own(note):
            yield note


def _in(policy: Policy, note: Note) -> tuple[Statement, ...]:
    return statements_in(policy.statements, note)


def _faults(policy: Policy, snapshot: Snapshot, note: Note, statement: Statement) -> Iterator[str]:
    criterion = policy.criterion(statement.criterion) if statement.criterion else None
    if criterion is None:
        yield "it names no criterion of the policy"
    if statement.is_withdrawal:
        return
    if not statement.reason:
        yield "it gives no reason"
    yield from _time_faults(policy, note, statement)
    if criterion is not None:
        yield from _grantor_faults(policy, snapshot, note, criterion)


def _time_faults(policy: Policy, note: Note, statement: Statement) -> Iterator[str]:
    if statement.until is None:
        yield "it names no day until which it holds"
        return
    last = policy.waiving.last_day(note.written_at)
    if statement.until < note.written_at:
        yield "the day until which it holds lies before the note"
    elif statement.until > through(last):
        yield f"it runs longer than {policy.waiving.max_days} days, which end on {last.isoformat()}"


def _grantor_faults(
    policy: Policy, snapshot: Snapshot, note: Note, criterion: Criterion
) -> Iterator[str]:
    if not criterion.waivable:
        yield f"the policy allows none from “{criterion.title}”"
        return
    grantors = policy.grantors(criterion)
    writer = author_of(snapshot, note)
    if writer is None:
        yield "whose note it is cannot be told"
    elif not policy.waiving.allows(grantors, writer, snapshot.owner):
        yield f"{writer.name} may not grant it, but {named(grantors)} may"


def _granted(
    policy: Policy, snapshot: Snapshot, note: Note, statement: Statement
) -> Iterator[Waiver]:
    """The waiver that a statement without a fault grants."""
    if statement.criterion is not None and statement.until is not None:
        yield Waiver(
            criterion=statement.criterion,
            reason=statement.reason,
            granted_by=_granted_by(author_of(snapshot, note), statement.approver),
            until=statement.until,
            policy_version=policy.stamp,
            note_id=note.id,
            granted_at=note.written_at,
        )


def _granted_by(writer: Owner | None, approver: str) -> str:
    name = writer.name if writer else ""
    if not approver or approver == name:
        return name
    return f"{name} (approved by {approver})"


def _flawed(
    snapshot: Snapshot, note: Note, statement: Statement, faults: tuple[str, ...]
) -> Flawed:
    evidence = cite(snapshot, {note.id: note}, note.id, statement.quote, note.written_at)
    return Flawed(statement.criterion, faults, evidence, note.written_at)


def _unmended(flawed: Iterable[Flawed], written: Written) -> Iterator[Flawed]:
    """Those that nobody has written properly since, or taken back."""
    mended = dict(written.withdrawn)
    for waiver in written.waivers:
        if waiver.granted_at is not None:
            latest = mended.get(waiver.criterion, waiver.granted_at)
            mended[waiver.criterion] = max(latest, waiver.granted_at)
    for each in flawed:
        since = None if each.criterion is None else mended.get(each.criterion)
        if since is None or since < each.written_at:
            yield each


def _sentence(flawed: Flawed) -> str:
    return f"{shown(flawed.evidence)} grants nothing: {'; '.join(flawed.faults)}."
