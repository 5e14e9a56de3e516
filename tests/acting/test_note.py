"""The note that answers from Slack become, read as every note is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.domain.notes import AnswerState, SourceNote
from app.domain.own_note import is_own
from app.slack.clerk import answers_note
from config.policy import load_policy
from config.settings import DEFAULT_POLICY

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
POLICY = load_policy(DEFAULT_POLICY)
ANSWERS = {
    "why_change": "A failed update cost them a day of production in May.",
    "why_now": "The IFS audit is on 14 April next year, and they must show who changed what.",
    "why_flowfuse": "Snapshots with rollback and role-based access, which Ignition lacks.",
    "mql_adopted": "Yes, for the telemetry of all stations.",
    "mql_footprint": "21 instances, 3 developers.",
    "mql_production": "Yes, in production since 2024.",
    "mql_plans": "They want to build leak detection with Node-RED next year.",
}
OTHERWISE = "They agreed with Ms Lang on 12 March 2027 that the budget is approved."


def read(*questions):
    """The answers that the reader finds in one note that answers these questions."""
    said = {POLICY.headings[q]: ANSWERS.get(q, OTHERWISE) for q in questions}
    body = answers_note(said, "Maren Dekker", "ref. 0123456789abcdef")
    return POLICY.reader.judge([SourceNote("1", body, NOW)], NOW).answers


@pytest.mark.parametrize("question", POLICY.headings)
def test_every_heading_is_one_that_is_read(question):
    """Whatever the policy asks, an answer under its heading counts as one."""
    assert read(question)[question].answer.state is AnswerState.ANSWERED


def test_answers_beside_each_other_are_told_apart():
    """All whys in one note: each keeps its own words, and none of the line that says who wrote."""
    whys = ("why_change", "why_now", "why_flowfuse")
    found = read(*whys)
    for why in whys:
        quote = found[why].answer.quote
        assert quote is not None
        assert quote in ANSWERS[why]


def test_the_line_that_says_who_wrote_answers_nothing():
    """The first line is ours; a note without answers has none."""
    body = answers_note({}, "Maren Dekker", "ref. 0123456789abcdef")
    found = POLICY.reader.judge([SourceNote("1", body, NOW)], NOW).answers
    assert all(judged.answer.state is not AnswerState.ANSWERED for judged in found.values())


def test_placeholder_stays_a_placeholder():
    """Typing TBD into the form fools nobody."""
    said = {"Why now?": "TBD"}
    body = answers_note(said, "Maren Dekker", "ref. 0123456789abcdef")
    found = POLICY.reader.judge([SourceNote("1", body, NOW)], NOW).answers
    assert found["why_now"].answer.state is AnswerState.PLACEHOLDER


def test_what_people_type_is_text():
    """Markup in an answer is shown and not obeyed, and the note is read, unlike those of ours."""
    body = answers_note({"Why now?": "<script>x</script>\nsecond"}, "<b>Eve</b>", "ref. 1")
    assert "<script>" not in body
    assert "<b>Eve" not in body
    assert "<br>second" in body
    assert not is_own(body)
