"""The whole API of a portal as one list of routes, ready to be mounted at the root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import (
    batches,
    edge_batches,
    edge_singles,
    edges_v3,
    objects,
    people,
    pipeline_operations,
    property_limits,
    property_operations,
    searches,
)
from .door import Door

if TYPE_CHECKING:
    from starlette.routing import Route

    from .portal import Portal


def portal_routes(portal: Portal) -> list[Route]:
    """Routes for every operation of the portal, and HubSpot's answer for all other CRM paths.

    Webhooks and Slack are not among them.
    """
    door = Door(portal)
    served = door.routes(
        (
            *batches.OPERATIONS,
            *searches.operations(portal),
            *edge_batches.OPERATIONS,
            *edge_singles.OPERATIONS,
            *edges_v3.OPERATIONS,
            *objects.OPERATIONS,
            *pipeline_operations.OPERATIONS,
            *property_limits.OPERATIONS,
            *property_operations.OPERATIONS,
            *people.OPERATIONS,
        )
    )
    return [*served, door.nowhere("/crm/{rest:path}"), door.nowhere("/account-info/{rest:path}")]
