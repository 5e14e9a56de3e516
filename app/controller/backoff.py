"""How long to wait before the next attempt: doubling, capped, and with jitter.

The jitter is so that keys that failed together do not come back together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

MAX_DOUBLINGS = 32


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubling waits between `base_seconds` and `cap_seconds`; `chance` gives [0, 1)."""

    base_seconds: float
    cap_seconds: float
    chance: Callable[[], float]

    def seconds(self, attempts: int, at_least: float | None = None) -> float:
        """The wait after `attempts` failed ones, between half and all of the doubled base.

        `at_least` is what the other side asked for; it wins even over the cap.
        """
        full = min(self.cap_seconds, self.base_seconds * 2.0 ** min(attempts, MAX_DOUBLINGS))
        return max(full * (0.5 + self.chance() / 2), at_least or 0.0)
