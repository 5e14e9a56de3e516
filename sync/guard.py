"""Leaves a share of the portal's daily calls to others: a sweep never takes the last ones.

HubSpot counts calls by the day for the whole account. When fewer than the share are left, the
sweep stops cleanly and goes on the next time. Where HubSpot says nothing of the day, nothing is
guarded.
"""

from __future__ import annotations

from app.hubspot.meter import Meter


class QuotaGuard:
    """`share_left` is the part of the day's calls, between 0 and 1, that stays for others."""

    def __init__(self, meter: Meter, share_left: float) -> None:
        self._meter = meter
        self._share_left = share_left

    def __call__(self) -> str | None:
        """Why the sweep has to stop for today; None: it may go on."""
        daily = self._meter.daily
        if daily is None or daily.left >= daily.allowed * self._share_left:
            return None
        return (
            f"{daily.left:,} of the account's {daily.allowed:,} calls of today are left, and "
            f"{self._share_left:.0%} are for others (SWEEP_QUOTA_SHARE_LEFT)"
        )
