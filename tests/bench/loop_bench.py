"""How long an AE waits: from a change in the portal to the service's answer being readable there.

Both moments are taken from the portal's own property history, so neither the AE's call nor the
polling is in the figure. The baseline is what cannot be avoided: five calls one after the other
at the same latency, measured in the same run.
"""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from app.demo.portal import VERSION, AePortal
from app.demo.stage import Stage, StageOptions
from app.demo.story import BRENNHOF, Cast
from tests.bench.table import Table, spread

ROUNDS = 30
LATENCY_MS = 50
QUIET_SECONDS = 1.5
WAIT_SECONDS = 10
FLOOR_CALLS = 5


def run() -> list[Table]:
    """Start everything, move one deal to and fro, and read the history."""
    with tempfile.TemporaryDirectory(prefix="dealgate-bench-") as folder:
        options = StageOptions(folder=Path(folder), latency_ms=LATENCY_MS, settle_seconds=60)
        with Stage(options) as stage:
            stage.run("setup")
            stage.run("sync", "--full")
            stage.serve()
            portal = AePortal(stage.info["base_url"], stage.info["ae_token"])
            waits = _waits(portal, stage.info)
            floors = [_floor(stage.info) for _ in range(ROUNDS)]
            portal.close()
    typical, slow = spread(waits)
    floor, slow_floor = spread(floors)
    return [
        Table(
            title="From an AE's change to the answer in HubSpot",
            promise=f"Every call to HubSpot takes {LATENCY_MS} ms more; one deal moved {ROUNDS} "
            "times at quiet moments. Wanted: median under 0.8 s, p95 under 1.5 s.",
            head=("", "median", "p95", "ratio to the floor"),
            rows=(
                (
                    "change → property readable",
                    f"{typical:.3f} s",
                    f"{slow:.3f} s",
                    f"{typical / floor:.2f}",
                ),
                (
                    f"floor: {FLOOR_CALLS} calls in a row",
                    f"{floor:.3f} s",
                    f"{slow_floor:.3f} s",
                    "",
                ),
            ),
            remark="Moments from the portal's property history; includes the portal's own delay "
            "before it delivers a webhook.",
        )
    ]


def _waits(portal: AePortal, info: dict[str, Any]) -> list[float]:
    cast = Cast(portal, lambda: datetime.now(UTC))  # noqa: TID251 - an AE lives in real time
    cast.customer(BRENNHOF, "Petra", "Lang", "OPEN_DEAL")
    cast.open_deal(BRENNHOF, "Brennhof Molkerei – benchmark", 1)
    deal = cast.ids[BRENNHOF]
    with _client(info) as http:
        _answered(http, deal, None)
        waits = []
        for number in range(ROUNDS):
            time.sleep(QUIET_SECONDS)
            before = _written_at(http, deal)
            cast.move(BRENNHOF, "2-Diagnose" if number % 2 == 0 else "1-Discovery")
            _answered(http, deal, before)
            waits.append(
                (_written_at(http, deal) - _moment(http, deal, "dealstage")).total_seconds()
            )
    return waits


def _answered(http: httpx.Client, deal: str, before: datetime | None) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while _written_at(http, deal) == before:
        if time.monotonic() > deadline:
            message = f"deal {deal} was not judged within {WAIT_SECONDS} s"
            raise TimeoutError(message)
        time.sleep(0.1)


def _written_at(http: httpx.Client, deal: str) -> datetime | None:
    """When the service's answer last changed."""
    return _moment(http, deal, "ff_stage_blockers")


def _moment(http: httpx.Client, deal: str, name: str) -> datetime | None:
    path = f"/crm/objects/{VERSION}/deals/{deal}?propertiesWithHistory={name}"
    history = http.get(path).raise_for_status().json()["propertiesWithHistory"].get(name)
    return datetime.fromisoformat(history[0]["timestamp"]) if history else None


def _floor(info: dict[str, Any]) -> float:
    """Five small calls one after the other on one connection."""
    with _client(info) as http:
        http.get(f"/crm/owners/{VERSION}?limit=1")
        started = time.perf_counter()
        for _ in range(FLOOR_CALLS):
            http.get(f"/crm/owners/{VERSION}?limit=1").raise_for_status()
        return time.perf_counter() - started


def _client(info: dict[str, Any]) -> httpx.Client:
    token = info["ae_token"]
    return httpx.Client(
        base_url=info["base_url"], headers={"Authorization": f"Bearer {token}"}, timeout=10
    )
