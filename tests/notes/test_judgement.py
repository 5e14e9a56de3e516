"""Several notes together, exit signals and other questions of a policy, and what expires."""

from datetime import UTC, datetime

import pytest

from app.domain.notes import (
    AnswerState,
    OpsSign,
    Question,
    QuestionId,
    QuestionKind,
    Reader,
    ReasonCode,
    SourceNote,
    Vocabulary,
    answers_as_json,
)

SIGNAL = Question(
    QuestionId("exit_2b"),
    QuestionKind.SIGNAL,
    ("Exit signal 2b", "2b exit", "Meeting 2b outcome"),
    "Is the buying committee aligned and the PoC agreed?",
)
READER = Reader([SIGNAL])
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def note(name, body, day, month=5, copies=0):
    """A note of that day."""
    return SourceNote(name, body, datetime(2026, month, day, 9, tzinfo=UTC), copies)


def judged(question, *notes, now=NOW):
    """What stands for one question."""
    return READER.judge(notes, now).answers[question]


def test_answers_come_together_from_several_notes():
    """Each why may stand in a note of its own; each answer names its note and all that was read."""
    notes = [
        note("c", "Why change: flows on one laptop", 1),
        note("n", "Why now: audit on 9 November", 2),
        note("f", "Why FlowFuse: snapshots", 3),
    ]
    judgement = READER.judge(notes, NOW)
    assert [judgement.answers[q].note_id for q in ("why_change", "why_now", "why_flowfuse")] == [
        "c", "n", "f",
    ]  # fmt: skip
    assert judgement.answers["why_now"].considered == ("c", "n", "f")


def test_later_beats_earlier_in_whatever_order_they_come():
    """The later note's answer stands; the order in which notes are given does not matter."""
    old, new = note("a", "Why now: fair in July", 1), note("b", "Why now: audit in August", 2)
    assert judged("why_now", old, new) == judged("why_now", new, old)
    assert judged("why_now", new, old).answer.quote == "audit in August"


def test_a_withdrawal_ends_an_earlier_answer():
    """A later note that says the deadline is gone leaves no answer."""
    found = judged(
        "why_now",
        note("a", "Why now: audit in August", 1),
        note("b", "The deadline was dropped.", 9),
    )
    assert found.answer.state is AnswerState.PLACEHOLDER
    assert found.answer.reason is ReasonCode.RETRACTED


def test_a_blank_never_ends_an_answer():
    """A template left empty, or a later TBD, takes nothing back."""
    kept = judged("why_now", note("a", "Why now: audit in August", 1), note("b", "Why now: TBD", 9))
    assert kept.answer.quote == "audit in August"


def test_an_answer_expires_with_its_date():
    """Once its own date has passed an answer is unclear; until then the date is `recheck_at`."""
    own = note("a", "Why now: audit on 10 June", 20)
    before = READER.judge([own], NOW)
    assert before.answers["why_now"].answer.state is AnswerState.ANSWERED
    assert before.recheck_at == datetime(2026, 6, 11, tzinfo=UTC)
    after = READER.judge([own], before.recheck_at)
    assert after.answers["why_now"].answer.reason is ReasonCode.STALE
    assert after.answers["why_now"].answer.state is AnswerState.UNCLEAR
    assert after.recheck_at is None


@pytest.mark.parametrize(
    ("text", "expires"),
    [
        ("in 6 weeks", (2026, 7, 2)),
        ("Q3", (2026, 10, 1)),
        ("week 30", (2026, 7, 27)),
        ("am 1. Oktober", (2026, 10, 2)),
        ("le 3 juin", (2026, 6, 4)),
        ("antes del 15 de noviembre", (2026, 11, 16)),
        ("by 30.06.2026", (2026, 7, 1)),
        ("by 2026-07-04", (2026, 7, 5)),
        ("harvest starts July", (2026, 8, 1)),
        ("audit in January", (2027, 2, 1)),
    ],
)
def test_dates_are_read_against_the_note(text, expires):
    """Dates, weeks, months, quarters and spans are anchored at the day the note was written."""
    answer = judged("why_now", note("a", f"Why now: {text}", 20)).answer
    assert answer.expires_at == datetime(*expires, tzinfo=UTC)


