"""What can be known to be wrong before the first delivery arrives, one clear line each.

A `Refusal` ends the start, because the service could only pretend to work. `Advice` is said and
lived with: a HubSpot that is away today must not keep deliveries from being stored, and a stage
that the policy does not know makes its criteria unknown, never met. Changes nothing anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.hubspot.portal import READ_KINDS, read_account
from app.hubspot.probe import probe
from app.ports import Failure, Retryable
from app.wiring import Runtime
from config.policy import check_against_portal


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and what to do about it."""

    text: str

    def __str__(self) -> str:
        return f"dealgate: {self.text}"


@dataclass(frozen=True, slots=True)
class Advice(Problem):
    """Wrong, but not a reason to stay down."""


@dataclass(frozen=True, slots=True)
class Refusal(Problem):
    """The service would only pretend to work."""


def look(runtime: Runtime, *, must_listen: bool) -> Iterator[Problem]:
    """Look at everything that can be looked at, in the order in which to mend it.

    Ends after a refusal, and after finding HubSpot away, because the rest would follow from it.
    """
    if must_listen and not runtime.secrets.client_secrets():
        yield Advice(
            "HUBSPOT_CLIENT_SECRET is not set, so POST /webhooks/hubspot is closed: set the app's "
            "client secret to receive deliveries"
        )
    if runtime.settings.slack_webhook_url and not runtime.secrets.slack_bot_token():
        yield Advice(
            "Slack works in reduced mode: SLACK_WEBHOOK_URL posts and cannot edit, mention or be "
            "answered; set SLACK_BOT_TOKEN and SLACK_CHANNEL for the rest"
        )
    try:
        runtime.beat(runtime.clock.now())
    except Failure as failure:
        yield Refusal(str(failure))
        return
    try:
        read_account(runtime.client)
    except Retryable as failure:
        yield Advice(
            f"{failure}; check HUBSPOT_BASE_URL and the network. Deliveries are kept meanwhile, "
            "and deals are judged once HubSpot answers"
        )
        return
    except Failure as failure:
        yield Refusal(
            f"{failure}; check HUBSPOT_ACCESS_TOKEN, HUBSPOT_BASE_URL and HUBSPOT_API_VERSION"
        )
        return
    problems = probe(runtime.client, writes=not runtime.settings.read_only).problems
    yield from map(Refusal, problems)
    if not problems:
        runtime.crm.warm()
        yield from map(Advice, _misfits(runtime))


def _misfits(runtime: Runtime) -> Iterator[str]:
    """Where the portal and our will do not fit together."""
    yield from check_against_portal(runtime.policy, runtime.crm.portal.positions())
    if runtime.settings.read_only:
        return
    for kind in READ_KINDS:
        known = runtime.crm.portal.property_names(kind)
        missing = [name for name in runtime.names.of(kind) if name not in (known or ())]
        if known is not None and missing:
            yield (
                f"the portal has no {kind} properties {', '.join(missing)}, so they are "
                "not written: run `dealgate setup`"
            )
