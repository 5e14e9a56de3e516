"""A sweep that dies at any call, again and again, ends as one that nobody disturbed."""

from __future__ import annotations

import os
import random
import tempfile
from dataclasses import replace

import pytest

from app.controller.reconcile import BASELINE_FACT
from app.ledger.sweeps import SweepKind
from sync.making import sweep_of
from tests.sync.house import end_of, sandbox, service, slack_of, swept
from tests.sync.sweeping import unheard

KILLS = int(os.environ.get("SWEEP_KILLS", "5"))
SEED = int(os.environ.get("SWEEP_SEED", "20261121"))
CALLS_OF_A_SWEEP = 45


class Killed(BaseException):
    """Stands for a process that ends in the middle of what it does."""


def die_after(runtime, calls):
    """Let the answer to one call be the last thing that the process lives to see."""
    answered, left = runtime.crm.meter.answered, iter(range(calls))

    def count(*answer):
        answered(*answer)
        if next(left, None) is None:
            raise Killed

    runtime.crm.meter.answered = count


@pytest.mark.parametrize("small_windows", [False, True])
def test_a_sweep_killed_again_and_again_ends_as_an_undisturbed_one(small_windows):
    """Same properties on every record, each alert once and none lost, no deal judged twice."""
    chance = random.Random(SEED)  # noqa: S311 - seeded, so that a failure can be repeated
    ends, died = [], 0
    for kills in (0, KILLS):
        with sandbox() as portal, tempfile.TemporaryDirectory() as folder:
            for _ in range(kills):
                with service(portal, folder, **slack_of(portal)) as runtime:
                    runtime.ledger.set_fact(BASELINE_FACT, "2026-01-01T00:00:00+00:00")
                    die_after(runtime, chance.randrange(CALLS_OF_A_SWEEP))
                    try:
                        _sweep(runtime, small_windows=small_windows)
                    except Killed:
                        died += 1
                portal.site.clock.advance(90)
            with service(portal, folder, **slack_of(portal)) as runtime:
                runtime.ledger.set_fact(BASELINE_FACT, "2026-01-01T00:00:00+00:00")
                report = _sweep(runtime, small_windows=small_windows)
                assert report.is_complete, (SEED, kills)
                ends.append(end_of(portal, runtime))
                assert swept(runtime).changed == 0
    assert died > KILLS // 2, SEED
    assert ends[0] == ends[1], SEED


def _sweep(runtime, *, small_windows):
    sweep = sweep_of(runtime, SweepKind.FULL)
    if small_windows:
        pace = replace(sweep._means.pace, window=7)
        sweep._means = replace(sweep._means, pace=pace)
    return sweep.run(limit=None, progress=unheard)
