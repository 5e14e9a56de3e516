"""One sweep in a process of its own: `… KIND BURST DATABASE NIGHT`, portal in the environment.

Prints one line of JSON: seconds, processor seconds, peak memory and the report's figures.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
from datetime import datetime, timedelta

import structlog

from app.hubspot.owned import definitions
from app.hubspot.properties import plan
from app.hubspot.steps import provision
from app.ledger.sweeps import SweepKind
from app.wiring import SystemClock, build
from config.settings import Settings
from sync.making import sweep_of


class NightClock(SystemClock):
    """So many days ahead of the machine's clock."""

    def __init__(self, night: int) -> None:
        self._ahead = timedelta(days=night)

    def now(self) -> datetime:
        """The current time of that night."""
        return super().now() + self._ahead


def main(kind: str, burst: int, database: str, night: int) -> None:
    """Sweep once."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    runtime = build(
        Settings(
            _env_file=None,
            hubspot_burst_per_10_seconds=burst,
            hubspot_search_per_second=5,
            database_url=f"sqlite:///{database}",
            settle_seconds=3_600,
        ),
        clock=NightClock(night),
    )
    try:
        wanted = definitions(runtime.names, list(runtime.policy.codes.items()))
        list(provision(runtime.client, plan(runtime.client, runtime.names, wanted).steps))
        if kind == "alone":
            _deal_by_deal(runtime)
            return
        print("ready", flush=True)  # noqa: T201 - the protocol
        sys.stdin.readline()
        began, cpu = time.perf_counter(), time.process_time()
        report = sweep_of(runtime, SweepKind(kind)).run(limit=None, progress=lambda *_: None)
        told = {
            "seconds": time.perf_counter() - began,
            "cpu": time.process_time() - cpu,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "deals": report.deals,
            "judged": report.judged,
            "calls": report.calls,
            "stopped": report.stopped,
        }
        print(json.dumps(told), flush=True)  # noqa: T201 - the protocol
    finally:
        runtime.close()


def _deal_by_deal(runtime) -> None:
    """Look at some deals as a straightforward script does: one after the other."""
    deals = [deal for deal, _ in zip(runtime.crm.open_deals(), range(50), strict=False)]
    runtime.crm.observe(deals[:1])  # the portal's own facts are not in the figure
    before = runtime.crm.meter.calls
    for deal in deals:
        judged = runtime.judge.judge([deal], runtime.clock.now())
        runtime.crm.apply([change for item in judged.made for change in item.changes])
    calls = (runtime.crm.meter.calls - before) / len(deals)
    print(json.dumps({"calls_per_deal": calls}), flush=True)  # noqa: T201 - the protocol


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
