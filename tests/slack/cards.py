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
)
from app.ports import AlertKind, Card

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
)
