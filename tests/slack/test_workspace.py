from __future__ import annotations

from contextlib import closing

import httpx
import pytest

from app.ports import MessageGone, MessageRef, Retryable, Terminal
from app.sandbox.options import Options
from app.sandbox.start import Sandbox
from app.slack.notifier import SlackNotifier
from app.slack.webhook import WebhookNotifier
from tests.slack.cards import BLOCKED, CLEARED


@pytest.fixture(scope="module")
def sandbox():
    """A Slack workspace on a real socket."""
    with Sandbox(Options(port=0, scenario="empty")) as running:
        yield running


def bot(sandbox, **changes):
    """The notifier as the sandbox's own settings would build it."""
    slack = sandbox.info["slack"]
    given = {
        "token": slack["bot_token"],
        "channel": slack["channel"],
        "base_url": slack["base_url"],
        "quotes": True,
        "sleep": lambda _: None,
    }
    return closing(SlackNotifier(**{**given, **changes}))


def messages(sandbox):
    """What the channel shows."""
    return httpx.get(f"{sandbox.info['base_url']}/_sandbox/slack/messages").json()


def test_message_is_posted_and_edited_in_place(sandbox):
    """Over real HTTP: Slack takes both payloads, and one message carries both states."""
    with bot(sandbox) as notifier:
        ref = notifier.post(BLOCKED)
        notifier.edit(ref, CLEARED)
    assert "is clear after 2 h 5 min" in str(messages(sandbox))


def test_message_that_is_not_there_is_gone(sandbox):
    """Editing what somebody deleted says so, and the sender posts afresh."""
    with bot(sandbox) as notifier:
        ref = notifier.post(BLOCKED)
        with pytest.raises(MessageGone):
            notifier.edit(MessageRef(ref.channel, "1.000001"), CLEARED)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"token": "xoxb-wrong"}, "SLACK_BOT_TOKEN"), ({"channel": "#nowhere"}, "SLACK_CHANNEL")],
)
def test_wrong_settings_name_the_setting(sandbox, changes, said):
    """What the operator has to mend stands in the failure."""
    with bot(sandbox, **changes) as notifier, pytest.raises(Terminal, match=said):
        notifier.post(BLOCKED)


def test_slack_out_of_reach_is_retryable(sandbox):
    """A closed port is a passing trouble."""
    with bot(sandbox, base_url="http://127.0.0.1:9/api") as notifier, pytest.raises(Retryable):
        notifier.post(BLOCKED)


def test_incoming_webhook_takes_the_message(sandbox):
    """The reduced mode's payload is accepted by an incoming webhook."""
    before = str(messages(sandbox)).count("is blocked in")
    url = sandbox.info["slack"]["webhook_url"]
    with closing(WebhookNotifier(url, quotes=True)) as webhook:
        webhook.post(BLOCKED)
    assert str(messages(sandbox)).count("is blocked in") > before
