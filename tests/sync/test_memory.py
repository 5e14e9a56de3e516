"""What a sweep holds in memory does not grow with the portal."""

from __future__ import annotations

import gc
import tempfile
from collections import Counter
from dataclasses import replace

import pytest

from app.controller.judgement import Judgement
from app.domain.deal import Snapshot
from app.ledger.sweeps import SweepKind
from app.ports import Terminal
from sync.collecting import ALLOCATIONS_BETWEEN
from sync.making import sweep_of
from tests.sync.house import sandbox, service, swept
from tests.sync.sweeping import run

DEALS = 72
WINDOW = 6
WINDOWS_HELD = 3
"""The one that was taken, the one in hand and the one that is being read."""
LATE = 9
"""Windows that are through before it is counted for the first time."""
DAY = 86_400


def living(*kinds):
    """All objects of these kinds that are alive."""
    gc.collect()
    return [each for each in gc.get_objects() if type(each) in kinds]


def test_a_late_window_holds_no_more_than_an_early_one():
    """However many windows went before, as few deals are alive as fit into three of them."""
    with (
        sandbox(scenario="empty", deals=DEALS) as portal,
        tempfile.TemporaryDirectory() as folder,
        service(portal, folder) as runtime,
    ):
        swept(runtime)
        portal.site.clock.advance(DAY)
        sweep = sweep_of(runtime, SweepKind.FULL)
        sweep._means = replace(sweep._means, pace=replace(sweep._means.pace, window=WINDOW))
        late = []
        foreign = living(Judgement, Snapshot)  # kept, so that no later object has one's id
        known = {id(each) for each in foreign}

        def look(done, _):
            if done > LATE * WINDOW:
                alive = living(Judgement, Snapshot)
                late.append(Counter(type(each) for each in alive if id(each) not in known))

        report = sweep.run(limit=None, progress=look)
    assert report.changed < WINDOW  # what waits to be written is held as well
    for kind in (Judgement, Snapshot):
        most = max(counts[kind] for counts in late)
        assert 0 < most <= WINDOWS_HELD * WINDOW + report.changed, kind


def test_the_collector_looks_seldom_during_a_sweep_and_as_before_after_it(rig):
    """The setting is the whole process's, so it is put back, after a sweep that failed as well."""
    before, during = gc.get_threshold(), []
    rig.crm.add(1)
    run(rig, progress=lambda *_: during.append(gc.get_threshold()[0]))
    assert set(during) == {ALLOCATIONS_BETWEEN}
    assert gc.get_threshold() == before
    rig.crm.away = Terminal("the portal refuses")
    with pytest.raises(Terminal):
        run(rig)
    assert gc.get_threshold() == before
