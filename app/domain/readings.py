"""What is said on the records beside the deal: its contacts and its companies.

Each is judged from the notes that hang on that record itself and from its own properties, and
from nothing of the deal. So every deal that shares a contact or a company says the same of it,
and two deals never overwrite each other's words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from itertools import repeat

from app.domain.case import Case, Outcome, citing, earliest
from app.domain.contact_case import ContactCase
from app.domain.deal import (
    NOT_ASKED,
    Note,
    NoteId,
    ObjectKey,
    ObjectKind,
    Snapshot,
    Unread,
)
from app.domain.notes import AnswerState, Judgement, QuestionId, SourceNote
from app.domain.policy import Policy
from app.domain.reading_copy import reading_copy
from app.domain.verdict import CompanyReading, ContactReading, State
from app.domain.wording import question_name

MAX_REMEMBERED_TEXTS = 1_024
Judgements = Mapping[ObjectKey, Judgement]


def own_judgements(policy: Policy, snapshot: Snapshot, now: datetime) -> Judgements:
    """Each contact and company judged by its own notes; nothing when the notes were not read."""
    if isinstance(snapshot.notes, Unread):
        return {}
    own: dict[ObjectKey, list[SourceNote]] = {key: [] for key in _beside(snapshot)}
    for note in snapshot.notes:
        for key in note.hangs_on:
            if key in own:
                own[key].append(reading_copy(policy.statements, note))
    return {
        key: policy.reader.judge(notes, now) if notes else policy.silence
        for key, notes in own.items()
    }


def contact_readings(
    policy: Policy, case: Case, judgements: Judgements
) -> tuple[tuple[ContactReading, datetime | None], ...]:
    """What to say on each contact that was read, and when time alone may change it.

    Nothing while the activities or the other deals could not be read: another deal of the same
    contact may know more.
    """
    if isinstance(case.people, Unread) or _partly_read(case.snapshot):
        return ()
    told = tuple(zip(*[rule.on_each(case) for rule in policy.contact_rules], strict=True))
    return tuple(
        _contact_reading(policy, person, outcomes, judgements[person.key])
        for person, outcomes in zip(case.people, told or repeat(()), strict=False)
        if person.key in judgements
    )


def company_readings(
    policy: Policy, snapshot: Snapshot, judgements: Judgements, notes: Mapping[NoteId, Note]
) -> tuple[CompanyReading, ...]:
    """What to say on each company that was read."""
    cited = citing(snapshot, notes)
    return tuple(
        CompanyReading(key, policy.zones.read(judgement.facts, cited))
        for key, judgement in judgements.items()
        if key.kind is ObjectKind.COMPANY
    )


def _beside(snapshot: Snapshot) -> list[ObjectKey]:
    keys = []
    if not isinstance(snapshot.contacts, Unread):
        keys += [ObjectKey(ObjectKind.CONTACT, contact.id) for contact in snapshot.contacts]
    if not isinstance(snapshot.companies, Unread):
        keys += [ObjectKey(ObjectKind.COMPANY, company.id) for company in snapshot.companies]
    return keys


def _partly_read(snapshot: Snapshot) -> bool:
    parts = (snapshot.activities, snapshot.siblings)
    return any(isinstance(part, Unread) and part != NOT_ASKED for part in parts)


def _contact_reading(
    policy: Policy,
    person: ContactCase,
    outcomes: Iterable[Outcome | None],
    judgement: Judgement,
) -> tuple[ContactReading, datetime | None]:
    apply = [outcome for outcome in outcomes if outcome is not None]
    wrong = (outcome.message for outcome in apply if outcome.state is State.UNMET)
    found = (policy.lead_status.doubt_on(person.contact, person.status), *wrong)
    missing = tuple(q for q in policy.contact_questions if not _answers(judgement, q))
    reading = ContactReading(
        person.key,
        _qualification(len(policy.contact_questions), missing),
        " ".join(filter(None, found)),
    )
    return reading, earliest(outcome.recheck_at for outcome in apply)


@lru_cache(MAX_REMEMBERED_TEXTS)
def _qualification(wanted: int, missing: tuple[QuestionId, ...]) -> str:
    """How many of the contact's questions its own notes answer, and which are missing."""
    text = f"{wanted - len(missing)} of {wanted} questions answered"
    if not missing:
        return f"{text}."
    return f"{text}; missing: {', '.join(map(question_name, missing))}."


def _answers(judgement: Judgement, question: QuestionId) -> bool:
    judged = judgement.answers.get(question)
    return judged is not None and judged.answer.state is AnswerState.ANSWERED
