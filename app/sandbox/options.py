"""How a sandbox is to be: everything that its command line and its Python interface can set."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .portal.limits import Quota
from .portal.portal import DEFAULT_SEARCH_LAG_SECONDS
from .webhooks.behaviour import DEFAULT_BATCH_MS
from .webhooks.subscriptions import Form

DEFAULT_SERVICE_URL = "http://127.0.0.1:8000"
HUBSPOT_WEBHOOK_PATH = "/webhooks/hubspot"
SLACK_REQUEST_PATH = "/webhooks/slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings of one sandbox; port 0 takes a free one.

    `webhook_url` is where HubSpot's deliveries go (none: nothing is sent), `slack_request_url`
    where Slack's interactions go (none: the usual path beside `webhook_url`).
    """

    host: str = "127.0.0.1"
    port: int = 0
    scenario: str = "story"
    deals: int = 0
    seed: int = 1
    webhook_url: str | None = None
    slack_request_url: str | None = None
    api_version: str = "2026-03"
    form: Form = Form.LEGACY
    latency_ms: float = 0.0
    search_lag_seconds: float = DEFAULT_SEARCH_LAG_SECONDS
    batch_ms: float = DEFAULT_BATCH_MS
    retry_compression: float = 1.0
    quota: Quota = field(default_factory=Quota)
    slack_rate_limits: bool = True

    @property
    def service_url(self) -> str:
        """The public base URL of the service that the webhooks reach."""
        if self.webhook_url is None:
            return DEFAULT_SERVICE_URL
        return self.webhook_url.removesuffix(HUBSPOT_WEBHOOK_PATH).rstrip("/")

    @property
    def slack_target(self) -> str | None:
        """Where interactions go."""
        if self.slack_request_url or self.webhook_url is None:
            return self.slack_request_url
        parts = urlsplit(self.webhook_url)
        return f"{parts.scheme}://{parts.netloc}{SLACK_REQUEST_PATH}"
