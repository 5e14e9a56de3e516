from __future__ import annotations

import io
from dataclasses import replace

import httpx
import orjson
import pytest
import respx

from app.ports import MAIN_CHANNEL, AlertKind, Failure, Retryable, Terminal
from app.slack.console import ConsoleNotifier
from app.slack.webhook import WebhookNotifier
from tests.slack.cards import BLOCKED, CLEARED, FINDING, GROUP

URL = "https://hooks.slack.example/services/T0/B0/made-up-secret"


@pytest.fixture
def webhook():
    """A channel that is only an incoming webhook."""
    built = WebhookNotifier(URL, quotes=True)
    yield built
    built.close()


@respx.mock
def test_webhook_posts_what_incoming_webhooks_take(webhook):
    """Text and blocks go out; metadata, which such an address refuses, does not."""
    route = respx.post(URL).respond(200, text="ok")
    webhook.post(MAIN_CHANNEL, BLOCKED)
    assert orjson.loads(route.calls.last.request.content).keys() == {"text", "blocks"}


@respx.mock
def test_webhook_says_the_end_and_no_other_change(webhook):
    """It cannot edit: a changed card stays unsaid, and the end is one more message."""
    route = respx.post(URL).respond(200, text="ok")
    ref = webhook.post(MAIN_CHANNEL, BLOCKED)
    webhook.edit(ref, replace(BLOCKED, findings=(FINDING, FINDING)))
    assert route.call_count == 1
    webhook.edit(ref, CLEARED)
    assert route.call_count == 2
    assert b"is clear after" in route.calls.last.request.content


@pytest.mark.parametrize("status", [302, 400, 403, 404, 410, 429, 500, 503])
@respx.mock
def test_webhook_refusals_are_failures_without_the_address(webhook, status):
    """The address is a secret: no failure shows it."""
    respx.post(URL).respond(status, text="no_service")
    with pytest.raises(Failure) as raised:
        webhook.post(MAIN_CHANNEL, BLOCKED)
    assert isinstance(raised.value, Retryable if status >= 429 else Terminal)
    assert "made-up-secret" not in str(raised.value)


@respx.mock
def test_webhook_out_of_reach_is_retried_without_showing_the_address(webhook):
    """Neither the failure nor what caused it names the address."""
    respx.post(URL).mock(side_effect=httpx.ConnectError(f"cannot reach {URL}"))
    with pytest.raises(Retryable) as raised:
        webhook.post(MAIN_CHANNEL, BLOCKED)
    assert "made-up-secret" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_console_prints_the_whole_card():
    """Without a Slack the terminal shows the same facts, and an edit names the first message."""
    stream = io.StringIO()
    console = ConsoleNotifier(stream, quotes=True)
    ref = console.post(MAIN_CHANNEL, BLOCKED)
    console.edit(ref, CLEARED)
    link = "https://app-eu1.hubspot.com/contacts/1/record/0-3/9001"
    assert stream.getvalue().splitlines() == [
        "[#1] Hafenwerk AG – line 4 is blocked in 2-Diagnose",
        f"  45,000 EUR · NR Scale · has earned 1-Discovery · Jonas Brandt · {link}",
        "  x Why now?: The note says that the answer is still to come.",
        "      “Why now? TBD, will ask next week” — Mara Lind, 2026-02-27",
        "      To pass: Write down what makes this the moment, with its date.",
        "[#1] Hafenwerk AG – line 4 is clear after 2 h 5 min and stands in 2-Diagnose",
        f"  45,000 EUR · NR Scale · Jonas Brandt · {link}",
    ]


def test_console_cannot_be_steered():
    """Control characters in what people wrote do not reach the terminal; quotes can be off."""
    stream = io.StringIO()
    subject = replace(BLOCKED.subject, name="evil\x1b[2J\r\nname")
    ConsoleNotifier(stream, quotes=False).post(MAIN_CHANNEL, replace(BLOCKED, subject=subject))
    assert "\x1b" not in stream.getvalue()
    assert "ask next week" not in stream.getvalue()
    assert stream.getvalue().startswith("[#1] evil [2J name is blocked")


@respx.mock
def test_webhook_tells_of_a_group_and_of_its_end(webhook):
    """Many deals are one message, and one more when none of them is blocked any more."""
    route = respx.post(URL).respond(200, text="ok")
    ref = webhook.post_group(GROUP)
    webhook.edit_group(ref, GROUP)
    assert route.call_count == 1
    over = replace(GROUP, cards=tuple(replace(c, kind=AlertKind.CLEARED) for c in GROUP.cards))
    webhook.edit_group(ref, over)
    assert b"None of these 9 deals" in route.calls.last.request.content
