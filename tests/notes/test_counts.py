"""Laws of counting: what is said of so many things holds for any number and any kind of thing."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.notes import Reader, stripped
from app.domain.notes.numeral import numeral_at
from app.domain.notes.phrase import fold, words_of

READER = Reader()
WRITTEN_AT = datetime(2026, 5, 20, 9, tzinfo=UTC)
NUMBERS = st.integers(min_value=2, max_value=400)
THINGS = st.sampled_from(["drones", "kilns", "looms", "forklifts", "ticket kiosks", "dog kennels"])
SOUP = [
    *[
        "12",
        "zwei",
        "une",
        "Node-RED",
        "instances",
        "NR",
        "devs",
        "sites",
        "per",
        "each",
        "line",
        "on",
        "in",
        "davon",
        "plus",
        "and",
        "now",
    ],
    *[
        "planned",
        "Ghent",
        "Lille",
        "half",
        "three",
        "all",
        "with",
        "total",
        "were",
        "live",
        "test",
        "he",
        "builds",
        "2023",
        "31",
        "May",
    ],
    *["=", "×", "+", ",", ".", ":", "(", ")", "?", "A:", "Q:", "-"],
    *("a dozen", "of them", "of the", "not a single", "\n"),
]


def facts(body):
    """The facts of a note, read afresh."""
    return READER.read_afresh(body, WRITTEN_AT).facts


def value(fact):
    """What a fact says; None when it says nothing."""
    return None if fact is None else fact.value


@given(NUMBERS, THINGS)
@settings(max_examples=60, deadline=None)
def test_one_on_each_of_so_many_is_so_many(number, things):
    """Whatever they have so many of, a Node-RED on each of them makes as many instances."""
    for body in (
        f"{number} {things}, a Node-RED on each",
        f"{number} {things}, each with its own Node-RED",
        f"Node-RED on {number} {things}",
    ):
        assert value(facts(body).node_red_instances) == number, body


@given(NUMBERS, st.integers(min_value=2, max_value=9), THINGS)
@settings(max_examples=60, deadline=None)
def test_so_many_on_each_multiply(number, share, things):
    """Instances given per thing count as often as there are things, in either order."""
    singular = things.removesuffix("s")
    for body in (
        f"{share} Node-RED instances per {singular}, {number} {things}",
        f"{number} {things}, {share} Node-REDs per {singular}",
    ):
        assert value(facts(body).node_red_instances) == share * number, body


@given(NUMBERS, NUMBERS)
@settings(max_examples=60, deadline=None)
def test_further_places_add_up(one, other):
    """What runs in two named places is summed, and the places are two."""
    read = facts(f"Node-RED on {one} PCs in Leeds and {other} in York")
    assert value(read.node_red_instances) == one + other
    assert value(read.node_red_sites) == 2


@given(NUMBERS, NUMBERS)
@settings(max_examples=60, deadline=None)
def test_what_is_wanted_or_past_never_counts(wanted, now):
    """Plans, quotes and the past give no number, and take nothing from that of today."""
    assert value(facts(f"Quote: {wanted} Node-RED instances").node_red_instances) is None
    for body in (
        f"Node-RED instances: {now} today, {wanted} planned",
        f"Used to be {wanted} Node-REDs, now {now}",
        f"They want {wanted} Node-REDs next year. Today they run {now} Node-REDs.",
    ):
        assert value(facts(body).node_red_instances) == now, body


@given(st.lists(st.sampled_from(SOUP), max_size=30))
@settings(max_examples=300, deadline=None)
def test_no_order_of_words_is_too_much(pieces):
    """Any order of counting words is read, and every fact quotes the note."""
    body = " ".join(pieces)
    text = stripped(body)
    read = facts(body)
    for fact in (read.node_red_instances, read.node_red_developers, read.node_red_sites):
        assert fact is None or (fact.quote in text and fact.value >= 0)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("forty-two", 42),
        ("two dozen", 24),
        ("half a dozen", 6),
        ("achtunddreißig", 38),
        ("vierentwintig", 24),
        ("trente et un", 31),
        ("soixante-douze", 72),
        ("quatre-vingt-onze", 91),
        ("treinta y seis", 36),
        ("one hundred", 100),
    ],
)
def test_numbers_in_words_have_their_value(words, number):
    """Number words of five languages are read with all their parts."""
    folded = fold(words)
    found = words_of(folded)
    start = 2 if words.startswith("half") else 0
    assert numeral_at(folded, found, start) == (number, len(found))


def test_line_that_only_asks_for_facts_and_whys_is_read():
    """Questions for facts beside those for the whys give neither facts nor an error."""
    found = facts("Why change? Devs? Why now? Prod? Sites?")
    assert value(found.node_red_developers) is None
    assert value(found.node_red_in_production) is None
