"""A clock one sets, a portal with state, and a channel that remembers: the loop's surroundings.

The portal holds deals with notes that hang on the deal or on a contact. The policy of these tests
asks two things: a note that says "change:" and one that says "now:".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from app.domain.deal import (
    Contact,
    ContactId,
    DealId,
    Note,
    NoteId,
    ObjectKey,
    ObjectKind,
    PipelineId,
    Snapshot,
    StageId,
    StagePosition,
    deal_key,
)
from app.domain.desired import Change, OwnedNames
from app.domain.standing import standing_of
from app.domain.verdict import (
    Axis,
    CriterionId,
    Exits,
    Finding,
    Level,
    Severity,
    State,
    Subject,
    Verdict,
    Waiver,
    Zone,
    ZoneReading,
)
from app.domain.waiver import in_force, standing
from app.ports import Card, Failure, Group, MessageGone, MessageRef, Observation, Recipient

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAMES = OwnedNames()
ASKED = ("change", "now")


class ManualClock:
    """Time stands still until it is moved."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@dataclass
class FakeDeal:
    """One deal of the portal; `notes` and each contact's notes are texts."""

    properties: dict[str, str | None]
    notes: list[str] = field(default_factory=list)
    contacts: dict[str, list[str]] = field(default_factory=dict)
    is_closed: bool = False


class FakeCrm:
    """A portal in memory. `away` fails every call, `unreadable` and `unwritable` single deals."""

    def __init__(self) -> None:
        self.deals: dict[DealId, FakeDeal] = {}
        self.away: Failure | None = None
        self.unreadable: dict[DealId, Failure] = {}
        self.unwritable: dict[ObjectKey, Failure] = {}
        self.breaks_on: set[DealId] = set()
        self.observed: list[tuple[DealId, ...]] = []
        self.written: list[Change] = []
        self.while_observing: Callable[[], None] = lambda: None

    # ------------------------------------------------------------- what people do

    def add(
        self, number: int, *, notes: Iterable[str] = (), contacts: Iterable[str] = ()
    ) -> DealId:
        deal_id = DealId(str(number))
        owned = dict.fromkeys(NAMES.of(ObjectKind.DEAL))
        self.deals[deal_id] = FakeDeal(
            {"dealname": f"Deal {number}", "amount": "1000", **owned},
            list(notes),
            {contact: [] for contact in contacts},
        )
        return deal_id

    def shown(self, deal_id: DealId, suffix: str) -> str | None:
        return self.deals[deal_id].properties[NAMES.name(suffix)]

    def portal(self) -> Mapping[DealId, Mapping[str, str | None]]:
        """What the portal shows, apart from when it was written."""
        return {
            deal_id: {n: v or None for n, v in deal.properties.items() if n != NAMES.verdict_at}
            for deal_id, deal in self.deals.items()
        }

    # ------------------------------------------------------------- the port

    def observe(self, deal_ids: Sequence[DealId]) -> Observation:
        self._answer()
        self.observed.append(tuple(deal_ids))
        snapshots = {
            deal_id: self._snapshot(deal_id)
            for deal_id in deal_ids
            if deal_id in self.deals and deal_id not in self.unreadable
        }
        gone = frozenset(deal_id for deal_id in deal_ids if deal_id not in self.deals)
        failed = {d: self.unreadable[d] for d in deal_ids if d in self.unreadable}
        self.while_observing()
        return Observation(snapshots, gone, failed)

    def deals_of(self, keys: Iterable[ObjectKey]) -> Mapping[ObjectKey, frozenset[DealId]]:
        self._answer()
        return {
            key: frozenset(
                deal_id for deal_id, deal in self.deals.items() if key.id in deal.contacts
            )
            for key in keys
        }

    def apply(self, changes: Sequence[Change]) -> Mapping[ObjectKey, Failure]:
        self._answer()
        refused = {}
        for change in changes:
            if change.key in self.unwritable:
                refused[change.key] = self.unwritable[change.key]
            else:
                self.written.append(change)
                self.deals[DealId(change.key.id)].properties.update(change.properties)
        return refused

    def open_deals(self, after: DealId | None = None) -> Iterable[DealId]:
        self._answer()
        is_open = (d for d, deal in self.deals.items() if not deal.is_closed)
        return iter(sorted((d for d in is_open if int(d) > int(after or -1)), key=int))

    def count_open_deals(self) -> int:
        return sum(not deal.is_closed for deal in self.deals.values())

    def _answer(self) -> None:
        if self.away is not None:
            raise self.away

    def _snapshot(self, deal_id: DealId) -> Snapshot:
        deal = self.deals[deal_id]
        on_deal = [(deal_key(deal_id), text) for text in deal.notes]
        on_contacts = [
            (ObjectKey(ObjectKind.CONTACT, contact), text)
            for contact, texts in deal.contacts.items()
            for text in texts
        ]
        return Snapshot(
            deal_id=deal_id,
            observed_at=START,
            properties={
                **deal.properties,
                **({"breaks": "yes"} if deal_id in self.breaks_on else {}),
            },
            link=f"https://portal.example/deal/{deal_id}",
            position=_position(is_closed=deal.is_closed),
            owner=None,
            contacts=tuple(Contact(ContactId(contact), {}) for contact in deal.contacts),
            companies=(),
            notes=tuple(
                Note(NoteId(f"{deal_id}-{number}"), text, START, (key,))
                for number, (key, text) in enumerate(on_deal + on_contacts)
            ),
        )


