"""A sweep through a HubSpot that fails a fifth of the time ends as one on a fine day."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from threading import Event

from app.controller.reconcile import BASELINE_FACT
from app.ledger.sweeps import SweepKind
from sync.making import sweep_of
from tests.sync.house import end_of, sandbox, service, slack_of, swept
from tests.sync.sweeping import unheard

SEED = int(os.environ.get("SWEEP_SEED", "20261121"))
SHARE = 0.2
TROUBLES = ("429", "477", "500", "502", "503", "504", "521_html", "drop", "truncate")
SOON = {"retry_after": 0.01}
BURST = 6
"""More than one call is tried: some call fails for good in the middle of the sweep."""
LOCKS = 2
CRM = {"side": "hubspot", "path": "^/crm/"}


class Nap(Event):
    """A stop that never comes; waiting for it moves the portal's clock instead of taking time."""

    def __init__(self, clock):
        super().__init__()
        self._clock = clock

    def wait(self, timeout=None):
        """Let the seconds pass at once."""
        self._clock.advance(timeout or 0)
        return False


def storm(portal):
    """Seeded troubles for a fifth of all calls, a burst of refusals and two locked batches.

    Dropped calls and those answered 500 or 504 took effect: only their answer is lost.
    """
    faults = portal.site.faults
    faults.add({"kind": "429", "match": CRM, "after": 9, "count": BURST, "params": SOON})
    faults.add({"kind": "423", "match": CRM, "after": 6, "count": LOCKS})
    share = SHARE / len(TROUBLES)
    for number, kind in enumerate(TROUBLES):
        params = SOON | ({"applied": True} if kind in {"drop", "500", "504"} else {})
        rule = {"kind": kind, "match": CRM, "probability": share, "params": params}
        faults.add(rule | {"seed": SEED + number})


def outcome(*, stormy):
    """What the portal and the channel show after a sweep, and how the sweep went."""
    with (
        sandbox() as portal,
        tempfile.TemporaryDirectory() as folder,
        service(portal, folder, **slack_of(portal)) as runtime,
    ):
        runtime.ledger.set_fact(BASELINE_FACT, "2026-01-01T00:00:00+00:00")
        if stormy:
            storm(portal)
        sweep = sweep_of(runtime, SweepKind.FULL, Nap(portal.site.clock))
        pace = replace(sweep._means.pace, window=20)
        sweep._means = replace(sweep._means, pace=pace)
        report = sweep.run(limit=None, progress=unheard)
        struck = sum(rule["fired"] for rule in portal.site.faults.shown())
        portal.site.faults.clear()
        marks = runtime.ledger.backlog().marks
        end = end_of(portal, runtime)
        assert swept(runtime).changed == 0
    return end, report, (struck, marks)


def test_a_sweep_through_a_storm_leaves_what_one_on_a_fine_day_does():
    """Every deal is judged, each alert said once, nothing is given up and no mark stays behind."""
    fine, undisturbed, _ = outcome(stormy=False)
    end, report, (struck, marks) = outcome(stormy=True)
    assert struck > BURST + LOCKS, SEED
    assert (report.is_complete, report.dead, marks) == (True, 0, 0), (SEED, report.stopped)
    assert report.deals == undisturbed.deals
    assert end == fine, SEED
