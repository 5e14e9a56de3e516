"""`python -m tests.bench [NAME …]`: measure and write docs/benchmarks.md.

Without names everything is measured and the page is written anew; with names the tables are only
printed, because a page of mixed runs would compare what cannot be compared.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench import engine_bench, judging_bench, loop_bench, notes_bench, sweep_bench
from tests.bench.table import Table

BENCHMARKS: dict[str, Callable[[], list[Table]]] = {
    "notes": notes_bench.run,
    "judging": judging_bench.run,
    "loop": loop_bench.run,
    "engine": engine_bench.run,
    "sweep": sweep_bench.run,
}
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
INTRO = """# Benchmarks

Made by `make bench` in one run on {cores} cores, Python {python}. Read ratios rather than
absolute figures: the baseline beside each was measured in the same run on the same machine.
"""


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all."""
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")  # noqa: T201 - a command speaks
        return 2
    tables = [table for name in names or BENCHMARKS for table in BENCHMARKS[name]()]
    text = "\n\n".join(table.markdown() for table in tables)
    print(text)  # noqa: T201 - a command speaks
    if not names:
        intro = INTRO.format(cores=os.cpu_count(), python=platform.python_version())
        PAGE.write_text(f"{intro}\n{text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
