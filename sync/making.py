"""A sweep put together from the living service."""

from __future__ import annotations

import secrets
import time

from app.ledger.sweeps import SweepKind
from app.wiring import Runtime

from .course import Means, Source
from .guard import QuotaGuard
from .leftovers import SweepPace
from .sweep import Sweep


def sweep_of(runtime: Runtime, kind: SweepKind) -> Sweep:
    """A sweep of this kind over the runtime's portal and ledger."""
    meter = runtime.crm.meter
    source = Source(
        crm=runtime.crm,
        judge=runtime.judge,
        meter=lambda: (meter.calls, meter.saved),
        guard=QuotaGuard(meter, runtime.settings.sweep_quota_share_left),
    )
    means = Means(
        source=source,
        ledger=runtime.ledger,
        reconciler=runtime.reconciler,
        clock=runtime.clock,
        wait=time.sleep,
        pace=SweepPace(),
    )
    return Sweep(
        means,
        hands=runtime.hands,
        policy=runtime.policy.stamp,
        kind=kind,
        new_run_id=lambda: new_run_id(runtime),
    )


def new_run_id(runtime: Runtime) -> str:
    """A name for a sweep that sorts by time, such as 20261120T020003-9f3a."""
    return f"{runtime.clock.now():%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
