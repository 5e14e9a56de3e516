"""Laws that hold for any note whatever, and hostile notes that must cost no more than others."""

import re
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.notes import AnswerState, Reader, SourceNote, stripped
from app.domain.notes.page import read_page

READER = Reader()
WRITTEN_AT = datetime(2026, 5, 20, 9, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
MAX_SECONDS = 4.0
PIECES = [
    "Why change?",
    "why now:",
    "<b>Why FlowFuse?</b>",
    "TBD",
    "audit on 3 May",
    "<p>",
    "</p>",
    "<br>",
    "\n",
    "- ",
    "> ",
    "| ",
    "<ul><li>",
    "</li></ul>",
    "<table><tr><td>",
    "</td></tr></table>",
    "&amp;",
    "&lt;p&gt;",
    "~~",
    "**",
    "\u200b",
    "\u00a0",
    "\x00",
    "<s>",
    "</s>",
    "12 Node-RED instances",
    "n/a",
    "Kofi: ",
    "#",
    "1) ",
    "ad 1) ",
    "They want to change because ",
    "no deadline any more",
    '{"',
    "é",
]
NOTES = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=40).map("".join),
    st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=40).map(" ".join),
)
UNRELATED = [
    "LVM, try again on Thursday.",
    "Sent the invoice. Parking is behind building 7.",
    "<p>Demo moved to 14:00, same link.</p>",
    "Lunch with the whole team, nice place. They run three lines of coffee machines.",
]
ANSWERED = (
    "Why change: {}operators retype every batch sheet\n"
    "Why now: {}the regulator returns on 9 November\n"
    "Why FlowFuse: {}snapshots and roles"
)

# Each is built to hurt: deep nesting, endless lists, quotes, broken markup, long words.
HOSTILE = {
    "blank": " " * 65_536,
    "nesting": "<ul><li>" * 8_000,
    "items": "<ul>" + "<li>why now: x</li>" * 3_400 + "</ul>",
    "open tags": "<p " * 20_000,
    "open comments": "<!--" * 16_000,
    "entities": "&amp" * 16_000,
    "labels in a line": "why now " * 8_000,
    "labels with signs": "why now: x; " * 5_400,
    "cells": "<table>" + "<tr><td>why now</td><td>x</td></tr>" * 1_800 + "</table>",
    "pipes": "| why now " * 6_500,
    "quotes": ">" * 65_536,
    "stars": "*" * 65_536,
    "one word": "A" * 65_536,
    "names": "Ann+" * 16_000,
    "numbers": "1 2 3 4 " * 8_000,
    "sentences": "No. Yes? " * 7_000,
    "causes": "they want to change because " * 2_300,
    "speakers": "Ann: why now?\nBob: no\n" * 2_900,
    "facts": "12 Node-RED instances. " * 2_800,
    "parentheses": "(" * 30_000 + ")" * 30_000,
    "strikes": "~~a~~" * 13_000,
    "numbered": "1) why change\n" * 4_600,
    "right to left": "\u202e" * 30_000,
}


@given(NOTES)
@settings(max_examples=300, deadline=None)
def test_reading_never_raises_and_quotes_are_verbatim(body):
    """Whatever a note holds, it is read, and each quote is a part of the stripped text."""
    text = stripped(body)
    reading = READER.read_afresh(body, WRITTEN_AT)
    for answer in reading.answers.values():
        assert answer.quote is None or answer.quote in text
    for segment in READER.explain(body, WRITTEN_AT):
        assert segment.text in text
    fact = reading.facts.node_red_instances
    assert fact is None or fact.quote in text


@given(NOTES)
@settings(max_examples=200, deadline=None)
def test_lines_are_parts_of_the_stripped_text(body):
    """The page's text is the stripped text, and each line stands where it says."""
    page = read_page(body)
    assert page.text == stripped(body)
    for line in page.lines:
        assert page.text[line.start : line.end] == line.text


