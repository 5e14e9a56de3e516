"""The service's own schedule: a sweep whenever its time has come, in the portal's time zone.

What is due follows from the last sweep that came to its end, so that a service that was down at two
in the morning sweeps when it is back, once, however long it was down. A sweep that was killed is
taken up at the start, one that stopped (quota, a portal that is away) at the next time. It refuses
to run beside another sweep: then it looks again later.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from threading import Event, Thread

import structlog
from cronsim import CronSim

from app.ports import Clock, Failure

POLL_SECONDS = 20.0

log = structlog.get_logger(__name__)


def next_after(moment: datetime, cron: str, zone: tzinfo) -> datetime:
    """The first time of a cron expression after a moment, in that zone, as the moment's own."""
    return next(CronSim(cron, moment.astimezone(zone))).astimezone(moment.tzinfo)


class Schedule:
    """A thread that sweeps by the clock.

    `zone` is asked each time, because the portal may be away at the start; it raises Failure.
    `last` is when the last whole sweep began. `sweep` is handed what says that it has to stop.
    """

    def __init__(
        self,
        *,
        cron: str,
        clock: Clock,
        zone: Callable[[], tzinfo],
        last: Callable[[], datetime | None],
        sweep: Callable[[Event], None],
    ) -> None:
        self._cron = cron
        self._clock = clock
        self._zone = zone
        self._last = last
        self._sweep = sweep
        self._stopping = Event()
        self._tried_at: datetime | None = None
        self._began_at = clock.now()
        self._thread = Thread(target=self._run, name="sweep-schedule", daemon=True)

    def start(self) -> None:
        """Start the thread; once only."""
        self._thread.start()

    def stop(self, deadline_seconds: float) -> None:
        """Let a sweep under way end behind its next window; nothing is lost if it does not."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(deadline_seconds)

    @property
    def is_alive(self) -> bool:
        """Whether the thread is running."""
        return self._thread.is_alive()

    def due_at(self) -> datetime:
        """When the next sweep is due. Raises Failure."""
        known = [moment for moment in (self._last(), self._tried_at) if moment is not None]
        return next_after(max(known, default=self._began_at), self._cron, self._zone())

    def turn(self) -> bool:
        """Sweep if it is time; answers whether it was. Raises Failure."""
        if self.due_at() > self._clock.now():
            return False
        self._tried_at = self._clock.now()
        self._sweep(self._stopping)
        return True

    def _run(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            try:
                self.turn()
            except Failure as failure:
                log.warning("sweep_not_begun", error=str(failure))
            except Exception:
                # A defect must not end the thread: the next night is another chance.
                log.exception("sweep_broke")


def to_stderr(lines: Iterable[str]) -> None:
    """Prints a digest where there is no Slack."""
    for line in lines:
        sys.stderr.write(f"{line}\n")
