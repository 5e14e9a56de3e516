"""The scenarios by name; each fills an empty portal and returns it ready for more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .edge_early import EARLY_EDGE_DEALS
from .edge_late import LATE_EDGE_DEALS
from .hostile import spoil
from .others import OTHER_DEALS
from .planting import Garden
from .scale_early import EARLY_SCALE_DEALS
from .scale_late import LATE_SCALE_DEALS

if TYPE_CHECKING:
    from ..portal import Portal

Scenario = Callable[["Portal"], Garden]

STORY = (
    *EARLY_SCALE_DEALS,
    *LATE_SCALE_DEALS,
    *EARLY_EDGE_DEALS,
    *LATE_EDGE_DEALS,
    *OTHER_DEALS,
)


def empty(portal: Portal) -> Garden:
    """Pipelines, owners and default properties, and not one deal."""
    return Garden.prepare(portal)


def story(portal: Portal) -> Garden:
    """A sales team's portal on an ordinary morning: some forty deals, some of them in order."""
    garden = empty(portal)
    garden.administer()
    for deal in STORY:
        garden.plant(deal)
    return garden


def hostile(portal: Portal) -> Garden:
    """The same portal after years of well-meant administration."""
    garden = story(portal)
    spoil(garden)
    return garden


SCENARIOS: dict[str, Scenario] = {"story": story, "empty": empty, "hostile": hostile}
