"""How many notes one core reads in a second, and that the cost grows linearly with their length.

Nothing is remembered between readings: `read_afresh` bypasses the reader's memory. The floor
beside it is stripping the markup alone, on the same notes in the same run.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.domain.notes import Reader, stripped
from tests.bench.table import Table

SECONDS_PER_ROW = 2.0
WANTED_PER_SECOND = 2_000
LENGTHS_CHARACTERS = (1_000, 4_000, 16_000, 64_000)
CORPUS = Path(__file__).parents[1] / "notes" / "corpus"
WRITTEN_AT = datetime(2026, 5, 20, 9, tzinfo=UTC)


def run() -> list[Table]:
    """Both tables."""
    reader = Reader()
    bodies = _mix()
    return [_throughput(reader, bodies), _growth(reader, bodies)]


def main() -> int:
    """Print both tables."""
    print("\n\n".join(table.markdown() for table in run()))  # noqa: T201 - a command speaks
    return 0


def _mix() -> list[str]:
    """The corpus, with long notes among the short ones as in a portal: one in seventeen."""
    notes = [
        json.loads(line)["body"]
        for path in sorted(CORPUS.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    longer = ["\n\n".join(notes[start : start + 60]) for start in range(0, len(notes), 17)]
    return [*notes, *longer]


def _throughput(reader: Reader, bodies: Sequence[str]) -> Table:
    read = _rate(lambda: [reader.read_afresh(body, WRITTEN_AT) for body in bodies], len(bodies))
    strip = _rate(lambda: [stripped(body) for body in bodies], len(bodies))
    mean = sum(map(len, bodies)) / len(bodies)
    return Table(
        "Reading notes",
        f"Wanted: {WANTED_PER_SECOND:,} notes a second on one core, on a mix of "
        f"{mean:,.0f} characters on average.",
        ("what", "notes a second", "µs a note"),
        (
            ("reading a note", f"{read:,.0f}", f"{1e6 / read:,.0f}"),
            ("stripping its markup alone", f"{strip:,.0f}", f"{1e6 / strip:,.0f}"),
        ),
    )


def _growth(reader: Reader, bodies: Sequence[str]) -> Table:
    text = "\n".join(bodies)
    rows = []
    for length in LENGTHS_CHARACTERS:
        body = (text * (1 + length // len(text)))[:length]
        seconds = 1 / _rate(lambda body=body: reader.read_afresh(body, WRITTEN_AT), 1)
        rows.append((f"{length:,}", f"{seconds * 1e3:.2f}", f"{seconds / length * 1e9:,.0f}"))
    return Table(
        "The cost of a long note",
        "Wanted: linear, so the last column stays level.",
        ("characters", "ms a note", "ns a character"),
        tuple(rows),
    )


def _rate(work: Callable[[], object], count: int) -> float:
    """How often per second, by processor time of this process."""
    work()
    rounds = 0
    start = time.process_time()
    while (spent := time.process_time() - start) < SECONDS_PER_ROW:
        work()
        rounds += 1
    return rounds * count / spent


if __name__ == "__main__":
    sys.exit(main())
