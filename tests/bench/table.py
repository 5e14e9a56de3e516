"""A benchmark's result as data, and as Markdown for docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Table:
    """One measured promise: `rows` under `head`, with what was measured and how."""

    title: str
    promise: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remark: str = ""

    def markdown(self) -> str:
        """The table as a section of the page."""
        lines = [
            f"## {self.title}",
            "",
            self.promise,
            "",
            f"| {' | '.join(self.head)} |",
            f"|{'---|' * len(self.head)}",
            *(f"| {' | '.join(row)} |" for row in self.rows),
        ]
        if self.remark:
            lines += ["", self.remark]
        return "\n".join(lines)


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    return median(values), quantiles(values, n=20, method="inclusive")[-1]
