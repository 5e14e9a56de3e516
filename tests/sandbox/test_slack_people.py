"""People who click, fill in and command, and what they see."""

import hashlib
import hmac
from urllib.parse import parse_qs

import orjson
import pytest

from app.sandbox.slack.mrkdwn import as_html

from .slack_parts import BUTTON, CARD, MODAL


def test_a_click_is_signed_and_carries_what_was_clicked(
    slack_site, bot, channel, receiver, client_of
):
    """The app gets Slack's signed form with the button, the message and a response URL."""
    receiver.answers = [(200, b"")]
    ts = bot("chat.postMessage", channel=channel, text="x", blocks=CARD)["ts"]
    done = client_of(slack_site).post(
        "/_sandbox/slack/interact",
        json={"type": "block_actions", "action_id": "recheck", "user": "maren.dekker"},
    )
    assert done.json()["status"] == 200, done.text
    request = receiver.requests[0]
    stamp = request.headers["x-slack-request-timestamp"]
    secret = slack_site.info["slack"]["signing_secret"].encode()
    digest = hmac.new(secret, f"v0:{stamp}:".encode() + request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-slack-signature"] == f"v0={digest}"
    payload = orjson.loads(parse_qs(request.body.decode())["payload"][0])
    assert payload["type"] == "block_actions"
    assert payload["user"]["name"] == "maren.dekker"
    assert payload["container"]["message_ts"] == ts
    (action,) = payload["actions"]
    assert (action["action_id"], action["block_id"]) == ("recheck", "acts")
    assert action["value"] == BUTTON["value"]
    for number in range(6):
        client = client_of(slack_site)
        answer = client.post(payload["response_url"], json={"text": str(number)})
        assert answer.status_code == (200 if number < 5 else 404)


def test_a_response_url_replaces_or_deletes_the_message(
    slack_site, bot, channel, receiver, client_of
):
    """With replace_original the clicked message is edited, with delete_original it goes."""
    receiver.answers = [(200, b"")]
    bot("chat.postMessage", channel=channel, text="x", blocks=CARD)
    client = client_of(slack_site)
    sent = client.post(
        "/_sandbox/slack/interact", json={"type": "block_actions", "action_id": "recheck"}
    ).json()["sent"]
    url = orjson.loads(sent["payload"])["response_url"]
    client.post(url, json={"replace_original": True, "text": "rechecked"})
    client.post(url, json={"delete_original": True})
    (message,) = client.get("/_sandbox/slack/messages").json()["messages"]
    assert message["deleted"] is True
    assert [edit["text"] for edit in message["edits"]] == ["x", "rechecked"]


def test_a_modal_is_opened_filled_in_and_submitted(slack_site, bot, channel, receiver, client_of):
    """Trigger, views.open, submission: errors keep the modal open, acceptance closes it."""
    receiver.answers = [
        (200, b""),
        (200, b'{"response_action":"errors","errors":{"reason":"too short"}}'),
        (200, b""),
    ]
    bot("chat.postMessage", channel=channel, text="x", blocks=CARD)
    control = client_of(slack_site)
    click = {"type": "block_actions", "action_id": "recheck"}
    sent = control.post("/_sandbox/slack/interact", json=click).json()["sent"]
    trigger = orjson.loads(sent["payload"])["trigger_id"]
    opened = bot("views.open", trigger_id=trigger, view=MODAL)
    assert opened["ok"], opened
    assert bot("views.open", trigger_id=trigger, view=MODAL)["error"] == "invalid_trigger_id"
    submit = {"type": "view_submission", "values": {"reason": {"text": "agreed with CFO"}}}
    for still_open in (True, False):
        answer = control.post("/_sandbox/slack/interact", json=submit)
        assert answer.status_code == 200, answer.text
        assert slack_site.site.workspace.views[opened["view"]["id"]].open is still_open
    payload = orjson.loads(parse_qs(receiver.requests[-1].body.decode())["payload"][0])
    assert payload["view"]["callback_id"] == "waive"
    assert payload["view"]["state"]["values"]["reason"]["text"]["value"] == "agreed with CFO"


def test_a_slash_command_is_answered_to_the_one_who_asked(slack_site, receiver, client_of):
    """The form of a command; what the app answers at once is shown to that person alone."""
    receiver.answers = [(200, b'{"text":"Corvus Rail: 2 blockers"}')]
    control = client_of(slack_site)
    command = {"type": "command", "command": "/deal", "text": "check 7", "user": "idris.okafor"}
    control.post("/_sandbox/slack/interact", json=command).raise_for_status()
    form = parse_qs(receiver.requests[0].body.decode())
    assert (form["command"], form["text"]) == (["/deal"], ["check 7"])
    assert form["user_name"] == ["idris.okafor"]
    (message,) = control.get("/_sandbox/slack/messages").json()["messages"]
    assert message["text"] == "Corvus Rail: 2 blockers"
    assert message["ephemeral_to"] == form["user_id"][0]


def test_a_plain_answer_to_a_command_is_shown_too(slack_site, receiver, client_of):
    """An answer that is no JSON is the text; an empty one says nothing."""
    control = client_of(slack_site)
    for answer, texts in ((b"", []), (b"all clear", ["all clear"])):
        receiver.answers = [(200, answer)]
        control.post("/_sandbox/slack/interact", json={"type": "command"}).raise_for_status()
        shown = control.get("/_sandbox/slack/messages").json()["messages"]
        assert [message["text"] for message in shown] == texts


def test_without_a_request_url_nobody_is_asked(open_sandbox, client_of):
    """The refusal says how to set one."""
    answer = client_of(open_sandbox()).post("/_sandbox/slack/interact", json={"type": "command"})
    assert answer.status_code == 400
    assert "/_sandbox/slack/target" in answer.json()["error"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"type": "levitate"},
        {"type": "block_actions", "action_id": "nope"},
        {"type": "view_submission"},
    ],
)
def test_impossible_interactions_are_refused(slack_site, bot, channel, client_of, wanted):
    """What is not there cannot be clicked; the refusal says what is."""
    bot("chat.postMessage", channel=channel, text="x", blocks=CARD)
    answer = client_of(slack_site).post("/_sandbox/slack/interact", json=wanted)
    assert answer.status_code == 400
    assert answer.json()["error"]


