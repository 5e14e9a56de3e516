"""A HubSpot account with state that speaks HubSpot's HTTP.

`Portal` is the account; `portal_routes(portal)` is its API. It refuses every shortcut around
that API: the service under rehearsal sees what it would see at HubSpot.
"""

from .portal import Portal
from .routes import portal_routes

__all__ = ["Portal", "portal_routes"]
