"""The deals of a portal, window by window, each judged while the one before is written.

A window is as many deals as fill HubSpot's batch calls, so that what is held in memory does not
grow with the portal. Windows come in ascending order of deal ids. Reading takes no lease: whether
a look is still the freshest one is asked when it is written.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from app.controller.judgement import Judgements
from app.domain.deal import DealId

WINDOW = 1_000
"""Deals read together: their associations fill a call, and what is left over at the end of a
window's batch reads is little beside the whole."""
WINDOWS_AHEAD = 1
"""One window is read while the one before is written: so many are held in memory, and no more."""

JudgeWindow = Callable[[Sequence[DealId]], Judgements]


@dataclass(frozen=True, slots=True)
class Window:
    """Deals that were judged together; `observed_at` is when their reading began."""

    deal_ids: tuple[DealId, ...]
    observed_at: datetime
    judged: Judgements


def merged(*listings: Iterable[DealId]) -> Iterator[DealId]:
    """Ascending listings as one, each deal once."""
    last: DealId | None = None
    for deal_id in heapq.merge(*listings, key=int):
        if deal_id != last:
            yield deal_id
        last = deal_id


def windows(deal_ids: Iterable[DealId], size: int) -> Iterator[tuple[DealId, ...]]:
    """The deals in runs of at most `size`."""
    rest = iter(deal_ids)
    while window := tuple(islice(rest, size)):
        yield window


def judged_ahead(
    listed: Iterable[tuple[DealId, ...]], judge: JudgeWindow, now: Callable[[], datetime]
) -> Generator[Window, None, None]:
    """Judge windows in a thread, ahead of whoever takes them, in their order.

    Raises what judging raises, in the window's turn; the windows behind it are then given up.
    """

    def look(window: tuple[DealId, ...]) -> Window:
        began = now()
        return Window(window, began, judge(window))

    under_way: deque[Future[Window]] = deque()
    with ThreadPoolExecutor(WINDOWS_AHEAD, thread_name_prefix="sweep-window") as pool:
        try:
            for window in listed:
                under_way.append(pool.submit(look, window))
                if len(under_way) > WINDOWS_AHEAD:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for pending in under_way:
                pending.cancel()
