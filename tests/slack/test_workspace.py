from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.domain.deal import DealId, Owner, OwnerId
from app.ports import MAIN_CHANNEL, MessageGone, MessageRef, Recipient, Retryable, Terminal
from app.sandbox.options import Options
from app.sandbox.start import Sandbox
from app.slack.api import SlackApi
from app.slack.notifier import SlackNotifier
from app.slack.places import Places
from app.slack.style import Style
from app.slack.webhook import WebhookNotifier
from tests.loop.rig import RULES
from tests.slack.cards import BLOCKED, CLEARED, GROUP, OPENED, SUBJECT


@pytest.fixture(scope="module")
def sandbox():
    """A Slack workspace on a real socket."""
    with Sandbox(Options(port=0, scenario="empty", slack_rate_limits=False)) as running:
        yield running


def bot(sandbox, **changes):
    """The notifier as the sandbox's own settings would build it."""
    slack = sandbox.info["slack"]
    token = changes.get("token", slack["bot_token"])
    base_url = changes.get("base_url", slack["base_url"])
    api = SlackApi(token=lambda: token, base_url=base_url, sleep=lambda _: None)
    channel = changes.get("channel", slack["channel"])
    places = Places(api, FixedClock(), changes.get("rules", RULES), channel, lambda *_: False)
    return closing(SlackNotifier(api, places, Style(acts=True, mention=places.mention)))


class FixedClock:
    """Time stands still."""

    def now(self):
        return OPENED


def messages(sandbox):
    """What the channel shows."""
    return httpx.get(f"{sandbox.info['base_url']}/_sandbox/slack/messages").json()


def test_message_is_posted_and_edited_in_place(sandbox):
    """Over real HTTP: Slack takes both payloads, and one message carries both states."""
    with bot(sandbox) as notifier:
        ref = notifier.post(MAIN_CHANNEL, BLOCKED)
        notifier.edit(ref, CLEARED)
    assert "is clear after 2 h 5 min" in str(messages(sandbox))


def test_message_that_is_not_there_is_gone(sandbox):
    """Editing what somebody deleted says so, and the sender posts afresh."""
    with bot(sandbox) as notifier:
        ref = notifier.post(MAIN_CHANNEL, BLOCKED)
        with pytest.raises(MessageGone):
            notifier.edit(MessageRef(ref.channel, "1.000001"), CLEARED)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"token": "xoxb-wrong"}, "SLACK_BOT_TOKEN"), ({"channel": "#nowhere"}, "SLACK_CHANNEL")],
)
def test_wrong_settings_name_the_setting(sandbox, changes, said):
    """What the operator has to mend stands in the failure."""
    with bot(sandbox, **changes) as notifier, pytest.raises(Terminal, match=said):
        notifier.post(MAIN_CHANNEL, BLOCKED)


def test_slack_out_of_reach_is_retryable(sandbox):
    """A closed port is a passing trouble."""
    with bot(sandbox, base_url="http://127.0.0.1:9/api") as notifier, pytest.raises(Retryable):
        notifier.post(MAIN_CHANNEL, BLOCKED)


def test_incoming_webhook_takes_the_message(sandbox):
    """The reduced mode's payload is accepted by an incoming webhook."""
    before = str(messages(sandbox)).count("is blocked in")
    url = sandbox.info["slack"]["webhook_url"]
    with closing(WebhookNotifier(url, quotes=True)) as webhook:
        webhook.post(MAIN_CHANNEL, BLOCKED)
    assert str(messages(sandbox)).count("is blocked in") > before


SINCE = datetime(2020, 1, 1, tzinfo=UTC)


def card_of(deal):
    """A card of a deal that no other test speaks of."""
    return replace(BLOCKED, subject=replace(SUBJECT, deal_id=DealId(deal)))


