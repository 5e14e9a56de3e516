"""The Slack app that this service needs, as the manifest that Slack takes.

Every scope is there for a reason that is written beside it, and none without. Refuses to ask for
what a mode does not use: nothing here reads what people write, but the history of the channels
that are posted to, for our own metadata.
"""

from __future__ import annotations

from collections.abc import Mapping

from .requests import COMMAND

SCOPES: Mapping[str, str] = {
    "chat:write": "post, edit, and answer one person alone",
    "commands": "the slash command",
    "users:read": "which HubSpot owner a Slack user is",
    "users:read.email": "whom to mention, by the address that HubSpot has",
    "channels:history": "find a message whose answer was lost instead of posting it twice",
    "groups:history": "the same in private channels",
    "im:history": "the same in direct messages",
    "channels:read": "find channels that the policy gives by name",
    "groups:read": "the same for private channels",
    "im:write": "direct messages to owners, where the policy routes alerts there",
}
PATH = "/webhooks/slack"


def manifest(public_base_url: str) -> Mapping[str, object]:
    """The manifest of an app that reaches the service at this address."""
    url = f"{public_base_url}{PATH}"
    return {
        "display_information": {
            "name": "Dealgate",
            "description": "What a deal still needs, where you work",
        },
        "features": {
            "bot_user": {"display_name": "Dealgate", "always_online": True},
            "slash_commands": [
                {
                    "command": COMMAND,
                    "url": url,
                    "description": "How a deal stands and what its next stage needs",
                    "usage_hint": "name or id",
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "interactivity": {"is_enabled": True, "request_url": url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }
