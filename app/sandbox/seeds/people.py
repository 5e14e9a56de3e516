"""The sales team of the sandbox: who owns deals, and who has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..changes import Actor

if TYPE_CHECKING:
    from ..portal import Portal

AE_EMAIL = "maren.dekker@flowfuse.example"
_TEAM = (
    ("maren", "Maren", "Dekker", AE_EMAIL, 61_204_411, True),
    ("idris", "Idris", "Okafor", "idris.okafor@flowfuse.example", 61_204_412, True),
    ("leonie", "Leonie", "Brandt", "leonie.brandt@flowfuse.example", 61_204_413, True),
    ("tomas", "Tomás", "Herrera", "tomas.herrera@flowfuse.example", 61_204_414, True),
    ("gwen", "Gwen", "Archer", "gwen.archer@flowfuse.example", 58_110_027, False),
)


def hire(portal: Portal) -> dict[str, int]:
    """Register the team; returns owner ids by short name (`gwen` has left)."""
    return {
        short: portal.owners.add(first, last, email, user_id=user_id, active=active)
        for short, first, last, email, user_id, active in _TEAM
    }


def executive(portal: Portal) -> Actor:
    """The account executive, acting in HubSpot's pages."""
    person = portal.owners.listing(active=True, email=AE_EMAIL)[0]
    return Actor("CRM_UI", f"userId:{person.user_id}", person.user_id)