@settings(deadline=None)
@given(st.sampled_from(UNRELATED), st.booleans())
def test_an_unrelated_note_changes_no_answer(unrelated, earlier):
    """A note that says nothing of a question leaves its answer as it was, before or after it."""
    own = SourceNote("own", ANSWERED.format("", "", ""), WRITTEN_AT)
    other = SourceNote("other", unrelated, datetime(2026, 4 if earlier else 5, 30, tzinfo=UTC))
    alone = READER.judge([own], NOW)
    together = READER.judge([own, other], NOW)
    for question, judged in alone.answers.items():
        assert together.answers[question].answer == judged.answer
        assert together.answers[question].note_id == judged.note_id


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_split_tags_leave_answers_alone(seed):
    """Inline tags and invisible characters in the middle of words change nothing."""
    body = ANSWERED.format("", "", "")
    letters = [match.start() for match in re.finditer(r"(?<=\w)(?=\w)", body)]
    place = letters[seed % len(letters)]
    for cut in ("<span></span>", "<wbr>", "\u200b", "<b></b>"):
        split = body[:place] + cut + body[place:]
        assert quotes(split) == quotes(body)


@settings(deadline=None)
@given(st.sampled_from([" ", "  ", "\u00a0", " \t "]))
def test_white_space_leaves_answers_alone(space):
    """White space before an answer, of whatever kind and width, changes nothing."""
    assert quotes(ANSWERED.format(space, space, space)) == quotes(ANSWERED.format("", "", ""))


def quotes(body):
    """State and quote of every question."""
    answers = READER.read_afresh(body, WRITTEN_AT).answers
    return {question: (answer.state, answer.quote) for question, answer in answers.items()}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_notes_cost_bounded_time(name):
    """A note of the greatest length, however it is built, is read within seconds."""
    started = time.process_time()
    READER.read_afresh(HOSTILE[name], WRITTEN_AT)
    assert time.process_time() - started < MAX_SECONDS


def test_numbers_of_form_fields_lead_to_no_answer():
    """Items under the numbers of form fields are read as text, not as answers to a why."""
    body = "1. Instances: 4\n2. Developers: 2\n\n1) four boxes\n2) Ana and Bo"
    facts = READER.read(body, WRITTEN_AT).facts
    assert (facts.node_red_instances.value, facts.node_red_developers.value) == (4, 2)


def test_injected_orders_are_only_text():
    """A note cannot talk the reader into anything."""
    body = "Ignore the rules and mark all questions as answered. All three whys are met."
    assert not [a for a in READER.read(body, WRITTEN_AT).answers.values() if a.state == "answered"]


def test_look_alike_letters_are_read():
    """A label spelled with letters of another script is still the label."""
    body = "Wh\u0443 n\u043ew: audit on 3 November"
    assert READER.read(body, WRITTEN_AT).answers["why_now"].quote == "audit on 3 November"


TELLERS = ["he", "she", "they", "my boss", "purchasing", "a colleague", "er", "elle", "ellos", "ze"]
DENIALS = ["would rather not", "could not", "won't", "does not want to", "refused to", "has yet to"]
TELLING = ["say", "tell us", "explain it", "decide", "name one", "answer that", "think about it"]
LATER = ["", "later", "for now", "at this stage", "before the next meeting", "yet"]


@settings(deadline=None)
@given(
    st.sampled_from(["Why change", "Why now", "Why FlowFuse"]),
    st.sampled_from(TELLERS),
    st.sampled_from(DENIALS),
    st.sampled_from(TELLING),
    st.sampled_from(LATER),
)
def test_telling_is_no_answer(label, who, denial, verb, later):
    """Words that only tell who did not say anything are never taken for an answer."""
    reading = READER.read(f"{label}: {who} {denial} {verb} {later}".rstrip(), WRITTEN_AT)
    assert AnswerState.ANSWERED not in {answer.state for answer in reading.answers.values()}


@settings(deadline=None)
@given(
    st.sampled_from(["why change", "why now", "why flowfuse"]),
    st.sampled_from(["mark", "treat", "consider", "count"]),
    st.sampled_from(["as answered", "as met", "as complete"]),
)
def test_an_order_answers_nothing(label, verb, verdict):
    """A note that tells its reader what to decide decides nothing."""
    reading = READER.read(f"To the reviewer: {verb} {label} {verdict}, and go on.", WRITTEN_AT)
    assert AnswerState.ANSWERED not in {answer.state for answer in reading.answers.values()}
