"""Any snapshot and any policy: what HubSpot may hold, and what a policy may demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zlib import crc32

from hypothesis import strategies as st

from app.domain.checks import (
    Answered,
    ExitSignal,
    LeadingContactLeadStatus,
    ProcessFitsZone,
    PropertyPresent,
    QuestionsAnswered,
    SomeContactHasLeadStatus,
    StageKnown,
)
from app.domain.criterion import Criterion, CriterionKind, When
from app.domain.deal import (
    Activity,
    Company,
    Contact,
    DealId,
    Direction,
    Note,
    ObjectKey,
    ObjectKind,
    Owner,
    PropertyMove,
    Sibling,
    Snapshot,
    StagePosition,
    Unread,
)
from app.domain.desired import OwnedNames
from app.domain.notes import (
    MQL_QUESTIONS,
    WHYS,
    Answer,
    AnswerState,
    Fact,
    Facts,
    Judged,
    Judgement,
    OpsSign,
    ReasonCode,
    SourceNote,
)
from app.domain.policy import Policy
from app.domain.verdict import Enforcement, Exits, Severity, Waiver
from tests.domain.build import NOW, SIGNALS, STAGES, shipped_policy

LINES = (
    "Why change? A stop cost us six hours.",
    "Why change: TBD",
    "Why now: the contract ends on 31 October 2026",
    "Why now? maybe next year",
    "Why FlowFuse? RBAC and snapshots",
    "Why now: deadline dropped",
    *(f"Exit signal {meeting}: {text}" for meeting, text in SIGNALS.items()),
    "1b exit: they will think about it",
    "Node-RED runs at 4 sites, 38 instances, 5 developers, in production.",
    "Nobody owns the standards; every plant deploys as it likes.",
    "<p>Why now?&nbsp;&#8203;</p>",
)
QUESTIONS = (*WHYS, *MQL_QUESTIONS, *(f"exit_{meeting}" for meeting in SIGNALS))
STATUSES = ("NEW", "OPEN_DEAL", "UNQUALIFIED", "BAD_TIMING", "UNRESPONSIVE", "CUSTOM", "", None)
LABELS = ("Champion", "Primary contact", "decision  MAKER", "Other")

ids = st.sampled_from(("1", "2", "3", "40"))
moments = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 the zone is given below
    datetime(2028, 12, 31),  # noqa: DTZ001 see above
    timezones=st.just(UTC),
)
unread = st.builds(Unread, st.sampled_from(("the API said no", "timed out")))
keys = st.builds(ObjectKey, st.sampled_from(ObjectKind), ids)
texts = st.one_of(st.lists(st.sampled_from(LINES), max_size=6).map("\n".join), st.text(max_size=80))
dates = st.sampled_from((None, "", "2026-09-01", "2026-10-01T12:00:00Z", "1790000000000", "soon"))
values = st.one_of(st.none(), st.just(""), st.text(max_size=20))
names = OwnedNames()


def properties(kind: ObjectKind, known: dict[str, st.SearchStrategy[str | None]]):
    """Properties of a kind of record; each one may be missing in the portal."""
    own = dict.fromkeys(names.of(kind), values)
    return st.fixed_dictionaries({}, optional={**known, **own})


notes = st.builds(
    Note, ids, texts, moments, st.lists(keys, max_size=3).map(tuple), st.none() | ids, st.booleans()
)
contacts = st.builds(
    Contact,
    ids,
    properties(
        ObjectKind.CONTACT,
        {
            "hs_lead_status": st.sampled_from(STATUSES),
            "lifecyclestage": st.sampled_from(("lead", "opportunity", None)),
            "email": values,
            "hs_buying_role": st.sampled_from((None, "CHAMPION", "END_USER;CHAMPION")),
            "activation_outbound": values,
            "hubspot_owner_assigneddate": dates,
        },
    ),
    st.lists(st.sampled_from(LABELS), max_size=2).map(tuple),
)
companies = st.builds(Company, ids, properties(ObjectKind.COMPANY, {"name": values}), st.booleans())
positions = st.builds(
    StagePosition,
    ids,
    st.sampled_from(("NR Scale", "edge  connectivity", "Renewals", "")),
    ids,
    st.sampled_from((*STAGES, "Closed won", "Negotiation", "")),
    st.integers(0, 9),
    st.sampled_from((False, False, False, True)),
    st.sampled_from((False, False, False, True)),
)
owners = st.builds(Owner, ids, st.text(max_size=10), st.none(), st.booleans())


def some(strategy):
    """A few of them, each id once, or Unread."""
    several = st.lists(strategy, max_size=4, unique_by=lambda record: record.id)
    return st.one_of(several.map(tuple), unread)


activities = st.builds(
    Activity,
    key=st.builds(
        ObjectKey,
        st.sampled_from((ObjectKind.EMAIL, ObjectKind.MEETING, ObjectKind.CALL)),
        ids,
    ),
    direction=st.sampled_from(Direction),
    at=moments,
    hangs_on=st.lists(keys, max_size=3).map(tuple),
    outcome=st.sampled_from((None, "COMPLETED", "NO_SHOW")),
    subject=st.sampled_from(("", "Re: offer", "Automatic reply: away")),
)
moves = st.builds(
    PropertyMove,
    st.sampled_from((None, "1", "2", "40", "2026-09-01", "call Petra by 3 October 2026")),
    moments,
    st.just("CRM_UI"),
    st.sampled_from((None, "Zoe")),
)
histories = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(moves, max_size=4).map(
            lambda found: tuple(sorted(found, key=lambda move: move.at, reverse=True))
        )
        for name in ("dealstage", "closedate", "hs_next_step")
    },
)
siblings = st.builds(Sibling, ids, st.just("Twin"), st.lists(keys, max_size=2).map(tuple))

snapshots = st.builds(
    Snapshot,
    deal_id=ids.map(DealId),
    observed_at=moments,
    properties=properties(
        ObjectKind.DEAL,
        {
            "dealname": values,
            "amount": st.sampled_from((None, "0", "60000", "NaN", "x")),
            "deal_currency_code": values,
            "next_step": values,
            "closedate": dates,
            "createdate": dates,
            "hs_next_step": st.sampled_from((None, "tbd", "Demo on 1 October 2026")),
        },
    ),
    link=st.just("https://app.hubspot.com/1"),
    position=st.one_of(positions, positions, unread),
    owner=st.one_of(st.none(), owners, unread),
    contacts=some(contacts),
    companies=some(companies),
    notes=some(notes),
    activities=st.one_of(
        st.lists(activities, max_size=4).map(
            lambda found: tuple(sorted(found, key=lambda activity: activity.at))
        ),
        unread,
    ),
    history=st.one_of(histories, unread),
    siblings=st.one_of(st.lists(siblings, max_size=2).map(tuple), unread),
    stages=st.lists(positions, max_size=4).map(tuple),
    authors=st.dictionaries(ids, owners, max_size=2),
)

question_ids = st.sampled_from(QUESTIONS)
checks = st.one_of(
    st.builds(Answered, question_ids),
    st.builds(ExitSignal, question_ids),
    st.builds(QuestionsAnswered, st.lists(question_ids, min_size=1, max_size=3).map(tuple)),
    st.builds(SomeContactHasLeadStatus, st.sampled_from(STATUSES[:5])),
    st.builds(
        LeadingContactLeadStatus,
        st.lists(st.sampled_from(STATUSES[:5]), min_size=1, max_size=3).map(tuple),
    ),
    st.builds(PropertyPresent, st.sampled_from(("next_step", "amount"))),
    st.builds(StageKnown),
    st.builds(ProcessFitsZone),
)
exits = st.builds(Exits, *[st.sampled_from(Enforcement)] * 3)


@st.composite
def criteria(draw, index: int) -> Criterion:
    """Any criterion that a policy file may hold."""
    return Criterion(
        id=f"c{index}",
        title=f"Criterion {index}",
        kind=draw(st.sampled_from(CriterionKind)),
        severity=draw(st.sampled_from(Severity)),
        check=draw(checks),
        fix="Fix it.",
        ask="Which one?",
        source="a test",
        exits=draw(exits),
        when=draw(st.sampled_from((When.OPEN, When.OPEN, When.CLOSED_WON))),
        from_stage=draw(st.none() | st.sampled_from(STAGES)),
        processes=draw(st.sampled_from(((), (), ("nr_scale",), ("edge_connectivity",)))),
    )


@st.composite
def policies(draw) -> Policy:
    """The shipped policy, or one with other criteria; read by the pseudo reader or the real one."""
    policy = _shipped(pseudo=draw(st.booleans()), ignoring=draw(st.booleans()))
    if draw(st.booleans()):
        own = tuple(draw(criteria(index)) for index in range(draw(st.integers(1, 5))))
        policy = replace(policy, criteria=own)
    return policy


@cache
def _shipped(*, pseudo: bool, ignoring: bool) -> Policy:
    policy = shipped_policy()
    return replace(
        policy,
        reader=PseudoReader() if pseudo else policy.reader,
        ignored_pipelines=("renewals",) if ignoring else (),
    )


@st.composite
def waivers(draw, policy: Policy) -> list[Waiver]:
    """Waivers for criteria of a policy, some of them lapsed."""
    codes = st.sampled_from(sorted(policy.codes))
    until = moments | st.timedeltas(timedelta(days=-9), timedelta(days=99)).map(NOW.__add__)
    waiver = st.builds(
        Waiver, codes, st.just("agreed"), st.just("Zoe"), until, st.just(policy.version)
    )
    return draw(st.lists(waiver, max_size=4))


class PseudoReader:
    """Answers at random but for ever the same: every answer follows from the text alone.

    Reaches all states, reasons, facts and expiry dates, which the real reader reaches rarely.
    """

    def judge(self, notes: Sequence[SourceNote], now: datetime) -> Judgement:
        """The last note by date and id decides each question; a date passed makes it stale."""
        ordered = sorted(notes, key=lambda note: (note.written_at, note.id, note.body))
        answers = {question: self._answer(question, ordered, now) for question in QUESTIONS}
        expiries = [judged.answer.expires_at for judged in answers.values()]
        ahead = [moment for moment in expiries if moment is not None and moment > now]
        return Judgement(answers, self._facts(ordered), min(ahead, default=None))

    def _answer(self, question: str, notes: Sequence[SourceNote], now: datetime) -> Judged:
        considered = tuple(note.id for note in notes)
        if not notes:
            nothing = Answer(AnswerState.ABSENT, ReasonCode.ABSENT)
            return Judged(nothing, None, None, considered)
        last = notes[-1]
        dice = crc32(f"{question}{last.body}".encode(errors="replace"))
        state = list(AnswerState)[dice % 5]
        reason = list(ReasonCode)[dice // 5 % len(ReasonCode)]
        expires = None
        if state is AnswerState.ANSWERED and dice % 3 == 0:
            expires = last.written_at + timedelta(days=dice % 700)
            if expires <= now:
                state, reason = AnswerState.UNCLEAR, ReasonCode.STALE
        quote = last.body[:9] or None if state is not AnswerState.ABSENT else None
        return Judged(Answer(state, reason, quote, expires), last.id, last.written_at, considered)

    def _facts(self, notes: Sequence[SourceNote]) -> Facts:
        if not notes:
            return Facts()
        last = notes[-1]
        dice = crc32(last.body.encode(errors="replace"))

        def fact(value: object, bit: int) -> Fact | None:
            return Fact(value, last.body, last.id, last.written_at) if dice >> bit & 1 else None

        sign = OpsSign.HIGH if dice & 64 else OpsSign.LOW
        return Facts(
            node_red_adopted=fact(bool(dice & 128), 1),
            node_red_sites=fact(dice % 5, 2),
            node_red_instances=fact(dice % 60, 3),
            governance=fact(sign, 4),
            incidents=fact(OpsSign.HIGH, 5),
        )