def evaluate(snapshot: Snapshot, now: datetime, waivers: Sequence[Waiver] = ()) -> Verdict:
    """The policy of these tests: each asked word has to stand in some note, or to be waived."""
    if "breaks" in snapshot.properties:
        text = "a defect that nobody foresaw"
        raise ZeroDivisionError(text)
    position = snapshot.position
    texts = [note.body for note in snapshot.notes]
    judged = not position.is_closed
    stands = standing(waivers, None, now) if judged else ()
    active = in_force(stands, now)
    found = tuple(_finding(word, texts) for word in ASKED) if judged else ()
    findings = tuple(_marked(finding, active) for finding in found)
    ahead = [waiver.until for waiver in stands]
    if any("until" in text for text in texts):
        ahead.append(now + timedelta(days=1))
    recheck_at = min(ahead, default=None)
    unknown = Axis(Level.UNKNOWN, "unknown")
    return Verdict(
        subject=Subject(
            deal_id=snapshot.deal_id,
            name=snapshot.name,
            link=snapshot.link,
            stage=position.stage_label,
            process=position.pipeline_label,
            amount=snapshot.properties.get("amount"),
            currency="EUR",
            owner=None,
        ),
        standing=standing_of(findings),
        findings=findings,
        zone=ZoneReading(Zone.UNKNOWN, unknown, unknown, (), None),
        claimed_stage=position.stage_label,
        earned_stage=None,
        next_stage=None,
        next_needs=(),
        policy_version="test-1",
        judged=judged,
        recheck_at=recheck_at,
        waivers=stands,
    )


def _marked(finding: Finding, active: Mapping[CriterionId, Waiver]) -> Finding:
    if finding.state is State.MET:
        return finding
    return replace(finding, waiver=active.get(finding.criterion))


def _finding(word: str, texts: Sequence[str]) -> Finding:
    is_met = any(f"{word}:" in text for text in texts)
    return Finding(
        criterion=CriterionId(f"why_{word}"),
        title=f"Why {word}?",
        state=State.MET if is_met else State.UNMET,
        severity=Severity.BLOCKER,
        reason="met" if is_met else "absent",
        message="" if is_met else f"No note says why {word}.",
        fix=f"Write a note with “{word}: …”.",
        exits=Exits(),
    )


def _position(*, is_closed: bool) -> StagePosition:
    return StagePosition(
        pipeline_id=PipelineId("1"),
        pipeline_label="NR Scale",
        stage_id=StageId("9" if is_closed else "2"),
        stage_label="Closed lost" if is_closed else "2-Diagnose",
        order=7 if is_closed else 1,
        is_closed=is_closed,
        is_won=False,
    )


class FakeChannel:
    """A channel that keeps every version of every message; `refusals` are raised one by one.

    `history` is what stands beneath each message, `groups` the messages about many deals, and
    `looked` counts the searches.
    """

    def __init__(self) -> None:
        self.messages: dict[str, list[Card]] = {}
        self.groups: dict[str, list[Group]] = {}
        self.history: dict[str, list[tuple[Card, Card]]] = {}
        self.refusals: list[Exception] = []
        self.looked = 0
        self._posted = 0

    def post(self, recipient: Recipient, card: Card) -> MessageRef:
        self._answer()
        self._posted += 1
        ts = f"{self._posted}"
        self.messages[ts] = [card]
        return MessageRef(recipient or "C1", ts)

    def edit(self, ref: MessageRef, card: Card) -> None:
        self._answer()
        if ref.ts not in self.messages:
            text = "message_not_found"
            raise MessageGone(text)
        self.messages[ref.ts].append(card)

    def find(self, recipient: Recipient, card: Card, since: datetime) -> MessageRef | None:
        self._answer()
        del since
        self.looked += 1
        for ts, versions in self.messages.items():
            first = versions[0]
            if (first.subject.deal_id, first.opened_at) == (card.subject.deal_id, card.opened_at):
                return MessageRef(recipient or "C1", ts)
        return None

    def follow_up(self, ref: MessageRef, before: Card, card: Card, *, is_repeat: bool) -> None:
        self._answer()
        lines = self.history.setdefault(ref.ts, [])
        if not (is_repeat and (before, card) in lines):
            lines.append((before, card))

    def post_group(self, group: Group) -> MessageRef:
        self._answer()
        self._posted += 1
        self.groups[f"{self._posted}"] = [group]
        return MessageRef("C1", f"{self._posted}")

    def edit_group(self, ref: MessageRef, group: Group) -> None:
        self._answer()
        if ref.ts not in self.groups:
            text = "message_not_found"
            raise MessageGone(text)
        self.groups[ref.ts].append(group)

    def find_group(self, group: Group, since: datetime) -> MessageRef | None:
        self._answer()
        del since
        self.looked += 1
        found = (ts for ts, versions in self.groups.items() if versions[0].id == group.id)
        return next((MessageRef("C1", ts) for ts in found), None)

    def close(self) -> None:
        pass

    def delete_all(self) -> None:
        self.messages.clear()
        self.groups.clear()

    @property
    def now_showing(self) -> list[tuple[DealId, str, tuple[str, ...]]]:
        """Each deal as it stands in a message: deal, kind, criteria."""
        return sorted(
            (card.subject.deal_id, card.kind.value, tuple(f.criterion for f in card.findings))
            for card in self._cards()
        )

    def _cards(self) -> Iterable[Card]:
        yield from (versions[-1] for versions in self.messages.values())
        for versions in self.groups.values():
            yield from versions[-1].cards

    def _answer(self) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
