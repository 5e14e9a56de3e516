"""A sweep over the loop's surroundings, whose waiting moves the clock."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from app.controller.worker import Pace, Worker
from app.ledger.sweeps import SweepKind
from sync.correcting import Corrector
from sync.course import Means, Source
from sync.leftovers import SweepPace
from sync.sweep import Sweep

PACE = SweepPace(poll_seconds=0.5, patience_seconds=60)
NUMBERS = count(1)


def unheard(done, deals):
    """A progress listener for tests that look at the end alone."""


def unsaid(item, corrected):
    """A listener for differences that nobody looks at."""


def sweep_of(rig, wait=None, pace=PACE, kind=SweepKind.FULL, **differently):
    """A sweep whose waiting moves the clock."""
    source = Source(
        crm=rig.crm, judge=rig.judge, meter=lambda: (len(rig.crm.observed), 0), guard=lambda: None
    )
    means = Means(
        source=replace(source, **differently),
        ledger=rig.ledger,
        reconciler=rig.reconciler,
        clock=rig.clock,
        wait=wait or rig.clock.advance,
        pace=pace,
        corrector=Corrector(
            contacts=None, ledger=rig.ledger, clock=rig.clock, propose=lambda *_: ()
        ),
    )

    def hands():
        return Worker(
            name="sweeper",
            reconciler=rig.reconciler,
            ledger=rig.ledger,
            clock=rig.clock,
            breaker=rig.breaker,
            beat=lambda _: None,
            pace=Pace(threads=0),
        )

    return Sweep(
        means,
        hands=hands,
        policy="test-1",
        kind=kind,
        new_run_id=lambda: f"run-{next(NUMBERS)}",
    )


def run(rig, **options):
    """A whole sweep."""
    return sweep_of(rig).run(**{"limit": None, "progress": unheard, **options})
