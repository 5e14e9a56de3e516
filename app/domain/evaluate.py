"""The heart: `evaluate(policy, snapshot, now)` answers what is true of one deal.

Pure and total. It never raises on any snapshot, asks nobody, remembers nothing, and gives the
same verdict until `recheck_at`. What it cannot tell it calls unknown.

**Which criteria.** An open deal in stage S of a process answers for every criterion of the policy
that starts at S or before, and for the exit signal of every meeting of the stages before S, so
that a skipped stage shows as its missing signals. A closed deal answers only for criteria that
say `when: closed_won`; without any it is not judged.

**Earned stage.** The furthest open stage such that every blocker of kind qualification or exit
that it demands, and every stage before it demands, is met or waived. It may lie behind the
claimed stage or ahead of it. The first stage is the floor: what even that one lacks shows as
blockers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from app.domain.case import UNREAD, Case, Outcome, citing
from app.domain.criterion import Criterion
from app.domain.deal import Contact, Note, NoteId, Snapshot, Unread
from app.domain.deviation import Deviations, deviations_in, finding_on
from app.domain.notes import Judgement
from app.domain.place import Place, due_at, judged_until, place_of
from app.domain.policy import Policy
from app.domain.reading_copy import reading_copy
from app.domain.readings import company_readings, contact_readings, own_judgements
from app.domain.recheck import recheck_at
from app.domain.standing import standing_of
from app.domain.verdict import (
    CriterionId,
    Finding,
    State,
    Subject,
    Verdict,
    Waiver,
    ZoneReading,
)
from app.domain.waiver import in_force, standing


def evaluate(
    policy: Policy, snapshot: Snapshot, now: datetime, waivers: Iterable[Waiver] = ()
) -> Verdict:
    """The verdict on one deal as of `now` (aware); the same until its `recheck_at`."""
    place = place_of(policy, snapshot)
    notes = _notes_by_id(snapshot)
    judgement = _judgement(policy, snapshot, now)
    own = own_judgements(policy, snapshot, now)
    zone = _zone(policy, snapshot, notes, judgement)
    case = Case(
        snapshot=snapshot,
        now=now,
        contacts=_in_order(snapshot.contacts),
        judgement=judgement,
        zone=zone,
        zone_rules=policy.zones,
        lead_status=policy.lead_status,
        replies=policy.replies,
        committee=policy.committee,
        headings=policy.headings,
        process=place.process if isinstance(place.process, Unread) else place.process.label,
        stage=place.stage,
        notes=notes,
    )
    due = due_at(policy, snapshot, place, now)
    said = deviations_in(policy, snapshot, now)
    written = None if isinstance(said, Unread) else said.written
    stands = standing(waivers, written, now) if due is not None else ()
    unsure = isinstance(snapshot.position, Unread)
    bench = _Bench(case, in_force(stands, now), unsure=unsure)
    findings = bench.findings(due or ())
    if isinstance(said, Deviations) and said.flawed and due and not unsure:
        findings += _on_deviations(policy, said, findings)
    is_open = due is not None and place.index is not None
    earned = _earned(policy, place, bench) if is_open else None
    needs = _next_needs(policy, place, bench) if is_open else ()
    readings = contact_readings(policy, case, own)
    ahead = (
        *bench.moments(),
        *(moment for _, moment in readings),
        *(waiver.until for waiver in stands),
        said.begins_at if isinstance(said, Deviations) else None,
        judged_until(policy, snapshot, now),
    )
    return Verdict(
        subject=_subject(snapshot, place),
        standing=standing_of(findings),
        findings=findings,
        zone=zone,
        claimed_stage=place.label,
        earned_stage=earned,
        next_stage=place.next_label if is_open else None,
        next_needs=needs,
        policy_version=policy.stamp,
        judged=due is not None,
        recheck_at=recheck_at(snapshot, now, (judgement, *own.values()), ahead),
        contacts=tuple(reading for reading, _ in readings),
        companies=company_readings(policy, snapshot, own, notes),
        waivers=stands,
    )


class _Bench:
    """Judges criteria of one case, each at most once."""

    __slots__ = ("_active", "_case", "_judged", "_unsure")

    def __init__(self, case: Case, active: Mapping[CriterionId, Waiver], *, unsure: bool) -> None:
        self._case = case
        self._active = active
        self._unsure = unsure
        self._judged: dict[CriterionId, Finding | None] = {}

    def findings(self, criteria: Iterable[Criterion]) -> tuple[Finding, ...]:
        """The findings of those criteria that apply, in their order."""
        return tuple([found for each in criteria if (found := self.finding(each)) is not None])

    def moments(self) -> Iterator[datetime]:
        """When time alone may change something that was judged here."""
        for finding in self._judged.values():
            if finding is not None and finding.recheck_at is not None:
                yield finding.recheck_at

    def finding(self, criterion: Criterion) -> Finding | None:
        """The finding of one criterion; None when it does not apply to the deal."""
        code = criterion.id
        if code in self._judged:
            return self._judged[code]
        outcome = criterion.check(self._case)
        if outcome is None:
            finding = None
        elif self._active or self._unsure:
            finding = self._marked(criterion, outcome)
        else:
            finding = criterion.found(outcome)
        self._judged[code] = finding
        return finding

    def _marked(self, criterion: Criterion, outcome: Outcome) -> Finding:
        """The finding on a deal with waivers, or of which nobody knows whether it is open."""
        if self._unsure and outcome.state is State.UNMET:
            outcome = _held_back(outcome)
        waiver = self._active.get(criterion.id)
        return criterion.found(outcome) if waiver is None else criterion.finding(outcome, waiver)


def _on_deviations(
    policy: Policy, said: Deviations, findings: Iterable[Finding]
) -> tuple[Finding, ...]:
    met = frozenset(finding.criterion for finding in findings if finding.state is State.MET)
    finding = finding_on(policy, said.flawed, met)
    return () if finding is None else (finding,)


def _held_back(outcome: Outcome) -> Outcome:
    """An unmet outcome on a deal of which nobody knows whether it is open at all."""
    return Outcome(
        State.UNKNOWN,
        UNREAD,
        f"{outcome.message} Whether the deal is open could not be read, so nothing is demanded.",
        outcome.evidence,
        ask="Nothing to write: once the stage can be read, this is judged again by itself.",
        recheck_at=outcome.recheck_at,
    )


def _earned(policy: Policy, place: Place, bench: _Bench) -> str | None:
    if isinstance(place.process, Unread):
        return None
    earned = place.process.stages[0].label
    for index, stage in enumerate(place.process.stages):
        step = policy.carrying_step_to(place.process, index)
        if not all(_is_carried(criterion, bench) for criterion in step):
            break
        earned = stage.label
    return earned


def _is_carried(criterion: Criterion, bench: _Bench) -> bool:
    finding = bench.finding(criterion)
    return finding is None or finding.state is State.MET or finding.waiver is not None


def _next_needs(policy: Policy, place: Place, bench: _Bench) -> tuple[Finding, ...]:
    if place.index is None or isinstance(place.process, Unread):
        return ()
    ahead = policy.blocking_step_to(place.process, place.index + 1)
    return tuple(finding for finding in bench.findings(ahead) if finding.blocks)


def _in_order(contacts: tuple[Contact, ...] | Unread) -> tuple[Contact, ...] | Unread:
    if isinstance(contacts, Unread) or len(contacts) < 2:
        return contacts
    return tuple(sorted(contacts, key=lambda contact: (len(contact.id), contact.id)))


def _notes_by_id(snapshot: Snapshot) -> Mapping[NoteId, Note]:
    if isinstance(snapshot.notes, Unread):
        return {}
    return {note.id: note for note in snapshot.notes}


def _judgement(policy: Policy, snapshot: Snapshot, now: datetime) -> Judgement | Unread:
    if isinstance(snapshot.notes, Unread):
        return snapshot.notes
    copies = [reading_copy(policy.statements, note) for note in snapshot.notes]
    return policy.reader.judge(copies, now)


def _zone(
    policy: Policy,
    snapshot: Snapshot,
    notes: Mapping[NoteId, Note],
    judgement: Judgement | Unread,
) -> ZoneReading:
    if isinstance(judgement, Unread):
        return policy.zones.unread(judgement.reason)
    return policy.zones.read(judgement.facts, citing(snapshot, notes))


def _subject(snapshot: Snapshot, place: Place) -> Subject:
    position, owner = snapshot.position, snapshot.owner
    return Subject(
        deal_id=snapshot.deal_id,
        name=snapshot.name,
        link=snapshot.link,
        stage="unknown stage" if isinstance(position, Unread) else position.stage_label,
        process=None if isinstance(place.process, Unread) else place.process.label,
        amount=snapshot.properties.get("amount"),
        currency=snapshot.properties.get("deal_currency_code"),
        owner=None if isinstance(owner, Unread) else owner,
    )
