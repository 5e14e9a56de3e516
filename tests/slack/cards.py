"""Cards to show, ordinary and hostile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from app.domain.deal import DealId, ObjectKey, ObjectKind, Owner, OwnerId
from app.domain.verdict import (
    CriterionId,
    Evidence,
    Exits,
    Finding,
    Severity,
    State,
    Subject,
    Waiver,
)
from app.ports import MAIN_CHANNEL, AlertKind, Card, Group

OPENED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

EVIDENCE = Evidence(
    source=ObjectKey(ObjectKind.NOTE, "501"),
    quote="Why now? TBD, will ask next week",
    author="Mara Lind",
    written_at=datetime(2026, 2, 27, 15, 0, tzinfo=UTC),
    link="https://app-eu1.hubspot.com/contacts/1/record/0-46/501",
)
FINDING = Finding(
    criterion=CriterionId("why_now"),
    title="Why now?",
    state=State.UNMET,
    severity=Severity.BLOCKER,
    reason="placeholder",
    message="The note says that the answer is still to come.",
    fix="Write down what makes this the moment, with its date.",
    exits=Exits(),
    evidence=(EVIDENCE,),
    headings=("Why now?",),
)
SUBJECT = Subject(
    deal_id=DealId("9001"),
    name="Hafenwerk AG – line 4",
    link="https://app-eu1.hubspot.com/contacts/1/record/0-3/9001",
    stage="2-Diagnose",
    process="NR Scale",
    amount="45000",
    currency="EUR",
    owner=Owner(OwnerId("7"), "Jonas Brandt", "jonas@example.com", active=True),
)
BLOCKED = Card(
    kind=AlertKind.BLOCKED,
    subject=SUBJECT,
    findings=(FINDING,),
    claimed_stage="2-Diagnose",
    earned_stage="1-Discovery",
    opened_at=OPENED,
)
CLEARED = replace(
    BLOCKED,
    kind=AlertKind.CLEARED,
    earned_stage="2-Diagnose",
    cleared_at=OPENED + timedelta(hours=2, minutes=5),
    resolved=(
        replace(
            FINDING,
            state=State.MET,
            reason="labelled",
            headings=(),
            evidence=(replace(EVIDENCE, quote="Audit on 14 April", written_at=OPENED),),
        ),
    ),
)
WAIVER = Waiver(
    criterion=CriterionId("why_now"),
    reason="The board decides in May",
    granted_by="Anna Berg",
    until=datetime(2026, 6, 30, 23, 59, tzinfo=UTC),
    policy_version="2026.11+0",
)
WAIVED = replace(CLEARED, resolved=(replace(FINDING, waiver=WAIVER),))
GROUP = Group(
    id="9001@1",
    recipient=MAIN_CHANNEL,
    cards=(
        *(
            replace(BLOCKED, subject=replace(SUBJECT, deal_id=DealId(str(n)), name=f"Customer {n}"))
            for n in range(9001, 9009)
        ),
        replace(CLEARED, subject=replace(SUBJECT, deal_id=DealId("9010"), name="Customer 9010")),
    ),
    version=1,
    opened_at=OPENED,
)

POISON = (
    "<!channel> <@U1> <#C1|x> <https://evil.example|click>",
    "a|b>c<d&e&amp;",
    "*bold* _it_ ~no~ ```code```\n> quote\n\n\x00\x07",
    "\u202etxet desrever\u202c שלום عليكم",
    "👩‍👩‍👧‍👦" * 500,
    "&" * 4_000,
    "x" * 4_000,
    "",
    " \n ",
    "\u200b\u2060",
)
hostile = st.one_of(
    st.sampled_from(POISON), st.text(max_size=200), st.text(max_size=8).map(lambda t: t * 400)
)
links = st.one_of(
    st.sampled_from(
        [
            "https://app-eu1.hubspot.com/contacts/1/record/0-3/9",
            "javascript:alert(1)",
            "https://x.example/|a>b<c d",
            "http://[broken",
            "https://x.example/" + "é" * 900,
            "",
        ]
    ),
    st.text(max_size=60).map(lambda tail: f"https://x.example/{tail}"),
)
moments = st.datetimes(timezones=st.just(UTC))
evidence = st.builds(
    Evidence,
    source=st.just(EVIDENCE.source),
    quote=hostile,
    author=st.none() | hostile,
    written_at=st.none() | moments,
    link=st.none() | links,
)
findings = st.builds(
    replace,
    st.just(FINDING),
    title=hostile,
    message=hostile,
    fix=hostile,
    evidence=st.lists(evidence, max_size=3).map(tuple),
    headings=st.lists(hostile, max_size=3).map(tuple),
    waiver=st.none() | st.builds(replace, st.just(WAIVER), reason=hostile, granted_by=hostile),
    state=st.sampled_from(State),
)
owners = st.none() | st.builds(
    Owner, id=st.just(OwnerId("7")), name=hostile, email=st.none(), active=st.booleans()
)
subjects = st.builds(
    replace,
    st.just(SUBJECT),
    name=hostile,
    link=links,
    stage=hostile,
    process=st.none() | hostile,
    amount=st.none() | hostile | st.sampled_from(["1e999999", "-0", "NaN", "Infinity", "12.5"]),
    currency=st.none() | hostile,
    owner=owners,
)
hostile_cards = st.builds(
    Card,
    kind=st.sampled_from(AlertKind),
    subject=subjects,
    # A list of three hundred different findings would only be slow to make.
    findings=st.tuples(st.lists(findings, max_size=4), st.sampled_from([1, 1, 100])).map(
        lambda pair: tuple(pair[0] * pair[1])
    ),
    claimed_stage=st.none() | hostile,
    earned_stage=st.none() | hostile,
    opened_at=moments,
    cleared_at=st.none() | moments,
    note=st.none() | hostile,
    resolved=st.lists(findings, max_size=3).map(tuple),
)
hostile_groups = st.builds(
    Group,
    id=st.text(max_size=64),
    recipient=st.just(MAIN_CHANNEL),
    cards=st.lists(hostile_cards, min_size=1, max_size=3).map(tuple),
    version=st.just(1),
    opened_at=moments,
)
