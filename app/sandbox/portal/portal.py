"""One HubSpot account: its records, people, pipelines, properties, credentials and limits.

The portal only holds its parts together. It refuses to know HTTP, webhooks and seeds; those are
built around it, and seeds write through the same parts as everyone else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from .calculated import Calculated
from .defaults import install
from .ids import Ids
from .limits import Limits, Quota
from .owners import Owners
from .pipelines import Pipelines
from .rules import Rules
from .schema import Properties
from .store import Store
from .tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..changes import Change
    from ..clock import SandboxClock

DEFAULT_SEARCH_LAG_SECONDS = 2.0


class Portal:
    """A portal with HubSpot's default properties and nothing else in it.

    Args:
        clock: The sandbox's clock.
        portal_id: The account's id (hub id).
        ui_domain: Where HubSpot's pages for this account live.
        time_zone: The account's time zone, by its IANA name.
        seed: Decides ids and correlation ids.
        search_lag_seconds: How long a write stays invisible to search.
        quota: The account's rate limits.
    """

    def __init__(
        self,
        *,
        clock: SandboxClock,
        portal_id: int,
        ui_domain: str = "app-eu1.hubspot.com",
        time_zone: str = "Europe/Amsterdam",
        seed: int = 0,
        search_lag_seconds: float = DEFAULT_SEARCH_LAG_SECONDS,
        quota: Quota | None = None,
    ) -> None:
        ids = Ids(seed)
        self.clock = clock
        self.portal_id = portal_id
        self.ui_domain = ui_domain
        self.zone = ZoneInfo(time_zone)
        self.seed = seed
        self.store = Store(clock, ids, lag_ms=round(search_lag_seconds * 1000))
        self.owners = Owners(clock, ids)
        self.pipelines = Pipelines(clock, ids)
        self.properties = Properties(clock)
        self.rules = Rules()
        self.tokens = Tokens()
        self.limits = Limits(clock, quota or Quota(), self.zone)
        self.calculated = Calculated(self.store, self.pipelines, clock)
        install(self.properties, self.pipelines)

    def subscribe(self, listener: Callable[[Sequence[Change]], None]) -> None:
        """Call `listener` with the changes of each completed write request."""
        self.store.subscribe(listener)