@pytest.mark.parametrize("text", ["31.12.9999", "in 999 years", "week 99", "32.13.2026", "0.0."])
def test_impossible_dates_expire_nothing(text):
    """A date that cannot be meant neither raises nor lets the answer expire."""
    found = judged("why_now", note("a", f"Why now: lease of the server ends {text}", 20))
    assert found.answer.state is AnswerState.ANSWERED
    assert found.answer.expires_at is None


def test_copied_text_is_not_trusted():
    """The same text on other deals makes an answer unclear, and never replaces an own one."""
    copied = judged("why_change", note("a", "Why change: manual deploys", 1, copies=4))
    assert copied.answer.reason is ReasonCode.COPIED


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ("Exit signal 2b: committee aligned, PoC agreed for 3 June", AnswerState.ANSWERED),
        ("2b exit - agreed in principle, start in June", AnswerState.ANSWERED),
        ("Meeting 2b outcome: they'll think about it", AnswerState.PLACEHOLDER),
        ("Exit signal 2b: verbal yes", AnswerState.PLACEHOLDER),
        ("Exit signal 2b: TBD", AnswerState.PLACEHOLDER),
        ("Exit signal 2b:", AnswerState.ASKED_ONLY),
        ("A call about parking", AnswerState.ABSENT),
    ],
)
def test_exit_signals_are_read_like_the_whys(body, state):
    """A policy's own question is read with the same skill; hopes and verbal words do not count."""
    assert judged("exit_2b", note("a", body, 20)).answer.state is state


def test_qualifying_questions_are_answered_by_facts():
    """A "no" and a zero answer; one of two counts is only half an answer."""
    full = note("a", "Node-RED: yes, 4 instances, 2 developers, not in production", 1)
    half = note("a", "They run 4 Node-RED instances.", 1)
    unused = note("a", "They don't use Node-RED.", 1)
    assert judged("mql_production", full).answer.state is AnswerState.ANSWERED
    assert judged("mql_footprint", full).answer.state is AnswerState.ANSWERED
    assert judged("mql_footprint", half).answer.reason is ReasonCode.PARTIAL
    assert judged("mql_footprint", unused).answer.state is AnswerState.ANSWERED
    assert judged("mql_plans", unused).answer.state is AnswerState.ABSENT


def test_operational_signs_carry_their_sentence():
    """Each operational sign is a sentence of the note, pointing up or down."""
    body = "Nobody owns the flows. Every change passes the change board."
    facts = READER.judge([note("a", body, 1)], NOW).facts
    assert facts.standards_owner.value is OpsSign.LOW
    assert facts.standards_owner.quote == "Nobody owns the flows."
    assert facts.governance.value is OpsSign.HIGH
    assert facts.governance.note_id == "a"


def test_explain_names_what_stands():
    """Every candidate is listed with its reason; the one that became the answer is marked."""
    segments = READER.explain("Why now: TBD\nUpdate: why now: audit on 9 November", NOW)
    assert [(s.state, s.stands) for s in segments] == [
        (AnswerState.PLACEHOLDER, False),
        (AnswerState.ANSWERED, True),
    ]


def test_vocabulary_can_be_extended_and_is_checked():
    """A policy may add words to a class; a class that does not exist is refused by name."""
    own = Reader(vocabulary=Vocabulary({"blank": ("wird ermittelt",)}))
    read = own.read("Why now: wird ermittelt", NOW)
    assert read.answers["why_now"].state is AnswerState.PLACEHOLDER
    with pytest.raises(
        ValueError, match=r"unknown classes of phrases: blanks; allowed are: .*blank"
    ):
        Vocabulary({"blanks": ("x",)})


def test_questions_need_ids_of_their_own():
    """Two questions of one id would overwrite each other's answer."""
    with pytest.raises(ValueError, match="question ids must differ"):
        Reader([SIGNAL, SIGNAL])


def test_json_shape():
    """The plain form has state, quote and reason per question, and each fact's bare value."""
    shape = answers_as_json(READER.read("Why now: audit on 9 November", NOW))
    assert shape["answers"]["why_now"] == {
        "state": "answered", "quote": "audit on 9 November", "reason": "labelled",
    }  # fmt: skip
    assert shape["facts"]["node_red_instances"] is None
