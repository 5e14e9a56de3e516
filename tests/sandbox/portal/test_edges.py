"""Associations stay two-sided whatever is done to them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.portal.associations import Associations
from app.sandbox.portal.edges import PLAIN, PRIMARY

PAIRS = [("deals", "companies"), ("companies", "deals"), ("deals", "contacts"), ("deals", "deals")]
moves = st.tuples(
    st.sampled_from(["link", "primary", "label", "unlabel", "unprimary", "unlink"]),
    st.sampled_from(PAIRS),
    st.integers(1, 4),
    st.integers(1, 4),
)


def label_of(edges, pair):
    """The pair's one label, seen from its first side."""
    return edges.types.of(pair)[-1]


def move(edges, what, pair, ends):
    """Do one thing; returns what it says it changed."""
    one, other = ends
    primary = [PRIMARY[pair]] if pair in PRIMARY else []
    match what:
        case "link":
            return edges.link(pair, one, other, [])
        case "primary":
            return edges.link(pair, one, other, primary)
        case "label":
            return edges.link(pair, one, other, [label_of(edges, pair)])
        case "unlabel":
            return edges.unlink_types(pair, one, other, [label_of(edges, pair)])
        case "unprimary":
            return edges.unlink_types(pair, one, other, primary)
        case _:
            return edges.unlink(pair, one, other)


@given(st.lists(moves, max_size=40))
def test_every_edge_is_seen_from_both_sides_in_inverse_ways(steps):
    """Each type has its inverse on the other side, and what is told is what happened."""
    edges = Associations()
    for pair in {tuple(sorted(pair)) for pair in PAIRS}:
        edges.types.add(pair, "label", "There", "Back")
    for what, pair, one, other in steps:
        told = move(edges, what, pair, (one, other))
        present = other in edges.targets(pair, one)
        types = edges.types_of(pair, one, other) if present else []
        if what in {"link", "primary", "label"}:
            assert all(added in types for added in told)
        else:
            assert not any(lost in types for lost in told)
    for pair in PLAIN:
        for one in range(1, 5):
            targets = edges.targets(pair, one)
            assert len(set(targets)) == len(targets)
            for other in targets:
                assert one in edges.targets(pair[::-1], other)
                there = edges.types_of(pair, one, other)
                back = edges.types_of(pair[::-1], other, one)
                assert {edges.types.inverse(pair, each) for each in there} == set(back)


@given(st.lists(moves, max_size=40))
def test_a_record_has_at_most_one_primary_company_and_is_associated_with_it(steps):
    """However associations come and go."""
    edges = Associations()
    pair = ("deals", "companies")
    for what, _, one, other in steps:
        if what not in {"label", "unlabel"}:
            move(edges, what, pair, (one, other))
        for deal in range(1, 5):
            primary = [
                company
                for company in edges.targets(pair, deal)
                if PRIMARY[pair] in edges.types_of(pair, deal, company)
            ]
            assert primary == (
                [] if edges.primary(pair, deal) is None else [edges.primary(pair, deal)]
            )
