"""Settings in, live objects out: the only place that chooses adapters.

Everything is built once, passed by constructor and closed by `Runtime.close`. It decides nothing
that a setting does not say, and opens no connection to HubSpot or Slack by itself: who needs to
know whether they answer asks `startup`.
"""

from __future__ import annotations

import os
import random
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TextIO

from app.controller.addressing import recipient_of
from app.controller.alerts import AlertSender, SenderPace
from app.controller.backoff import Backoff
from app.controller.breaker import Breaker
from app.controller.judgement import Judge
from app.controller.pause import Pause
from app.controller.reconcile import Reconciler
from app.controller.worker import Pace, Worker
from app.domain.desired import OwnedNames
from app.domain.evaluate import evaluate
from app.domain.needs import Needs
from app.domain.policy import Policy
from app.domain.sighting import REPORTED
from app.hubspot.client import ApiVersion, HubSpotClient
from app.hubspot.gateway import HubSpotCrm
from app.hubspot.limiter import OutboundLimiter
from app.ledger import SqlLedger, open_ledger
from app.ports import Clock, Failure, Notifier
from app.slack.api import SlackApi
from app.slack.bulletin import Bulletin
from app.slack.console import ConsoleNotifier
from app.slack.notifier import SlackNotifier
from app.slack.places import Places
from app.slack.style import Style
from app.slack.webhook import WebhookNotifier
from config.policy import load_policy
from config.secrets import Secrets
from config.settings import Settings, SettingsError

