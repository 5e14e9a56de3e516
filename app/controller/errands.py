"""The thread that does what people asked for in Slack, after Slack was answered.

Requests wait in the ledger, so that none is lost with the process; each is tried until it is done
or refused for good, and the person is told which. Refuses to know what a request is about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Protocol

import structlog

from app.channel import Errand
from app.ports import Clock, Failure, Retryable

from .backoff import Backoff
from .bell import Bell
from .worker import SHORTEST_SLEEP_SECONDS

BATCH = 10
MAX_ATTEMPTS = 30
"""About an hour with waits of up to two minutes."""
IDLE_SECONDS = 15.0

log = structlog.get_logger(__name__)


class ErrandBook(Protocol):
    """Where requests wait."""

    def due(self, now: datetime, limit: int) -> Sequence[Errand]:
        """Requests to do now, each leased to the caller for a minute."""
        ...

    def next_due(self) -> datetime | None:
        """When the next one is to be done."""
        ...

    def done(self, errand: Errand) -> None:
        """Forget what a request said."""
        ...

    def retry(self, errand: Errand, at: datetime) -> None:
        """Try again then."""
        ...


class Doer(Protocol):
    """Who does a request."""

    def work(self, key: str, body: str) -> None:
        """Do it and say so. Raises Failure when it could not be done."""
        ...

    def give_up(self, body: str, why: str) -> None:
        """Say that it cannot be done."""
        ...


class ErrandRunner:
    """Works off the book, one request after the other; none while `paused` says so."""

    def __init__(
        self,
        *,
        book: ErrandBook,
        doer: Doer,
        clock: Clock,
        backoff: Backoff,
        paused: Callable[[], bool],
    ) -> None:
        self._paused = paused
        self._book = book
        self._doer = doer
        self._clock = clock
        self._backoff = backoff
        self._bell = Bell()
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="errands", daemon=True)

    def start(self) -> None:
        """Start the thread; once only."""
        self._thread.start()

    def wake(self) -> None:
        """Something was asked for: look now. Callable from any thread."""
        self._bell.ring()

    def stop(self, deadline_seconds: float) -> None:
        """Finish the request under way; the others stay in the book."""
        self._stopping.set()
        self._bell.ring()
        if self._thread.is_alive():
            self._thread.join(deadline_seconds)

    @property
    def is_alive(self) -> bool:
        """Whether the thread is running."""
        return self._thread.is_alive()

    def turn(self) -> int:
        """Do what is due; returns how many requests were handled. Never raises."""
        try:
            if self._paused():
                return 0
            due = self._book.due(self._clock.now(), BATCH)
            for errand in due:
                self._do(errand)
        except Failure as failure:
            log.warning("errands_unreachable", error=str(failure))
            return 0
        return len(due)

    def _do(self, errand: Errand) -> None:
        try:
            self._doer.work(errand.key, errand.body)
        except Exception as error:  # noqa: BLE001 - one request that breaks us holds up no other
            said = str(error) if isinstance(error, Failure) else type(error).__name__
            if isinstance(error, Retryable) and errand.attempts + 1 < MAX_ATTEMPTS:
                wait = self._backoff.seconds(errand.attempts, error.after_seconds)
                self._book.retry(errand, self._clock.now() + timedelta(seconds=wait))
                log.warning("errand_deferred", error=said)
                return
            log.warning("errand_failed", error=said)
            self._doer.give_up(errand.body, said)
        self._book.done(errand)

    def _run(self) -> None:
        while not self._stopping.is_set():
            heard = self._bell.rings
            if self.turn() == 0 and not self._stopping.is_set():
                self._bell.wait(heard, self._sleep_seconds())

    def _sleep_seconds(self) -> float:
        try:
            if self._paused():
                return IDLE_SECONDS
            due = self._book.next_due()
        except Failure:
            return IDLE_SECONDS
        wait = IDLE_SECONDS if due is None else (due - self._clock.now()).total_seconds()
        return max(min(wait, IDLE_SECONDS), SHORTEST_SLEEP_SECONDS)
