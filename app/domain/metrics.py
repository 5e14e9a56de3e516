"""The metrics of the sales process (playbook: metrics), from what the nights found, each with n.

Counted deal by deal, so that nothing grows with the portal. A figure from few deals is a figure
from few deals: its n stands beside it, and none is left out for being small. Refuses to infer why.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from app.domain.ageing import Sighted, moves, now_of, stages_held
from app.domain.night import OWN_CURRENCY, Metric
from app.domain.sighting import Sighting
from app.domain.verdict import Standing

WON_DAYS = 90
"""Win rate, cycle and contract value are of the deals that closed within so many days."""


class Metrics:
    """Counts over all deals as of a day; `targets` are the sums wanted by currency."""

    def __init__(self, today: date, targets: Mapping[str, Decimal]) -> None:
        self._today = today
        self._targets = targets
        self._pipeline: dict[str, Decimal] = defaultdict(Decimal)
        self._clear: dict[str, Decimal] = defaultdict(Decimal)
        self._worth: Counter[str] = Counter()
        self._closed: Counter[tuple[str, str]] = Counter()
        self._won: Counter[tuple[str, str]] = Counter()
        self._left: Counter[str] = Counter()
        self._went_on: Counter[str] = Counter()
        self._outcomes: Counter[bool] = Counter()
        self._cycles: list[int] = []
        self._values: dict[str, list[Decimal]] = defaultdict(list)

    def take(self, states: Sequence[Sighted], order: Mapping[str, int]) -> None:
        """Count one deal; `order` gives the place of each stage, by label."""
        now = now_of(states)
        for stage, found in moves(states):
            went_on = found.is_won or order.get(found.stage, -1) > order.get(stage, -1)
            if went_on or found.is_closed:
                self._left[stage] += 1
                self._went_on[stage] += went_on and (found.is_won or not found.is_closed)
        if now is None:
            return
        sighting = now.sighting
        if not sighting.is_closed:
            self._take_open(sighting)
            return
        for way, earned in (("claimed", False), ("earned", True)):
            for stage in stages_held(states, earned=earned):
                self._closed[way, stage] += 1
                self._won[way, stage] += sighting.is_won
        if self._is_recent(sighting.closes):
            self._take_closed(sighting)

    def _take_open(self, sighting: Sighting) -> None:
        if sighting.amount is None or not sighting.judged:
            return
        currency = sighting.currency or OWN_CURRENCY
        self._worth[currency] += 1
        self._pipeline[currency] += sighting.amount
        if sighting.standing is Standing.CLEAR:
            self._clear[currency] += sighting.amount

    def _take_closed(self, sighting: Sighting) -> None:
        self._outcomes[sighting.is_won] += 1
        if not sighting.is_won:
            return
        if sighting.created and sighting.closes:
            self._cycles.append(max(0, (sighting.closes - sighting.created).days))
        if sighting.amount is not None:
            self._values[sighting.currency or OWN_CURRENCY].append(sighting.amount)

    def _is_recent(self, day: date | None) -> bool:
        return day is not None and self._today - day <= timedelta(days=WON_DAYS)

    # ----------------------------------------------------------------- as people read them

    def listed(self, order: Mapping[str, int]) -> tuple[Metric, ...]:
        """All of them, stages in their order."""
        return (*self._coverage(), *self._accuracy(order), *self._results(), *self._steps(order))

    def _coverage(self) -> Iterator[Metric]:
        for currency, worth in sorted(self._pipeline.items()):
            clear, n = self._clear[currency], self._worth[currency]
            yield Metric("qualified share of the open pipeline", currency, _share(clear, worth), n)
            target = self._target(currency)
            if target:
                yield Metric("qualified pipeline coverage", currency, f"{clear / target:.1f}×", n)

    def _target(self, currency: str) -> Decimal | None:
        """What is wanted in a currency; a sole target is in the account's own."""
        if currency == OWN_CURRENCY and len(self._targets) == 1:
            return next(iter(self._targets.values()))
        return self._targets.get(currency)

    def _accuracy(self, order: Mapping[str, int]) -> Iterator[Metric]:
        for way, stage in sorted(self._closed, key=lambda key: (order.get(key[1], 99), key)):
            n = self._closed[way, stage]
            yield Metric(f"won of those that {way}", stage, _share(self._won[way, stage], n), n)

    def _results(self) -> Iterator[Metric]:
        closed = self._outcomes.total()
        span = f"last {WON_DAYS} days"
        if closed:
            yield Metric("win rate", span, _share(self._outcomes[True], closed), closed)
        if self._cycles:
            days = f"{median(self._cycles):.0f} days"
            yield Metric("sales cycle (median)", span, days, len(self._cycles))
        for currency, values in sorted(self._values.items()):
            mean = sum(values, Decimal()) / len(values)
            yield Metric("average contract value", currency, f"{mean:,.0f}", len(values))

    def _steps(self, order: Mapping[str, int]) -> Iterator[Metric]:
        for stage in sorted(self._left, key=lambda each: (order.get(each, 99), each)):
            n = self._left[stage]
            yield Metric("went on from", stage, _share(self._went_on[stage], n), n)


def _share(part: Decimal | int, whole: Decimal | int) -> str:
    return f"{part / whole:.0%}" if whole else "–"
