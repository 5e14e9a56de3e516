"""When a refused request is sent again from here, and when the caller is told to come back.

Short waits are slept through where they arise; long ones are raised with the time to wait, so
that a worker is not held up by a quota. Only Retryable failures are tried again. Every operation
of the gateway may be repeated: reads change nothing, writes set values, and what is created is
looked up first by name.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

import tenacity

from app.ports import Retryable

T = TypeVar("T")

MAX_ATTEMPTS: Final = 4
MAX_TOTAL_SECONDS: Final = 20.0
MAX_INLINE_WAIT_SECONDS: Final = 3.0
FIRST_BACKOFF_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """At most so many attempts within so many seconds, each wait at most so long.

    `jitter` answers a number in [0, 1): each wait is stretched by up to a quarter of it, so that
    threads which were refused together do not come back together. `sleep` takes seconds.
    """

    attempts: int = MAX_ATTEMPTS
    total_seconds: float = MAX_TOTAL_SECONDS
    inline_wait_seconds: float = MAX_INLINE_WAIT_SECONDS
    first_backoff_seconds: float = FIRST_BACKOFF_SECONDS
    jitter: Callable[[], float] = field(default=random.random)
    sleep: Callable[[float], None] = field(default=time.sleep)

    def run(self, attempt: Callable[[], T]) -> T:
        """Call `attempt` until it answers; raises its last Failure when that takes too long."""
        retrying = tenacity.Retrying(
            stop=(
                tenacity.stop_after_attempt(self.attempts)
                | tenacity.stop_before_delay(self.total_seconds)
            ),
            wait=self._wait,
            retry=tenacity.retry_if_exception(self._worth_waiting_for),
            sleep=self.sleep,
            reraise=True,
        )
        return retrying(attempt)

    def _worth_waiting_for(self, error: BaseException) -> bool:
        if not isinstance(error, Retryable):
            return False
        return (error.after_seconds or 0.0) <= self.inline_wait_seconds

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.after_seconds if isinstance(error, Retryable) else None
        backoff = self.first_backoff_seconds * 2 ** (state.attempt_number - 1)
        wait = backoff if asked is None else asked
        return min(wait, self.inline_wait_seconds) * (1 + self.jitter() / 4)
