from __future__ import annotations

import httpx
import pytest
import respx

from app.ports import MAIN_CHANNEL, Failure, MessageGone, MessageRef, Retryable, Terminal, Uncertain
from app.slack.api import MAX_ATTEMPTS, SlackApi
from app.slack.errors import BROKEN, GONE, PASSING, REMEDIES, SlackRefused
from app.slack.notifier import SlackNotifier
from app.slack.places import Places
from app.slack.style import Style
from tests.loop.fakes import ManualClock
from tests.loop.rig import RULES
from tests.slack.cards import BLOCKED, CLEARED

BASE = "https://slack.example/api"
POST, UPDATE = f"{BASE}/chat.postMessage", f"{BASE}/chat.update"
REF = MessageRef("C1", "1700000000.000100")
TOKEN = "xoxb-made-up-token"
ANSWERED = {"ok": True, "channel": "C1", "ts": "1700000000.000100"}


@pytest.fixture
def slept():
    """How long the notifier waited within a call."""
    return []


@pytest.fixture
def notifier(slept):
    """A bot whose waiting costs no time."""
    api = SlackApi(token=lambda: TOKEN, base_url=BASE, sleep=slept.append)
    places = Places(api, ManualClock(), RULES, "#dept-sales", lambda *_: False)
    built = SlackNotifier(api, places, Style())
    yield built
    built.close()


def all_transport_errors():
    """Every exception class of httpx that a call can raise."""
    found, waiting = [], [httpx.HTTPError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found.append(kind)
    made = [kind("a passing trouble") for kind in found if kind is not httpx.HTTPStatusError]
    return [*made, httpx.InvalidURL("no address")]


@respx.mock
def test_post_goes_to_the_channel_and_returns_where_it_stands(notifier):
    """The reference is what Slack answers: the channel's id, not the name that was configured."""
    route = respx.post(POST).respond(json=ANSWERED)
    assert notifier.post(MAIN_CHANNEL, BLOCKED) == REF
    sent = route.calls.last.request
    assert sent.headers["Authorization"] == f"Bearer {TOKEN}"
    assert b'"channel":"#dept-sales"' in sent.content
    assert b'"unfurl_links":false' in sent.content


@respx.mock
def test_edit_names_the_message(notifier):
    """An edit goes to the message's own channel and ts."""
    route = respx.post(UPDATE).respond(json=ANSWERED)
    notifier.edit(REF, CLEARED)
    assert b'"ts":"1700000000.000100"' in route.calls.last.request.content


@respx.mock
def test_every_status_but_200_is_a_failure(notifier):
    """Each status becomes one of the two words, and 200 alone an answer."""
    for status in {*range(100, 600)} - {200}:
        respx.post(POST).respond(status, json=ANSWERED)
        with pytest.raises(Failure, match=str(status) if status != 429 else "rate") as raised:
            notifier.post(MAIN_CHANNEL, BLOCKED)
        passing = status in (408, 429) or status >= 500
        assert isinstance(raised.value, Retryable if passing else Terminal)


@pytest.mark.parametrize("error", all_transport_errors(), ids=lambda error: type(error).__name__)
@respx.mock
def test_every_transport_error_is_a_failure(notifier, error):
    """Nothing of the HTTP library gets past the notifier."""
    respx.post(POST).mock(side_effect=error)
    with pytest.raises((Retryable, Terminal)):
        notifier.post(MAIN_CHANNEL, BLOCKED)


@pytest.mark.parametrize(
    "code", sorted(PASSING | BROKEN | GONE | REMEDIES.keys() | {"brand_new_error"})
)
@respx.mock
def test_every_error_code_has_its_word(notifier, code):
    """Slack's own trouble passes, a lost message is gone, and all else needs a person."""
    respx.post(UPDATE).respond(json={"ok": False, "error": code})
    with pytest.raises(Failure, match=code) as raised:
        notifier.edit(REF, CLEARED)
    words = {**dict.fromkeys(PASSING, Retryable), **dict.fromkeys(BROKEN, Uncertain)}
    expected = words.get(code, MessageGone if code in GONE else SlackRefused)
    assert type(raised.value) is expected


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>busy</html>", b"[]", b"null", b'"ok"', b'{"ok":1}', b'{"ok":false}', b"\xff\xfe",
     b'{"ok":false,"error":{"a":1}}', b'{"ok":false,"error":"<!channel> secret words"}'],
)  # fmt: skip
@respx.mock
def test_garbage_is_a_failure_and_is_not_repeated(notifier, body):
    """An answer of any shape becomes a failure whose text holds nothing of it."""
    respx.post(POST).respond(200, content=body)
    with pytest.raises((Retryable, Terminal)) as raised:
        notifier.post(MAIN_CHANNEL, BLOCKED)
    assert "secret words" not in str(raised.value)


@respx.mock
def test_accepted_without_a_place_is_terminal(notifier):
    """Without channel and ts the message could never be edited: somebody has to know."""
    respx.post(POST).respond(json={"ok": True})
    with pytest.raises(Terminal, match="no channel or ts"):
        notifier.post(MAIN_CHANNEL, BLOCKED)


@respx.mock
def test_short_rate_limit_is_waited_out(notifier, slept):
    """A named second is waited for here and the message goes out."""
    limited = httpx.Response(429, headers={"Retry-After": "1"})
    respx.post(POST).mock(side_effect=[limited, httpx.Response(200, json=ANSWERED)])
    assert notifier.post(MAIN_CHANNEL, BLOCKED) == REF
    assert slept == [1.0]


@respx.mock
def test_long_rate_limit_is_the_senders(notifier, slept):
    """Half a minute is not waited for in a call: the sender hears how long it is."""
    route = respx.post(POST).respond(429, headers={"Retry-After": "30"})
    with pytest.raises(Retryable) as raised:
        notifier.post(MAIN_CHANNEL, BLOCKED)
    assert (raised.value.after_seconds, slept, route.call_count) == (30.0, [], 1)


@pytest.mark.parametrize("header", ["soon", "-5", "nan", "1e12", ""])
@respx.mock
def test_odd_retry_after_is_kept_within_reason(notifier, header):
    """A header that names no sensible time neither breaks the mapping nor waits for ever."""
    respx.post(POST).respond(429, headers={"Retry-After": header})
    with pytest.raises(Retryable) as raised:
        notifier.post(MAIN_CHANNEL, BLOCKED)
    assert 0 <= raised.value.after_seconds <= 3_600


@pytest.mark.parametrize(
    ("error", "calls"),
    [(httpx.ConnectError("refused"), MAX_ATTEMPTS), (httpx.ReadTimeout("no answer"), 1)],
)
@respx.mock
def test_only_what_never_got_through_is_tried_again(notifier, error, calls):
    """A refused connection may be repeated; a post that Slack may have taken would appear twice."""
    route = respx.post(POST).mock(side_effect=error)
    with pytest.raises(Retryable):
        notifier.post(MAIN_CHANNEL, BLOCKED)
    assert route.call_count == calls


@respx.mock
def test_quotes_setting_reaches_the_message():
    """A bot that is told to leave quotes out leaves them out."""
    route = respx.post(POST).respond(json=ANSWERED)
    api = SlackApi(token=lambda: TOKEN, base_url=BASE)
    places = Places(api, ManualClock(), RULES, "C1", lambda *_: False)
    quiet = SlackNotifier(api, places, Style(quotes=False))
    quiet.post(MAIN_CHANNEL, BLOCKED)
    quiet.close()
    assert b"will ask next week" not in route.calls.last.request.content
