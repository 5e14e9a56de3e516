"""The scenarios by name; each fills an empty portal and returns it ready for more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .planting import Garden

if TYPE_CHECKING:
    from ..portal import Portal

Scenario = Callable[["Portal"], Garden]


def empty(portal: Portal) -> Garden:
    """Pipelines, owners and default properties, and not one deal."""
    return Garden.prepare(portal)


SCENARIOS: dict[str, Scenario] = {"empty": empty}
