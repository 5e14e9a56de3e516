"""Whether Slack would take an alert, and whether it knows the people whom alerts concern."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from app.doctor.line import Line, ok, skipped, warning, wrong
from app.domain.deal import Owner
from app.ports import Failure, Retryable
from app.slack.probe import Bot, SlackProbe
from app.wiring import Runtime

MAX_OWNERS_LOOKED_UP: Final = 40
"""Slack lets an app look up about fifty people a minute."""
MAX_NAMED: Final = 8
NEEDED: Final = ("chat:write",)
HELPFUL: Final = {
    "users:read.email": "owners cannot be found by their address",
    "channels:history": "a message whose answer is lost would be posted twice",
}


def examine_channel(built: Runtime) -> Iterator[Line]:
    """Token, channel, people."""
    token = built.secrets.slack_bot_token()
    if token is None:
        yield _without_bot(built)
        return
    with SlackProbe(token=token, base_url=built.settings.slack_base_url) as slack:
        try:
            bot = slack.bot()
        except Failure as failure:
            yield wrong("slack", str(failure), "check SLACK_BOT_TOKEN and SLACK_BASE_URL")
            return
        yield _bot(bot)
        yield _membership(slack, built.settings.slack_channel or "")
        yield _trial(slack, built.settings.slack_channel or "")
        if not bot.scopes or "users:read.email" in bot.scopes:
            yield _people(slack, built)


def _without_bot(built: Runtime) -> Line:
    if built.settings.slack_webhook_url is not None:
        return warning(
            "slack",
            "reduced mode: an incoming webhook posts, but cannot edit when a deal clears",
            "set SLACK_BOT_TOKEN and SLACK_CHANNEL",
        )
    return skipped("slack", "not configured; alerts are printed where the service runs")


def _bot(bot: Bot) -> Line:
    said = f"the token is {bot.name}'s in {bot.team}"
    lacking = [scope for scope in NEEDED if bot.scopes and scope not in bot.scopes]
    if lacking:
        mend = "add it to the app in Slack and install the app again"
        return wrong("slack", f"{said}, without the scope {', '.join(lacking)}", mend)
    for scope, loss in HELPFUL.items():
        if bot.scopes and scope not in bot.scopes:
            return warning("slack", f"{said}; {loss}", f"add the scope {scope} to the app in Slack")
    return ok("slack", said)


def _membership(slack: SlackProbe, channel: str) -> Line:
    try:
        if slack.is_in(channel):
            return ok("slack channel", f"the bot is in {channel}")
    except Retryable as failure:
        return warning("slack channel", str(failure), "look again later")
    except Failure as failure:
        mend = "check SLACK_CHANNEL; to look, the bot needs channels:read (groups:read if private)"
        return warning("slack channel", str(failure), mend)
    return warning(
        "slack channel",
        f"the bot is not a member of {channel}",
        "invite it there, unless it may post in public channels anyway (chat:write.public)",
    )


def _trial(slack: SlackProbe, channel: str) -> Line:
    try:
        slack.try_posting(channel)
    except Failure as failure:
        return wrong("slack message", str(failure), "mend this: no alert would arrive either")
    return ok("slack message", f"a test message was posted to {channel} and removed")


def _people(slack: SlackProbe, built: Runtime) -> Line:
    """Active owners whom Slack does not know by their address."""
    named = {each.email.casefold() for each in built.policy.alerts.mentions}
    owners = [each for each in built.crm.portal.active_owners() if each.email]
    asked = [each for each in owners if (each.email or "").casefold() not in named]
    asked = asked[:MAX_OWNERS_LOOKED_UP]
    try:
        strangers = [each for each in asked if not slack.knows(each.email or "")]
    except Failure as failure:
        return warning("owners in slack", f"could not be looked up: {failure}", "look again later")
    looked_at = f"{len(asked)} of {len(owners)} active owners looked up"
    if not strangers:
        return ok("owners in slack", f"{looked_at}, all are known by their address")
    return warning(
        "owners in slack",
        f"{looked_at}; Slack does not know {_names(strangers)}",
        "write who they are in Slack into the policy's alerts.mentions",
    )


def _names(owners: Sequence[Owner]) -> str:
    more = f" and {len(owners) - MAX_NAMED} more" if len(owners) > MAX_NAMED else ""
    return ", ".join(f"{each.name} <{each.email}>" for each in owners[:MAX_NAMED]) + more
