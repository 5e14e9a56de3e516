"""Whether alerts of a criterion are worth their noise: how many were followed by a fix.

Pure counting. A low share proposes the digest for that criterion and changes nothing by itself:
what is said where is the team's decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.routing import Usefulness
from app.domain.verdict import CriterionId


@dataclass(frozen=True, slots=True)
class Rate:
    """Of `alerts` on a criterion, `useful` ones were followed by a fix in time."""

    criterion: CriterionId
    alerts: int
    useful: int

    @property
    def share(self) -> float:
        """The usefulness rate, 0 to 1; 0 without any alert."""
        return self.useful / self.alerts if self.alerts else 0.0


def for_digest_only(rates: Iterable[Rate], rules: Usefulness) -> tuple[Rate, ...]:
    """The rates of criteria that are proposed for the digest alone, the least useful first."""
    low = [r for r in rates if r.alerts >= rules.at_least and r.share < rules.floor]
    return tuple(sorted(low, key=lambda rate: (rate.share, rate.criterion)))