def names(reference):
    """One member, whose name needs escaping."""
    return {"U1": "Maren <Dekker>"}.get(reference)


@pytest.mark.parametrize(
    ("mrkdwn", "html"),
    [
        ("*bold* _it_ ~gone~", "<b>bold</b> <i>it</i> <s>gone</s>"),
        ("<script>alert(1)</script>", "script&lt;alert(1)&gt;/script"),
        ("a &amp; b &lt;i&gt;", "a &amp; b &lt;i&gt;"),
        ("<javascript:alert(1)|click>", "click"),
        ("<@U1>", '<span class="mention">@Maren &lt;Dekker&gt;</span>'),
        ("`*x*`", "<code>*x*</code>"),
        ("> said\nand", "<blockquote>said</blockquote>and"),
        (":warning: :nope:", "⚠️ :nope:"),
        (
            '<https://x.example/?a=1&amp;b="2"|go>',
            '<a href="https://x.example/?a=1&amp;b=&quot;2&quot;" rel="noopener noreferrer">go</a>',
        ),
    ],
)
def test_mrkdwn_is_shown_escaped(mrkdwn, html):
    """Markup is rendered as Slack does, and nothing in a message can run in the page."""
    shown = as_html(mrkdwn, names)
    if "script>" in mrkdwn:
        assert "<script" not in shown
    else:
        assert shown == html


def test_the_page_shows_messages_and_their_history(slack_site, bot, channel, client_of):
    """The channel as a page: blocks, edits, no scripts, nothing loaded from elsewhere."""
    made = bot("chat.postMessage", channel=channel, text="x", blocks=CARD)
    bot("chat.update", channel=channel, ts=made["ts"], text="clear", blocks=[])
    bot("chat.postMessage", channel=channel, text="<b>&lt;img src=x&gt;")
    page = client_of(slack_site).get("/_sandbox/slack").text
    assert "Corvus Rail is blocked" in page
    assert "1 earlier form" in page
    assert "<script" not in page
    assert "<img" not in page
    assert 'name="viewport"' in page
