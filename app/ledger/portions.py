"""Many items in portions that one query can name: databases bound the parameters of a statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

MAX_KEYS_IN_A_QUERY = 500

T = TypeVar("T")


def portions(items: Iterable[T]) -> Iterator[tuple[T, ...]]:
    """The items in their order, MAX_KEYS_IN_A_QUERY at a time; none give no portion."""
    waiting = iter(items)
    while portion := tuple(islice(waiting, MAX_KEYS_IN_A_QUERY)):
        yield portion
