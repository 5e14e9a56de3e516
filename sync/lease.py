"""One sweep at a time, across processes: a lease that is renewed while the sweep is at work.

The deals that the sweep holds while it writes are renewed with it. A process that dies loses the
lease within a minute. A process that was held up for longer than that finds it in other hands, and
has to stop before it writes again: `check` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from types import TracebackType
from typing import Self

import structlog

from app.ledger import SqlLedger
from app.ledger.sweeps import LEASE_SECONDS
from app.ports import Claim, Clock, Failure, Retryable, Terminal

HEARTBEAT_SECONDS = 5.0

log = structlog.get_logger(__name__)


class LeaseLost(Terminal):
    """Another process sweeps by now; this one must not write a word more, not even its state."""


class SweepLease:
    """Held between `with` and its end; entering raises Retryable when another one sweeps."""

    def __init__(
        self,
        ledger: SqlLedger,
        holder: str,
        clock: Clock,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._heartbeat_seconds = heartbeat_seconds
        self.holder = holder
        self._ledger = ledger
        self._sweeps = ledger.sweeps
        self._clock = clock
        self._over = Event()
        self._taken_by: str | None = None
        self._claims: Sequence[Claim] = ()
        self._heart = Thread(target=self._beat, name="sweep-lease", daemon=True)

    def __enter__(self) -> Self:
        other = self._sweeps.take_lease(self.holder, self._clock.now())
        if other is not None:
            message = (
                f"another sweep is running ({other}); wait for its end, or for "
                f"{LEASE_SECONDS:.0f} seconds if it was killed"
            )
            raise Retryable(message, after_seconds=LEASE_SECONDS)
        self._heart.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._heart.join()
        if self._taken_by is None:
            self._sweeps.leave_lease(self.holder)

    def check(self) -> None:
        """Raises LeaseLost when another process sweeps by now."""
        if self._taken_by is not None:
            message = f"this sweep was held up for too long, and {self._taken_by} sweeps instead"
            raise LeaseLost(message)

    @contextmanager
    def keeping(self, claims: Sequence[Claim]) -> Iterator[None]:
        """Renew these claims as well, for as long as it takes to write them."""
        self._claims = claims
        try:
            yield
        finally:
            self._claims = ()

    def _beat(self) -> None:
        while not self._over.wait(self._heartbeat_seconds):
            now = self._clock.now()
            try:
                self._taken_by = self._sweeps.take_lease(self.holder, now)
                self._ledger.renew(self.holder, self._claims, now)
            except Failure as failure:
                log.warning("sweep_lease_not_renewed", error=str(failure))
            if self._taken_by is not None:
                return
