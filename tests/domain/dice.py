"""Chance from a seed: the same seed makes the same thing, so a failing example names itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")
START = datetime(2024, 1, 1, tzinfo=UTC)
SPAN_SECONDS = 5 * 366 * 24 * 3_600
"""Moments lie within five years from `START`."""


class Dice:
    """A generator of choices."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - examples, not secrets
        self.below = self._random._randbelow

    def one(self, choices: Sequence[T]) -> T:
        """One of them."""
        return choices[self.below(len(choices))]

    def some(self, choices: Sequence[T], least: int, most: int) -> tuple[T, ...]:
        """So many of them, each once, in any order."""
        most = min(most, len(choices))
        return tuple(self._random.sample(choices, least + self.below(most - least + 1)))

    def chance(self, percent: int) -> bool:
        """Yes, so often in a hundred times."""
        return self.below(100) < percent

    def number(self, least: int, most: int) -> int:
        """A whole number between both."""
        return least + self.below(most - least + 1)

    def moment(self) -> datetime:
        """Any moment, to the second."""
        return START + timedelta(seconds=self.below(SPAN_SECONDS))

    def shuffled(self, items: Sequence[T]) -> tuple[T, ...]:
        """The same in any order."""
        return self.some(items, len(items), len(items))
