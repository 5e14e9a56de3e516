"""Waivers: deviations made conscious, documented and limited in time.

A waiver marks a finding and never hides it. It ends by itself: at its date, and as soon as the
criterion is met, because then there is nothing left to deviate from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from app.domain.verdict import CriterionId, Waiver


def in_force(waivers: Iterable[Waiver], now: datetime) -> Mapping[CriterionId, Waiver]:
    """The waiver that counts for each criterion: of those not lapsed, the one that lasts longest.

    Of several that end together the order of arrival decides, so that the answer is stable.
    """
    active: dict[CriterionId, Waiver] = {}
    for waiver in waivers:
        if now >= waiver.until:
            continue
        other = active.get(waiver.criterion)
        if other is None or waiver.until > other.until:
            active[waiver.criterion] = waiver
    return active
