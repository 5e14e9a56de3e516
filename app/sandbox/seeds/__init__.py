"""What is in the portal when a sandbox starts.

Each scenario is a function that fills a portal; the data is invented and stands in modules of its
own. Nothing here fires webhooks: it is how things are, not something that happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bulk import plant_bulk
from .people import executive
from .scenarios import SCENARIOS

if TYPE_CHECKING:
    from ..portal import Portal

__all__ = ["SCENARIOS", "executive", "plant"]


def plant(portal: Portal, scenario: str, *, bulk_deals: int, seed: int) -> None:
    """Fill `portal` with a scenario and, on top, a number of generated open deals.

    Raises:
        KeyError: There is no such scenario.
    """
    garden = SCENARIOS[scenario](portal)
    plant_bulk(garden, bulk_deals, seed=seed)
