"""Slack's rate limits: per method and workspace by tier, and per channel for posting.

Each limit is a token bucket, since Slack documents a rate and allows short bursts above it. Time
comes from the caller, so that tests need not wait.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

POSTS_PER_SECOND_PER_CHANNEL = 1.0
POST_BURST = 8


class Tier(Enum):
    """Slack's published tiers; the value is the number of calls allowed per minute."""

    TWO = 20
    THREE = 50
    FOUR = 100
    SPECIAL = 600
    POSTING = 0  # limited per channel, not per method


BURST_BY_TIER = MappingProxyType(
    {Tier.TWO: 20, Tier.THREE: 50, Tier.FOUR: 100, Tier.SPECIAL: 600, Tier.POSTING: POST_BURST}
)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


@dataclass(slots=True)
class RateLimits:
    """Token buckets by key; `monotonic` returns seconds that never run backwards."""

    monotonic: Callable[[], float]
    enabled: bool = True
    _buckets: dict[tuple[str, str], _Bucket] = field(default_factory=dict)

    def wait_for_call(self, method: str, token: str, tier: Tier) -> int:
        """Take one call of `method`; return 0, or the whole seconds to wait when refused."""
        if tier is Tier.POSTING:
            return 0
        return self._take((method, token), rate=tier.value / 60, burst=BURST_BY_TIER[tier])

    def wait_for_post(self, channel: str) -> int:
        """Take one post to `channel`; return 0, or the whole seconds to wait when refused."""
        key = ("post", channel)
        return self._take(key, rate=POSTS_PER_SECOND_PER_CHANNEL, burst=POST_BURST)

    def _take(self, key: tuple[str, str], *, rate: float, burst: int) -> int:
        if not self.enabled:
            return 0
        now = self.monotonic()
        bucket = self._buckets.setdefault(key, _Bucket(tokens=burst, filled_at=now))
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.filled_at) * rate)
        bucket.filled_at = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0
        return max(1, math.ceil((1 - bucket.tokens) / rate))
