"""The one ASGI application of a sandbox: HubSpot's paths, Slack's paths, and the controls."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette

from .control import control_routes
from .portal import portal_routes
from .slack.routes import slack_routes
from .traffic import Traffic
from .webhooks.routes import WebhooksApi

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp

    from .site import Site


def create_app(site: Site) -> ASGIApp:
    """Serve `site`; webhooks are sent for as long as the application runs."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with site.sender.running():
            yield

    secrets = site.credentials
    tokens = frozenset({secrets.developer_key, secrets.service_token})
    webhooks = WebhooksApi(site.sender, clock=site.clock, tokens=tokens)
    inner = Starlette(
        routes=[
            *control_routes(site),
            *slack_routes(site.workspace, site.slack_limits),
            *webhooks.routes(),
            *portal_routes(site.portal),
        ],
        lifespan=lifespan,
    )
    return Traffic(inner, calls=site.calls, faults=site.faults, latency_ms=site.options.latency_ms)
