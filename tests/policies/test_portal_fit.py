"""A policy held against the labels of a portal."""

from __future__ import annotations

from dataclasses import replace

from config.policy import check_against_portal
from tests.domain.build import STAGES, position, shipped_policy


def board(*pipelines: str):
    """All stages of these pipelines."""
    return [position(stage, pipeline) for pipeline in pipelines for stage in STAGES]


def fitting():
    """The shipped policy with one pipeline label per process."""
    policy = shipped_policy()
    processes = tuple(replace(p, pipelines=p.pipelines[:1]) for p in policy.processes)
    return replace(policy, processes=processes)


def test_a_portal_with_all_labels_fits():
    """Case and spacing do not matter."""
    assert check_against_portal(fitting(), board("NR  scale", "edge connectivity")) == []


def test_a_missing_pipeline_is_named_with_those_that_are_there():
    """So that the reader can see the spelling."""
    [problem] = check_against_portal(fitting(), board("NR Scale", "Edge"))
    assert "'Edge Connectivity'" in problem
    assert "'NR Scale', 'Edge'" in problem


def test_a_renamed_stage_is_named_with_those_that_are_there():
    """One sentence per stage."""
    stages = [p for p in board("NR Scale", "Edge Connectivity") if p.stage_label != "3-Solution"]
    problems = check_against_portal(fitting(), stages)
    assert len(problems) == 2
    assert all("'3-Solution'" in problem and "'4-Validate'" in problem for problem in problems)


def test_two_pipelines_with_one_label_are_named():
    """A label alone does not tell them apart."""
    twin = [replace(p, pipeline_id="78") for p in board("NR Scale")]
    [problem] = check_against_portal(fitting(), board("NR Scale", "Edge Connectivity") + twin)
    assert "2 pipelines labelled 'NR Scale'" in problem


def test_one_of_several_labels_of_a_process_is_enough():
    """The others are spellings that other portals use."""
    problems = check_against_portal(shipped_policy(), board("NR Scale", "Edge Connectivity"))
    assert problems == []
