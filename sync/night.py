"""The night that a sweep found, put together from what all sweeps kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain.night import Night
from app.domain.nightly import Nightly, grouped
from app.ledger import SqlLedger
from app.ledger.sweeps import SweepRun

REMEMBERED = timedelta(days=365)
"""How far back metrics look."""


def night_of(
    ledger: SqlLedger,
    run: SweepRun,
    now: datetime,
    stages: Mapping[str, int],
    targets: Mapping[str, Decimal],
) -> Night:
    """What the sweep found, compared with how things stood when it began.

    `stages` gives each stage's place by label, `targets` the sums wanted by currency. Raises
    Failure.
    """
    is_first = ledger.sweeps.before(run) is None
    nightly = Nightly(now, None if is_first else run.started_at, stages, targets)
    for states in grouped(ledger.sightings.after(now - REMEMBERED)):
        nightly.take(states)
    return nightly.night()
