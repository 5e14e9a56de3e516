"""Deals in a file: there and back without a difference, for this machine's owner alone."""

from __future__ import annotations

import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.controller.rehearsal.saved import (
    Observed,
    SavedDeals,
    count_lines,
    from_line,
    read_saved,
    to_line,
)
from app.ports import Terminal
from tests.domain.build import shipped_policy, snapshot
from tests.domain.strategies import waivers
from tests.rehearsal.deals import with_past


@settings(max_examples=500, deadline=None)
@given(with_past(), waivers(shipped_policy()))
def test_a_deal_comes_back_exactly(made, granted):
    """Every part of any snapshot, unread parts and waivers too, in one line."""
    observed = Observed(made, tuple(granted))
    line = to_line(observed)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert from_line(line) == observed
    assert to_line(from_line(line)) == line


@settings(max_examples=25, deadline=None)
@given(st.lists(with_past(), max_size=5))
def test_a_file_gives_its_deals_in_order(tmp_path_factory, made):
    """As many as it counts."""
    path = tmp_path_factory.mktemp("saved") / "deals.jsonl"
    with SavedDeals(path) as keep:
        for each in made:
            keep.add(Observed(each))
    assert [observed.snapshot for observed in read_saved(path)] == made
    assert count_lines(path) == len(made)


def test_only_its_owner_may_read_the_file(tmp_path):
    """Also where a file that others could read stood before."""
    path = tmp_path / "deals.jsonl"
    path.write_text("old")
    path.chmod(0o644)
    with SavedDeals(path) as keep:
        keep.add(Observed(snapshot()))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_run_that_fails_leaves_the_earlier_file(tmp_path):
    """And no half of a new one."""
    path = tmp_path / "deals.jsonl"
    path.write_text("old")
    with pytest.raises(KeyError):
        _break_off(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def _break_off(path):
    with SavedDeals(path) as keep:
        keep.add(Observed(snapshot()))
        raise KeyError


@pytest.mark.parametrize("line", ["{", "{}", "[]", '{"snapshot": {}}'])
def test_a_line_that_is_no_deal_is_named(tmp_path, line):
    """With its number and what to do, and without its text."""
    path = tmp_path / "deals.jsonl"
    path.write_bytes(to_line(Observed(snapshot())) + b"\n" + line.encode())
    with pytest.raises(Terminal, match=r"deals\.jsonl:3: is no saved deal .* --save"):
        list(read_saved(path))


def test_a_missing_file_or_folder_is_named(tmp_path):
    """When reading and when writing."""
    with pytest.raises(Terminal, match="--save"):
        count_lines(tmp_path / "none.jsonl")
    with pytest.raises(Terminal, match="cannot be written"), SavedDeals(tmp_path / "no" / "x"):
        pass
