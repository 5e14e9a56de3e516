"""What wakes sleeping threads: ring it from anywhere, as often as one likes.

A plain event loses a ring when one of several threads clears it before the others looked. Here
each sleeper remembers the last ring it heard, so a ring between looking and sleeping is never
lost, and every sleeper hears it.
"""

from __future__ import annotations

from threading import Condition


class Bell:
    """A counter of rings that threads can wait on."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._rings = 0

    def ring(self) -> None:
        """Wake everyone who sleeps, and whoever is about to."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    @property
    def rings(self) -> int:
        """How often it has rung; take it before looking for work, then pass it to `wait`."""
        with self._condition:
            return self._rings

    def wait(self, heard: int, timeout_seconds: float) -> None:
        """Sleep until it has rung more than `heard` times, or until the time is over."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings > heard, timeout_seconds)
