"""One sandbox, put together: the portal, the workspace, and what runs between and around them."""

from __future__ import annotations

import random
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .calls import Calls
from .changes import Actor
from .clock import SandboxClock
from .faults import Faults
from .portal import Portal
from .portal.tokens import ALL_SCOPES, TokenKind
from .seeds import executive, plant
from .slack.interactions import Interactions
from .slack.limits import RateLimits
from .slack.workspace import Workspace
from .webhooks.behaviour import Behaviour
from .webhooks.sender import Identity, Sender
from .webhooks.subscriptions import Book, Settings

if TYPE_CHECKING:
    from .options import Options

SALES_CHANNEL = "dept-sales"
OTHER_CHANNEL = "general"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What opens the sandbox; made from the seed, so that a restart keeps them valid."""

    portal_id: int
    app_id: int
    service_token: str
    ae_token: str
    developer_key: str
    client_secret: str

    @classmethod
    def from_seed(cls, seed: int) -> Credentials:
        """The credentials of the sandbox with that seed."""
        chance = random.Random(f"credentials-{seed}")

        def secret() -> str:
            return str(uuid.UUID(int=chance.getrandbits(128), version=4))

        return cls(
            portal_id=chance.randint(140_000_000, 149_999_999),
            app_id=chance.randint(10_000_000, 49_999_999),
            service_token=f"pat-eu1-{secret()}",
            ae_token=f"pat-eu1-{secret()}",
            developer_key=f"eu1-{secret()}",
            client_secret=secret(),
        )


class Site:
    """All parts of one sandbox, seeded and ready to be served under `base_url`."""

    def __init__(self, options: Options, base_url: str) -> None:
        self.options = options
        self.base_url = base_url
        self.clock = SandboxClock()
        self.credentials = Credentials.from_seed(options.seed)
        self.calls = Calls()
        self.faults = Faults()
        self.portal = Portal(
            clock=self.clock,
            portal_id=self.credentials.portal_id,
            seed=options.seed,
            search_lag_seconds=options.search_lag_seconds,
            quota=options.quota,
        )
        plant(self.portal, options.scenario, bulk_deals=options.deals, seed=options.seed)
        self._add_tokens()
        self.workspace = self._workspace()
        self.slack_limits = RateLimits(time.monotonic, enabled=options.slack_rate_limits)
        self.interactions = Interactions(
            self.workspace, base_url, SandboxClock(), options.slack_target
        )
        self.sender = self._sender()
        self.portal.subscribe(self.sender.on_changes)

    def _add_tokens(self) -> None:
        secrets = self.credentials
        service = Actor("INTEGRATION", str(secrets.app_id))
        app_id = secrets.app_id
        tokens = self.portal.tokens
        tokens.add(secrets.service_token, ALL_SCOPES, service, TokenKind.PRIVATE_APP, app_id=app_id)
        tokens.add(secrets.ae_token, ALL_SCOPES, executive(self.portal), TokenKind.USER)

    def _workspace(self) -> Workspace:
        workspace = Workspace(
            clock=self.clock, seed=self.options.seed, channels=(SALES_CHANNEL, OTHER_CHANNEL)
        )
        for owner in self.portal.owners.listing(active=True):
            handle = owner.email.partition("@")[0]
            workspace.add_user(handle, f"{owner.first_name} {owner.last_name}", owner.email)
        return workspace

    def _sender(self) -> Sender:
        options, secrets = self.options, self.credentials
        book = Book(self.clock, options.seed)
        book.use_defaults(options.form)
        now = self.clock.now()
        return Sender(
            identity=Identity(secrets.portal_id, secrets.app_id, secrets.client_secret),
            book=book,
            settings=Settings(now, now, target_url=options.webhook_url),
            clock=self.clock,
            seed=options.seed,
            behaviour=Behaviour(
                batch_ms=options.batch_ms,
                retry_compression=options.retry_compression,
                seed=options.seed,
            ),
        )

    def info(self) -> dict[str, Any]:
        """Where the sandbox is and what opens it, with the environment that a service needs."""
        secrets, workspace = self.credentials, self.workspace
        channel = workspace.channel(SALES_CHANNEL)
        slack_url = f"{self.base_url}/slack/api"
        return {
            "base_url": self.base_url,
            "portal_id": secrets.portal_id,
            "service_token": secrets.service_token,
            "ae_token": secrets.ae_token,
            "client_secret": secrets.client_secret,
            "slack": {
                "base_url": slack_url,
                "bot_token": workspace.bot_token,
                "signing_secret": workspace.signing_secret,
                "channel": channel.id,
                "channel_name": channel.name,
                "webhook_url": self.base_url + workspace.webhook_path,
            },
            "env": {
                "HUBSPOT_ACCESS_TOKEN": secrets.service_token,
                "HUBSPOT_CLIENT_SECRET": secrets.client_secret,
                "HUBSPOT_BASE_URL": self.base_url,
                "HUBSPOT_API_VERSION": self.options.api_version,
                "PUBLIC_BASE_URL": self.options.service_url,
                "SLACK_BOT_TOKEN": workspace.bot_token,
                "SLACK_SIGNING_SECRET": workspace.signing_secret,
                "SLACK_CHANNEL": channel.id,
                "SLACK_BASE_URL": slack_url,
            },
            "app_id": secrets.app_id,
            "developer_key": secrets.developer_key,
        }