def test_message_is_found_by_its_metadata(sandbox):
    """A post whose answer was lost is found again; another deal's, or another episode's, is not."""
    with bot(sandbox) as notifier:
        card = card_of("77")
        assert notifier.find(MAIN_CHANNEL, card, SINCE) is None
        ref = notifier.post(MAIN_CHANNEL, card)
        for number in range(120, 125):
            notifier.post(MAIN_CHANNEL, card_of(str(number)))
        assert notifier.find(MAIN_CHANNEL, card, SINCE) == ref
        later = replace(card, opened_at=OPENED + timedelta(days=1))
        assert notifier.find(MAIN_CHANNEL, later, SINCE) is None
        assert notifier.find(MAIN_CHANNEL, card, datetime(2099, 1, 1, tzinfo=UTC)) is None


def test_message_is_found_in_a_channel_that_is_named(sandbox):
    """A channel of the policy is given by name; Slack's history wants its id."""
    with bot(sandbox) as notifier:
        there = Recipient("#general")
        ref = notifier.post(there, card_of("78"))
        assert notifier.find(there, card_of("78"), SINCE) == ref


def test_group_is_posted_found_and_edited(sandbox):
    """The same for the message of many deals."""
    with bot(sandbox) as notifier:
        ref = notifier.post_group(GROUP)
        assert notifier.find_group(GROUP, SINCE) == ref
        assert notifier.find_group(replace(GROUP, id="other"), SINCE) is None
        notifier.edit_group(ref, replace(GROUP, cards=GROUP.cards[-1:]))
    assert "None of these 1 deals" in str(messages(sandbox))


def test_history_stands_beneath_the_message_once(sandbox):
    """A change is a line in the thread; saying it again after a lost answer adds none."""
    with bot(sandbox) as notifier:
        ref = notifier.post(MAIN_CHANNEL, card_of("79"))
        for is_repeat in (False, True):
            notifier.follow_up(ref, card_of("79"), CLEARED, is_repeat=is_repeat)
    beneath = [m for m in messages(sandbox)["messages"] if m.get("thread_ts") == ref.ts]
    lines = [m["text"] for m in beneath if m["ts"] != ref.ts]
    assert lines == ["The deal is clear after 2 h 5 min and stands in 2-Diagnose."]


def owner(sandbox, *, email="maren.dekker", active=True):
    """One of the sandbox's people, as HubSpot knows them."""
    users = sandbox.site.workspace.users.values()
    user = next(user for user in users if user.email and user.email.startswith(email))
    return user.id, Owner(OwnerId("7"), user.real_name, user.email, active=active)


def test_owner_is_mentioned_or_written_to(sandbox):
    """Found by e-mail: mentioned in a channel, or told in a direct message."""
    with bot(sandbox) as notifier:
        user, person = owner(sandbox)
        card = replace(card_of("80"), subject=replace(SUBJECT, deal_id=DealId("80"), owner=person))
        notifier.post(MAIN_CHANNEL, card)
        ref = notifier.post(Recipient("owner:7"), card)
        assert ref.channel.startswith("D")
        assert notifier.find(Recipient("owner:7"), card, SINCE) == ref
    assert f"<@{user}>" in str(messages(sandbox))


def test_nobody_is_guessed(sandbox):
    """Who is not in Slack is named; for who left the fallback is addressed."""
    user, person = owner(sandbox)
    rules = replace(RULES, fallback=person.email)
    unknown = replace(person, name="Nobody Known", email="nobody@example.com")
    gone = replace(person, name="Long Gone", email="gone@example.com", active=False)
    with bot(sandbox, rules=rules) as notifier:
        for number, each in enumerate((unknown, gone), 90):
            subject = replace(SUBJECT, deal_id=DealId(str(number)), owner=each)
            notifier.post(MAIN_CHANNEL, replace(BLOCKED, subject=subject))
    said = str(messages(sandbox))
    assert "Nobody Known'" in said.replace('"', "'")
    assert f"Long Gone (has left) · <@{user}>" in said
