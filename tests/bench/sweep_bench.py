"""What a sweep costs: calls against the fewest that HubSpot's API allows, time, memory, growth.

The portal and the sweep run in processes of their own. The lower bound counts the calls that cannot
be avoided when every batch is full, for what the shipped policy looks at: open deals with their
history, contacts, companies, notes, activities and sibling deals.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Any

from tests.bench.table import Table

UNLIMITED = 10_000
PROFESSIONAL = 190
DEALS = int(os.environ.get("SWEEP_DEALS", "10000"))
SIZES = tuple(map(int, os.environ.get("SWEEP_SIZES", "1000,10000,100000").split(",")))
CHANGED_SHARE = 0.02
FACTS = 7
"""The account, the pipelines, two lists of owners and three of properties."""
WHEELS = {"deals": 6, "contacts": 5, "companies": 2}
"""How many kinds of association are asked for of each record."""
SEARCHED = ("companies", "notes", "emails", "meetings", "calls")


def run() -> list[Table]:
    """Measure all of it."""
    return [calls_table(), time_table(), growth_table()]


# ------------------------------------------------------------------ calls


def calls_table() -> Table:
    """Full, incremental and deal by deal on one portal."""
    with bench(DEALS, UNLIMITED) as (portal, folder):
        full = sweep(portal, folder, "full", UNLIMITED)
        sweep(portal, folder, "incremental", UNLIMITED, night=1)
        portal.tell("change", int(DEALS * CHANGED_SHARE))
        incremental = sweep(portal, folder, "incremental", UNLIMITED, night=2)
        per_deal = alone(portal, folder)
    changed = int(DEALS * CHANGED_SHARE)
    return Table(
        title="Calls of a sweep",
        promise=f"{DEALS:,} open deals, each with three contacts and five notes, judged by the "
        f"shipped policy. Incremental: {changed:,} deals edited, with a note each, since the last "
        "sweep. Wanted: at most 1.05 and 1.10 times the lower bound.",
        head=("", "calls", "lower bound", "ratio"),
        rows=(
            _row("full", full.calls, full_bound(full)),
            _row("incremental", incremental.calls, incremental_bound(incremental, changed)),
            ("deal by deal", f"{per_deal * DEALS:,.0f}", "", "measured on 50 deals"),
        ),
        remark="The lower bound holds the listing, all associations, every read, every written "
        "row and the portal's own facts, each in full batches.",
    )


def full_bound(swept: Swept) -> int:
    """The calls of a full sweep with every batch full."""
    there = swept.counts["records"]
    reads = ceil(there["deals"] / 50)
    reads += sum(ceil(there[kind] / 100) for kind in ("contacts", "companies", "notes"))
    return _always(swept) + reads


def incremental_bound(swept: Swept, changed: int) -> int:
    """The calls of an incremental sweep with every batch full."""
    searches = 2 * ceil(changed / 200) + len(SEARCHED)
    return _always(swept) + searches + ceil(changed / 50)


def _always(swept: Swept) -> int:
    there, written = swept.counts["records"], swept.counts["written"]
    links = sum(kinds * ceil(there[kind] / 1_000) for kind, kinds in WHEELS.items())
    writes = sum(ceil(rows / 100) for rows in written.values())
    return FACTS + ceil(there["deals"] / 200) + links + writes


def _row(name: str, calls: int, bound: int) -> tuple[str, ...]:
    return name, f"{calls:,}", f"{bound:,}", f"{calls / bound:.3f}"


# ------------------------------------------------------------------ time


def time_table() -> Table:
    """A full sweep at the limit of a Professional account."""
    with bench(DEALS, PROFESSIONAL) as (portal, folder):
        swept = sweep(portal, folder, "full", PROFESSIONAL)
    limited = swept.limited_calls
    floor = limited / PROFESSIONAL * 10
    refused = swept.counts["calls"]["by_status"].get("429", 0)
    return Table(
        title="Time of a full sweep",
        promise=f"{DEALS:,} deals at {PROFESSIONAL} calls in 10 seconds. Wanted: at most 1.10 "
        "times the floor, and not one 429.",
        head=("calls under the limit", "floor", "took", "ratio", "answered 429"),
        rows=(
            (
                f"{limited:,}",
                f"{floor:.0f} s",
                f"{swept.told['seconds']:.0f} s",
                f"{swept.told['seconds'] / floor:.2f}",
                f"{refused}",
            ),
        ),
    )


# ------------------------------------------------------------------ growth


def growth_table() -> Table:
    """Full sweeps of portals of several sizes."""
    rows = []
    for size in SIZES:
        with bench(size, UNLIMITED) as (portal, folder):
            swept = sweep(portal, folder, "full", UNLIMITED)
        told = swept.told
        rows.append(
            (
                f"{size:,}",
                f"{swept.calls:,}",
                f"{swept.calls / size * 1_000:.1f}",
                f"{told['seconds']:.0f} s",
                f"{told['cpu'] / size * 1_000:.2f} ms",
                f"{told['peak_mb']:.0f} MB",
            )
        )
    return Table(
        title="Growth of a full sweep",
        promise="Without HubSpot's limit. Wanted: calls and processor time in proportion to the "
        "deals, and at most 350 MB at 100,000.",
        head=("deals", "calls", "per 1,000 deals", "took", "own CPU per deal", "peak memory"),
        rows=tuple(rows),
    )


# ------------------------------------------------------------------ the two processes


class Portal:
    """The portal's process, by its standard input and output."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.env: Mapping[str, str] = json.loads(self._line())["env"]

    def tell(self, *command: object) -> Any:
        """Give a command; answers the portal's counts."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(map(str, command)) + "\n")
        self._process.stdin.flush()
        return json.loads(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


class Swept:
    """What one sweep came to."""

    def __init__(self, told: Mapping[str, Any], counts: Mapping[str, Any]) -> None:
        assert told["stopped"] is None, told
        self.told = told
        self.counts = counts
        self.calls: int = counts["calls"]["total"]

    @property
    def limited_calls(self) -> int:
        """The calls that count towards the limit of ten seconds."""
        asked = self.counts["calls"]["by_operation"]
        free = sum(n for name, n in asked.items() if "search" in name or "/associations/" in name)
        return self.calls - free


@contextmanager
def bench(deals: int, calls_per_10_seconds: int) -> Iterator[tuple[Portal, Path]]:
    """A portal with so many deals, and a folder for the service's database."""
    command = (sys.executable, "-m", "tests.bench.sweep_portal", deals, calls_per_10_seconds)
    with tempfile.TemporaryDirectory(prefix="dealgate-sweep-") as folder:
        process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            yield Portal(process), Path(folder)
        finally:
            process.kill()
            process.communicate()


def sweep(portal: Portal, folder: Path, kind: str, burst: int, night: int = 0) -> Swept:
    """One sweep; the portal counts from its beginning, and a day passes after it."""
    process = _sweeper(portal, folder, kind, burst, night)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    portal.tell("reset")
    told, _ = process.communicate("go\n", timeout=3_600)
    return Swept(json.loads(told), portal.tell("night"))


def alone(portal: Portal, folder: Path) -> float:
    """Calls for each deal when one is looked at after the other."""
    told, _ = _sweeper(portal, folder, "alone", UNLIMITED, 3).communicate(timeout=600)
    return float(json.loads(told)["calls_per_deal"])


def _sweeper(
    portal: Portal, folder: Path, kind: str, burst: int, night: int
) -> subprocess.Popen[str]:
    database = folder / "bench.sqlite3"
    command = (sys.executable, "-m", "tests.bench.sweeper", kind, burst, database, night)
    return subprocess.Popen(
        list(map(str, command)),
        env={**os.environ, **portal.env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
