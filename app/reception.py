"""The part of the service that people in Slack reach: a desk, and the thread that works after it.

Composed from what `wiring` built, where the settings allow it. Its own connection to Slack is
closed with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.controller.errands import ErrandRunner
from app.controller.granting import Granting
from app.ports import Wake
from app.slack.api import SlackApi
from app.slack.clerk import Clerk
from app.slack.desk import Desk
from app.slack.people import People
from app.slack.style import Style
from app.wiring import Runtime, backoff, slack_api, slack_places


@dataclass(frozen=True, slots=True)
class Reception:
    """What `POST /webhooks/slack` needs; the desk takes, the runner does what takes longer."""

    desk: Desk
    runner: ErrandRunner
    api: SlackApi

    def stop(self, deadline_seconds: float) -> None:
        """Finish the request under way and close the connection."""
        self.runner.stop(deadline_seconds)
        self.api.close()


def reception(runtime: Runtime, wake: Wake) -> Reception | None:
    """The reception, its thread not started; None without a bot and a signing secret.

    `wake` is called when a deal was marked.
    """
    settings = runtime.settings
    if runtime.secrets.slack_bot_token() is None or not runtime.secrets.slack_signing_secrets():
        return None
    api = slack_api(runtime)
    people = People(slack_places(runtime, api), runtime.crm.portal.owner_at, runtime.clock)
    bells: list[Wake] = [wake]

    def ring() -> None:
        for bell in bells:
            bell()

    desk = Desk(
        api=api,
        people=people,
        policy=runtime.policy,
        ledger=runtime.ledger,
        requests=runtime.ledger.errands,
        clock=runtime.clock,
        style=Style(quotes=settings.slack_quotes),
        wake=ring,
        writes=not settings.read_only,
    )
    granting = Granting(
        policy=runtime.policy,
        judge=runtime.judge,
        ledger=runtime.ledger,
        notes=runtime.crm,
        clock=runtime.clock,
    )
    clerk = Clerk(
        desk=desk,
        people=people,
        policy=runtime.policy,
        ledger=runtime.ledger,
        notes=runtime.crm,
        grantor=granting,
        clock=runtime.clock,
        wake=wake,
    )
    runner = ErrandRunner(
        book=runtime.ledger.errands,
        doer=clerk,
        clock=runtime.clock,
        backoff=backoff(base_seconds=1, cap_seconds=120),
        paused=lambda: settings.read_only or runtime.pause.is_on(),
    )
    bells.append(runner.wake)
    return Reception(desk, runner, api)
