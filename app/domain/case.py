"""The deal as the checks see it, and the shape of what a check answers.

Everything that several checks need is prepared once: the notes are read once, the zone is judged
once, the process and the stage are resolved once. A case holds no opinion of its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from app.domain.committee import Role
from app.domain.contact_case import ContactCase
from app.domain.deal import Contact, Note, NoteId, ObjectKey, ObjectKind, Owner, Snapshot, Unread
from app.domain.exchange import Exchange, ReplyRules
from app.domain.labels import folded
from app.domain.lead_status import LeadStatus, LeadStatusRules
from app.domain.needs import Needs
from app.domain.notes import Fact, Judgement, QuestionId
from app.domain.verdict import Evidence, State, ZoneReading
from app.domain.zone import Cite, FactValue, ZoneRules

MAX_SHOWN_QUOTE_CHARS = 240
MAX_REMEMBERED_REASONS = 1_024
UNREAD = "unread"
"""The reason code of whatever could not be read."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found: the finding's state, reason code, message, evidence and time limit.

    `ask` is the one question that would settle an unknown outcome; empty: the criterion's own.
    `headings` are those under which a note would answer what notes leave open.
    """

    state: State
    reason: str
    message: str
    evidence: tuple[Evidence, ...] = ()
    ask: str = ""
    recheck_at: datetime | None = None
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One deal, prepared for judging as of `now`.

    `headings` says under what a note answers each question. `process` and `stage` are labels of
    the policy, or why they could not be told. `contacts` are the snapshot's in the order of their
    ids, so that no wording follows the portal's listing.
    `people` are the contacts, each by itself, `leaders` those of them who may be leading (nobody
    while they were not read), `exchange` what was said between us and any of them; `shown_by`
    keeps what a rule found on each.
    """

    snapshot: Snapshot
    now: datetime
    contacts: tuple[Contact, ...] | Unread
    judgement: Judgement | Unread
    zone: ZoneReading
    zone_rules: ZoneRules
    lead_status: LeadStatusRules
    replies: ReplyRules
    committee: tuple[Role, ...]
    headings: Mapping[QuestionId, str]
    process: str | Unread
    stage: str | Unread
    notes: Mapping[NoteId, Note]
    people: tuple[ContactCase, ...] | Unread = field(init=False)
    leaders: tuple[ContactCase, ...] = field(init=False)
    exchange: Exchange | Unread = field(init=False)
    shown_by: dict[Check, tuple[Outcome | None, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Derive what several checks look at."""
        people = self._people()
        leaders = () if isinstance(people, Unread) else _leaders(self.lead_status, people)
        exchange = self.replies.exchange(self.snapshot.activities, self.now)
        object.__setattr__(self, "people", people)
        object.__setattr__(self, "leaders", leaders)
        object.__setattr__(self, "exchange", exchange)
        object.__setattr__(self, "shown_by", {})

    def _people(self) -> tuple[ContactCase, ...] | Unread:
        if isinstance(self.contacts, Unread):
            return self.contacts
        return tuple(
            ContactCase(contact, self.now, self.snapshot, self.replies, self.lead_status)
            for contact in self.contacts
        )

    def cite_note(
        self, note_id: str | None, quote: str | None, written_at: datetime | None
    ) -> Evidence | None:
        """A quote from a note as evidence; None when there is nothing to quote."""
        if note_id is None or not quote:
            return None
        return cite(self.snapshot, self.notes, note_id, quote, written_at)


def _leaders(rules: LeadStatusRules, people: tuple[ContactCase, ...]) -> tuple[ContactCase, ...]:
    """Those who may be leading: by label, else those in `open_deal`, else everybody."""
    for label in map(folded, rules.leading_labels):
        labelled = tuple(p for p in people if label in map(folded, p.contact.labels))
        if labelled:
            return labelled
    return tuple(p for p in people if p.status == rules.open_deal) or people


class Check(ABC):
    """One way to test a criterion; a subclass's fields are the parameters that a policy sets.

    A check is pure and total: it answers for every case, None when it does not apply, and
    `State.UNKNOWN` with the reason whenever a part that it needs was not read.
    """

    __slots__ = ()

    @abstractmethod
    def __call__(self, case: Case) -> Outcome | None:
        """What the case shows; None when the criterion does not apply to it."""

    def questions(self) -> tuple[QuestionId, ...]:
        """The questions that notes are read for on behalf of this check."""
        return ()

    def statuses(self) -> tuple[LeadStatus, ...]:
        """The lead statuses that this check names."""
        return ()

    def roles(self) -> tuple[str, ...]:
        """The committee roles that this check names."""
        return ()

    def stages(self) -> tuple[str, ...]:
        """The stages that this check names."""
        return ()

    def flaw(self) -> tuple[tuple[str, ...], str] | None:
        """What is wrong with parameters that are each allowed: the path to one, and a sentence."""
        return None

    def needs(self) -> Needs:
        """What this check looks at, besides what every snapshot holds."""
        return Needs()


def cite(
    snapshot: Snapshot,
    notes: Mapping[NoteId, Note],
    note_id: str,
    quote: str,
    written_at: datetime | None,
) -> Evidence:
    """Evidence from a note, with its author's name and its place where they are known."""
    note = notes.get(NoteId(note_id))
    author = None if note is None else author_of(snapshot, note)
    return Evidence(
        source=ObjectKey(ObjectKind.NOTE, note_id),
        quote=quote,
        author=author.name if author else None,
        written_at=written_at,
        link=snapshot.link,
    )


def author_of(snapshot: Snapshot, note: Note) -> Owner | None:
    """Who wrote a note, where it is known."""
    if note.author is None:
        return None
    owner = snapshot.owner
    if isinstance(owner, Owner) and owner.id == note.author:
        return owner
    return snapshot.authors.get(note.author)


def citing(snapshot: Snapshot, notes: Mapping[NoteId, Note]) -> Cite:
    """How the zone turns the facts of these notes into evidence."""

    def cited(fact: Fact[FactValue]) -> Evidence:
        return cite(snapshot, notes, fact.note_id or "", fact.quote, fact.written_at)

    return cited


def shown(evidence: Evidence) -> str:
    """A quote with its date and author, as a message shows it; long quotes are cut."""
    quote = evidence.quote
    if len(quote) > MAX_SHOWN_QUOTE_CHARS:
        quote = f"{quote[: MAX_SHOWN_QUOTE_CHARS - 1].rstrip()}…"
    when = f" of {evidence.written_at.date().isoformat()}" if evidence.written_at else ""
    who = f" by {evidence.author}" if evidence.author else ""
    return f"“{quote}” (note{when}{who})"


def earliest(moments: Iterable[datetime | None]) -> datetime | None:
    """The first of the moments that there are."""
    return min((moment for moment in moments if moment is not None), default=None)


@lru_cache(MAX_REMEMBERED_REASONS)
def not_checkable(reason: str) -> Outcome:
    """The outcome of a check that needs something which was not read."""
    return Outcome(
        State.UNKNOWN,
        UNREAD,
        f"Not checkable: {reason}" if reason.endswith(("?", ".")) else f"Not checkable: {reason}.",
        ask="Nothing to write: once it can be read, this is judged again by itself.",
    )
