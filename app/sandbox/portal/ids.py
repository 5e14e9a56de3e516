"""Record ids that look like HubSpot's: large, growing, with gaps, the same for the same seed.

They refuse to mean anything: nobody may conclude a type, a count or an age from an id.
"""

from __future__ import annotations

import random

_FIRST = {
    "contacts": 101_935_000_000,
    "companies": 27_480_000_000,
    "deals": 33_450_000_000,
    "tasks": 68_210_000_000,
    "notes": 71_640_000_000,
    "meetings": 64_330_000_000,
    "calls": 66_870_000_000,
    "emails": 69_720_000_000,
    "owners": 76_300_000,
    "stages": 1_164_000_000,
    "pipelines": 812_000_000,
}
_WIDEST_GAP = 997


class Ids:
    """A growing series for each name in `_FIRST`; one series never shifts another."""

    def __init__(self, seed: int) -> None:
        self._chance = {name: random.Random(f"{name} of {seed}") for name in _FIRST}
        self._last = {
            name: first + self._chance[name].randrange(1_000_000) for name, first in _FIRST.items()
        }

    def next(self, series: str) -> int:
        """The next id of that series; always greater than all before it."""
        self._last[series] += 1 + int(self._chance[series].random() * _WIDEST_GAP)
        return self._last[series]