MAX_ATTEMPTS = 8
"""How often a deal may fail in a row before it goes to the dead letters."""
PATIENCE_SECONDS = 6 * 3600.0
"""How long a deal that HubSpot puts off is tried, however often that is."""
BEATS_IN_A_LEASE = 6
"""How often a lease is renewed before it would lapse, so that a few lost beats do no harm."""
BURST_MARGIN = 5
"""Requests per 10 seconds left unused, because HubSpot's window and ours are not in step."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The current time in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place where time comes in


@dataclass(frozen=True, slots=True)
class Runtime:
    """The living service; `close` ends threads and connections."""

    settings: Settings
    secrets: Secrets
    policy: Policy
    names: OwnedNames
    clock: Clock
    client: HubSpotClient
    crm: HubSpotCrm
    ledger: SqlLedger
    pause: Pause
    judge: Judge
    reconciler: Reconciler

    def worker(self) -> Worker:
        """Threads that drain the marks; not started."""
        return self._worker(threads=self.settings.dealgate_workers)

    def hands(self) -> Worker:
        """A worker without threads, whose turns the sweep takes."""
        return self._worker(threads=0)

    def beat(self, now: datetime) -> None:
        """Say in the ledger that this process lives.

        Raises Terminal where another machine works on the same SQLite file.
        """
        self.ledger.presence.beat(_process_name(), socket.gethostname(), now)

    def _worker(self, threads: int) -> Worker:
        heartbeat_seconds = self.settings.lease_seconds / BEATS_IN_A_LEASE
        return Worker(
            name=_process_name(),
            beat=self.beat,
            reconciler=self.reconciler,
            ledger=self.ledger,
            clock=self.clock,
            breaker=Breaker(backoff(base_seconds=1, cap_seconds=60)),
            pace=Pace(threads=threads, heartbeat_seconds=heartbeat_seconds),
            paused=self.pause.is_on,
        )

    def alert_sender(self, stream: TextIO = sys.stdout) -> AlertSender:
        """The thread that tells the channel, not started; without a Slack it prints to `stream`."""
        return AlertSender(
            book=self.ledger.alerts,
            rules=self.policy.alerts,
            notifier=_notifier(self, stream),
            paused=self.pause.is_on,
            clock=self.clock,
            backoff=backoff(base_seconds=2, cap_seconds=300),
            pace=SenderPace(),
        )

    def bulletin(self) -> Bulletin | None:
        """Where digests are posted; None without a bot and a channel. Closed by its user."""
        if self.secrets.slack_bot_token() is None or not self.settings.slack_channel:
            return None
        return Bulletin(slack_api(self), self.settings.slack_channel)

    def close(self) -> None:
        """End what was opened."""
        self.crm.close()
        with suppress(Failure):
            self.ledger.presence.leave(_process_name())
        self.ledger.close()


def _process_name() -> str:
    """What leases and the table of processes call this process."""
    return f"{socket.gethostname()}-{os.getpid()}"


def build(
    settings: Settings,
    also: Needs | None = None,
    clock: Clock | None = None,
    limiter: OutboundLimiter | None = None,
) -> Runtime:
    """Compose the service; `also` is read of each deal besides what the policy needs.

    Unless others are given, `clock` is the machine's and `limiter` keeps to what the settings
    allow.

    Raises SettingsError for a missing token or an unreadable secret, PolicyError for a wrong
    policy file and Failure for an unusable database. Nothing stays open when it raises.
    """
    secrets = Secrets(settings)
    if not secrets.hubspot_access_token():
        message = (
            "HUBSPOT_ACCESS_TOKEN is not set: put the access token of a service key, a project "
            "app or an existing private app into the environment or into .env, or name a file that "
            "holds it in HUBSPOT_ACCESS_TOKEN_FILE"
        )
        raise SettingsError(message)
    policy = load_policy(settings.policy_file)
    clock = clock or SystemClock()
    names = OwnedNames(settings.property_prefix)
    ledger = open_ledger(
        settings.database_url,
        merge_seconds=settings.merge_seconds,
        max_wait_seconds=settings.max_wait_seconds,
        lease_seconds=settings.lease_seconds,
    )
    client = HubSpotClient(
        access_token=lambda: secrets.hubspot_access_token() or "",
        clock=clock,
        base_url=settings.hubspot_base_url,
        api_version=ApiVersion(settings.hubspot_api_version),
        limiter=limiter
        or OutboundLimiter(
            requests_per_10_seconds=settings.hubspot_burst_per_10_seconds - BURST_MARGIN,
            searches_per_second=settings.hubspot_search_per_second,
            shared=ledger.shared_calls(),
        ),
    )
    crm = HubSpotCrm(
        client,
        clock,
        needs=policy.needs | REPORTED | (also or Needs()),
        names=names,
    )
    judge = Judge(
        crm=crm,
        ledger=ledger,
        evaluate=partial(evaluate, policy),
        names=names,
    )
    reconciler = Reconciler(
        crm=crm,
        ledger=ledger,
        judge=judge,
        clock=clock,
        backoff=backoff(base_seconds=1, cap_seconds=300),
        recipient_of=partial(recipient_of, policy),
        settle_seconds=settings.settle_seconds,
        max_attempts=MAX_ATTEMPTS,
        patience_seconds=PATIENCE_SECONDS,
        writes=not settings.read_only,
    )
    return Runtime(
        settings=settings,
        secrets=secrets,
        policy=policy,
        names=names,
        clock=clock,
        client=client,
        crm=crm,
        ledger=ledger,
        pause=Pause(ledger, clock),
        judge=judge,
        reconciler=reconciler,
    )


def _notifier(runtime: Runtime, stream: TextIO) -> Notifier:
    """The fullest channel that the settings allow."""
    settings, secrets = runtime.settings, runtime.secrets
    if secrets.slack_bot_token() is not None:
        api = slack_api(runtime)
        places = slack_places(runtime, api)
        style = Style(
            quotes=settings.slack_quotes,
            acts=bool(secrets.slack_signing_secrets()),
            mention=places.mention,
        )
        return SlackNotifier(api, places, style)
    if settings.slack_webhook_url is not None:
        return WebhookNotifier(
            settings.slack_webhook_url.get_secret_value(), quotes=settings.slack_quotes
        )
    return ConsoleNotifier(stream, quotes=settings.slack_quotes)


def slack_api(runtime: Runtime) -> SlackApi:
    """Slack's Web API as the bot of the settings. Raises SettingsError without a channel."""
    if not runtime.settings.slack_channel:
        message = "SLACK_BOT_TOKEN is set but SLACK_CHANNEL is not: name the channel's id"
        raise SettingsError(message)
    return SlackApi(
        token=lambda: runtime.secrets.slack_bot_token() or "",
        base_url=runtime.settings.slack_base_url,
    )


def slack_places(runtime: Runtime, api: SlackApi) -> Places:
    """Who and what is where in Slack, under the policy's rules."""
    return Places(
        api,
        runtime.clock,
        runtime.policy.alerts,
        runtime.settings.slack_channel or "",
        runtime.ledger.errands.snoozed,
    )


def backoff(*, base_seconds: float, cap_seconds: float) -> Backoff:
    """Waits with real chance in them."""
    return Backoff(base_seconds, cap_seconds, random.SystemRandom().random)
