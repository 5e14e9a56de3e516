"""Python's cycle collector while a sweep runs: it looks seldom.

A window holds a million objects and almost no cycles; looking through them again and again costs
processor time and frees nothing. Refuses to switch the collector off: what does form cycles, such
as the tracebacks of failures, would pile up over a long night.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

ALLOCATIONS_BETWEEN = 50_000
"""New objects between two looks at the young ones; Python's own default is 700."""


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Let the collector of this whole process look seldom; afterwards it is as it was found."""
    youngest, *older = gc.get_threshold()
    gc.set_threshold(max(youngest, ALLOCATIONS_BETWEEN), *older)
    try:
        yield
    finally:
        gc.set_threshold(youngest, *older)
