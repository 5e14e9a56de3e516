"""The app that Slack is asked to make."""

from __future__ import annotations

from contextlib import closing

import httpx
import orjson
from typer.testing import CliRunner

from app.cli import app
from app.slack.manifest import SCOPES, manifest
from app.slack.probe import TRIAL, SlackProbe
from tests.slack.test_workspace import sandbox  # noqa: F401 - a fixture

USED = {
    "chat:write",
    "commands",
    "users:read",
    "users:read.email",
    "channels:history",
    "groups:history",
    "im:history",
    "channels:read",
    "groups:read",
    "im:write",
}
"""What the methods that this service calls ask for, by Slack's reference of each."""


def test_scopes_are_those_that_are_used():
    """Neither more nor less than the methods need, each with its reason."""
    assert set(SCOPES) == USED
    assert all(SCOPES.values())


def test_everything_leads_to_one_address():
    """Buttons, forms and the command come to the route that verifies them."""
    made = manifest("https://gate.example")
    assert made["settings"]["interactivity"]["request_url"] == "https://gate.example/webhooks/slack"
    assert made["features"]["slash_commands"][0]["url"] == "https://gate.example/webhooks/slack"


def test_command_prints_the_manifest():
    """It is JSON that Slack can read, and needs no token."""
    environment = {"PUBLIC_BASE_URL": "https://gate.example"}
    printed = CliRunner().invoke(app, ["setup", "slack", "--manifest"], env=environment)
    assert printed.exit_code == 0, printed.output
    assert orjson.loads(printed.stdout) == orjson.loads(
        orjson.dumps(manifest("https://gate.example"))
    )


def test_command_says_when_slack_could_not_call():
    """An address without TLS is printed all the same, and the exit code says so."""
    environment = {"PUBLIC_BASE_URL": "http://gate.example"}
    assert CliRunner().invoke(app, ["setup", "slack"], env=environment).exit_code == 1


def test_test_message_leaves_nothing(sandbox):  # noqa: F811 - the fixture
    """It is posted, so that every refusal shows, and it is gone afterwards."""
    slack = sandbox.info["slack"]
    with closing(httpx.Client()) as client:
        with SlackProbe(token=slack["bot_token"], base_url=slack["base_url"]) as probe:
            probe.try_posting(slack["channel"])
        page = client.get(f"{sandbox.base_url}/_sandbox/slack/messages").json()["messages"]
    trials = [message for message in page if message["text"] == TRIAL]
    assert [message["deleted"] for message in trials] == [True]
