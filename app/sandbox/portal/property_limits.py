"""How many custom properties the account may have, and has: HubSpot's limits tracking.

It counts what the portal holds now; deleted properties do not count. As published, any scope on
any kind of record opens it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .door import Operation, Reply
from .kinds import KINDS

if TYPE_CHECKING:
    from .door import Call

ROOTS = (
    "/crm/v3/limits/custom-properties",
    "/crm/limits/{version:version}/custom-properties",
)


def _limits(call: Call) -> Reply:
    properties = call.portal.properties
    kinds = [kind for kind in KINDS if not kind.is_activity]
    used = [properties.custom(kind.plural) for kind in kinds]
    overall = properties.max_custom * len(kinds)
    return Reply(
        200,
        {
            "overallLimit": overall,
            "overallUsage": sum(used),
            "overallPercentage": sum(used) / overall,
            "byObjectType": [
                {
                    "objectTypeId": kind.type_id,
                    "singularLabel": kind.singular.capitalize(),
                    "pluralLabel": kind.plural.capitalize(),
                    "limit": properties.max_custom,
                    "usage": usage,
                    "percentage": usage / properties.max_custom,
                }
                for kind, usage in zip(kinds, used, strict=True)
            ],
        },
    )


def _any_scope(_: Call) -> list[list[str]]:
    return [[scope] for kind in KINDS for scope in (kind.read_scope, kind.write_scope)]


OPERATIONS = (Operation("GET", ROOTS, _limits, _any_scope),)
