"""How badly deliveries behave, on request: late, doubled, reordered, lost, or held back.

Chance is seeded, so that a rehearsal that found a fault finds it again. With everything at zero
(the default) each event is sent once, soon, and in the order in which things happened.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any

RETRY_DELAYS_MINUTES = (1, 5, 15, 30, 60, 120, 180, 240, 330, 420)
MAX_RETRIES = len(RETRY_DELAYS_MINUTES)
MAX_EVENTS_PER_DELIVERY = 100
DEFAULT_BATCH_MS = 80.0


class BehaviourRefused(ValueError):
    """The request names an unknown option or a value outside its range."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Options of the sender; shares are probabilities from 0 to 1, times are milliseconds.

    `retry_compression` divides the retry schedule: 1 spreads ten retries over a day as HubSpot
    does, 86,400 makes the day a second.
    """

    batch_ms: float = DEFAULT_BATCH_MS
    delay_ms: float = 0.0
    delay_jitter_ms: float = 0.0
    duplicate_share: float = 0.0
    reorder_share: float = 0.0
    repeat_event_id_share: float = 0.0
    lose_share: float = 0.0
    retry_compression: float = 1.0
    paused: bool = False
    seed: int = 0

    def changed(self, wanted: dict[str, Any]) -> Behaviour:
        """A copy with other options.

        Raises:
            BehaviourRefused: An option is unknown or out of range.
        """
        for name, value in wanted.items():
            if name not in {option.name for option in fields(self)}:
                names = ", ".join(option.name for option in fields(self))
                message = f"unknown option {name!r}; allowed: {names}"
                raise BehaviourRefused(message)
            is_allowed, words = next(
                (check, words) for suffix, check, words in _ALLOWED if name.endswith(suffix)
            )
            if not is_allowed(value):
                message = f"{name} must be {words}, got {value!r}"
                raise BehaviourRefused(message)
        return replace(self, **wanted)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_ALLOWED: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    ("_share", lambda value: _is_number(value) and 0 <= value <= 1, "a number from 0 to 1"),
    ("_ms", lambda value: _is_number(value) and value >= 0, "a number of milliseconds"),
    ("_compression", lambda value: _is_number(value) and value > 0, "a positive number"),
    ("paused", lambda value: isinstance(value, bool), "true or false"),
    ("seed", lambda value: isinstance(value, int), "a whole number"),
)


@dataclass(slots=True)
class Disturbance:
    """A behaviour together with the dice that it throws."""

    behaviour: Behaviour
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(f"disturbance-{self.behaviour.seed}")

    def arrange(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The events to send: some lost, some moved, some with the id of another."""
        kept = [event for event in events if not self._happens(self.behaviour.lose_share)]
        for index in range(1, len(kept)):
            if self._happens(self.behaviour.repeat_event_id_share):
                kept[index] = {**kept[index], "eventId": kept[index - 1]["eventId"]}
        for index in range(len(kept)):
            if self._happens(self.behaviour.reorder_share):
                other = self._dice.randrange(len(kept))
                kept[index], kept[other] = kept[other], kept[index]
        return kept

    def duplicates(self) -> bool:
        """Whether the delivery at hand is sent twice."""
        return self._happens(self.behaviour.duplicate_share)

    def delay_seconds(self) -> float:
        """How long the delivery at hand is held back."""
        jitter_ms = self._dice.uniform(0, self.behaviour.delay_jitter_ms)
        return (self.behaviour.delay_ms + jitter_ms) / 1_000

    def retry_delay_seconds(self, retries_made: int) -> float:
        """The randomised wait before the next retry."""
        nominal_seconds = RETRY_DELAYS_MINUTES[retries_made] * 60
        return nominal_seconds * self._dice.uniform(0.7, 1.0) / self.behaviour.retry_compression

    def _happens(self, share: float) -> bool:
        return share > 0 and self._dice.random() < share
