"""The service put together over a sandbox on a real socket, sharing its clock."""

from __future__ import annotations

from contextlib import contextmanager

from app.domain.desired import OwnedNames
from app.hubspot.limiter import OutboundLimiter
from app.hubspot.owned import definitions
from app.hubspot.properties import plan
from app.hubspot.steps import provision
from app.ledger.sweeps import SweepKind
from app.sandbox.options import Options
from app.sandbox.portal.limits import Quota
from app.sandbox.start import Sandbox
from app.wiring import build
from config.settings import Settings
from sync.making import sweep_of
from tests.sync.sweeping import unheard

GENEROUS = Quota(100_000, 10_000, 10_000_000)
VERDICT_AT = OwnedNames().verdict_at


def sandbox(**options):
    """A portal whose index does not lag and whose limits nobody meets."""
    defaults = {"search_lag_seconds": 0, "quota": GENEROUS}
    return Sandbox(Options(**(defaults | options)))


@contextmanager
def service(portal, folder, **settings):
    """The service over this sandbox, its properties set up; `folder` holds its database."""
    runtime = build(
        Settings(
            _env_file=None,
            hubspot_access_token=portal.info["service_token"],
            hubspot_base_url=portal.base_url,
            database_url=f"sqlite:///{folder}/dealgate.sqlite3",
            **settings,
        ),
        clock=portal.site.clock,
        limiter=OutboundLimiter(
            requests_per_10_seconds=10_000,
            associations_per_10_seconds=10_000,
            searches_per_second=500,
        ),
    )
    try:
        wanted = definitions(runtime.names, list(runtime.policy.codes.items()))
        list(provision(runtime.client, plan(runtime.client, runtime.names, wanted).steps))
        yield runtime
    finally:
        runtime.close()


def swept(runtime, kind=SweepKind.FULL):
    """One sweep to its end."""
    return sweep_of(runtime, kind).run(limit=None, progress=unheard)


def slack_of(portal):
    """The settings that lead to the sandbox's Slack."""
    slack = portal.info["slack"]
    return {
        "slack_bot_token": slack["bot_token"],
        "slack_channel": slack["channel"],
        "slack_base_url": slack["base_url"],
        "settle_seconds": 0,
    }


def end_of(portal, runtime):
    """What the portal shows and what the channel was told, without times."""
    sender = runtime.alert_sender()
    while sender.turn():
        pass
    sender.stop(0)
    shown = {
        (kind, record.id): {
            name: value
            for name, value in record.values.items()
            if name.startswith("ff_") and name != VERDICT_AT
        }
        for kind in ("deals", "contacts", "companies")
        for record in portal.portal.store.table(kind).live.values()
    }
    told = sorted(message.content.text for message in portal.site.workspace.messages.values())
    return shown, told
