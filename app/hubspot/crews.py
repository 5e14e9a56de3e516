"""Who does the work: one crew for few records, another for many.

A sweep's requests wait for their place in HubSpot's windows, and a thread that waits is no use to
anyone else. Two crews keep the deal that somebody just moved from standing in line behind a sweep:
each has threads of its own, and the larger work leaves a part of every window to the smaller.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, ParamSpec, TypeVar

from app.hubspot.client import HubSpotClient

MAX_LIVE_RECORDS: Final = 25
"""Work on more deals, marks or changes than this is a sweep's."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Crew:
    """Threads, and the client that they send with."""

    client: HubSpotClient
    executor: ThreadPoolExecutor

    def submit(self, task: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a task in one of the threads."""
        return self.executor.submit(task, *args, **kwargs)


class Crews:
    """Both crews, each with `size` threads."""

    def __init__(self, client: HubSpotClient, size: int) -> None:
        self.live = Crew(client, ThreadPoolExecutor(size, thread_name_prefix="hubspot-live"))
        self.sweep = Crew(
            client.yielding(), ThreadPoolExecutor(size, thread_name_prefix="hubspot-sweep")
        )

    def for_work_on(self, records: int) -> Crew:
        """The crew for work on so many records."""
        return self.live if records <= MAX_LIVE_RECORDS else self.sweep

    def close(self) -> None:
        """Let tasks that were submitted end, then end the threads."""
        for crew in (self.live, self.sweep):
            crew.executor.shutdown(wait=True)
