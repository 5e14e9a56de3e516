"""Slack as the service meets it: posting, editing, limits, refusals, and people who click."""

import hashlib
import hmac
from urllib.parse import parse_qs

import orjson
import pytest

from app.sandbox.slack.blocks import validate_blocks, validate_view
from app.sandbox.slack.limits import POST_BURST, RateLimits, Tier
from app.sandbox.slack.mrkdwn import as_html

BUTTON = {
    "type": "button",
    "action_id": "recheck",
    "value": "33450219815",
    "text": {"type": "plain_text", "text": "Check again"},
}
CARD = [
    {"type": "header", "text": {"type": "plain_text", "text": "Corvus Rail is blocked"}},
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Why now* is missing"}},
    {"type": "actions", "block_id": "acts", "elements": [BUTTON]},
]
MODAL = {
    "type": "modal",
    "callback_id": "waive",
    "title": {"type": "plain_text", "text": "Waive"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": "plain_text", "text": "Reason"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


@pytest.fixture
def site(open_sandbox, receiver):
    """A workspace whose interactions go to the receiver."""
    return open_sandbox(slack_request_url=f"{receiver.url}/webhooks/slack")


@pytest.fixture
def bot(site, client_of):
    """Calls a method with JSON as the bot; returns the parsed body."""
    client = client_of(site, site.info["slack"]["bot_token"])

    def call(method, **arguments):
        body = orjson.dumps(arguments)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return client.post(f"/slack/api/{method}", content=body, headers=headers).json()

    return call


@pytest.fixture
def channel(site):
    """The sales channel's id."""
    return site.info["slack"]["channel"]


def test_a_message_is_posted_found_and_edited_in_place(site, bot, channel, client_of):
    """Post, find by metadata, edit: one message remains, and its former form is remembered."""
    metadata = {"event_type": "deal_alert", "event_payload": {"deal": "7"}}
    made = bot("chat.postMessage", channel=channel, text="blocked", blocks=CARD, metadata=metadata)
    assert made["ok"], made
    found = bot("conversations.history", channel=channel, include_all_metadata=True)["messages"]
    assert [message["metadata"] for message in found] == [metadata]
    edited = bot("chat.update", channel=channel, ts=made["ts"], text="clear", blocks=[])
    assert edited["ok"], edited
    (message,) = client_of(site).get("/_sandbox/slack/messages").json()["messages"]
    assert message["text"] == "clear"
    assert "blocks" not in message
    assert message["metadata"] == metadata
    (edit,) = message["edits"]
    assert edit["text"] == "blocked"
    assert edit["blocks"][0]["text"]["text"] == "Corvus Rail is blocked"


def test_an_edit_keeps_what_it_does_not_mention(bot, channel):
    """chat.update with text alone leaves the blocks as they were, as Slack documents it."""
    made = bot("chat.postMessage", channel=channel, text="a", blocks=CARD)
    message = bot("chat.update", channel=channel, ts=made["ts"], text="b")["message"]
    assert message["text"] == "b"
    assert len(message["blocks"]) == 3


def test_timestamps_are_unique_and_threads_hang_together(bot, channel):
    """Each message has its own ts; replies are found under their parent and not in history."""
    parent = bot("chat.postMessage", channel=channel, text="parent")["ts"]
    replies = [
        bot("chat.postMessage", channel=channel, text=str(n), thread_ts=parent)["ts"]
        for n in range(3)
    ]
    assert len({parent, *replies}) == 4
    thread = bot("conversations.replies", channel=channel, ts=parent)["messages"]
    assert [message["ts"] for message in thread] == [parent, *replies]
    assert thread[0]["reply_count"] == 3
    history = bot("conversations.history", channel=channel)["messages"]
    assert [message["ts"] for message in history] == [parent]


def test_history_is_paged_newest_first(bot, channel):
    """Following the cursor gives each message once."""
    posted = [bot("chat.postMessage", channel=channel, text=str(n))["ts"] for n in range(5)]
    seen, cursor = [], ""
    while True:
        page = bot("conversations.history", channel=channel, limit=2, cursor=cursor)
        seen += [message["ts"] for message in page["messages"]]
        if not page["has_more"]:
            break
        cursor = page["response_metadata"]["next_cursor"]
    assert seen == posted[::-1]


def test_form_encoded_calls_are_understood(site, channel, client_of):
    """Arguments, token and blocks may come as a form."""
    token = site.info["slack"]["bot_token"]
    form = {"token": token, "channel": channel, "text": "x", "blocks": orjson.dumps(CARD).decode()}
    answer = client_of(site).post("/slack/api/chat.postMessage", data=form).json()
    assert answer["ok"], answer
    assert answer["message"]["blocks"][2]["block_id"] == "acts"


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "CHANNEL"}, "no_text"),
        ("chat.postMessage", {"channel": "CHANNEL", "text": "x" * 40_001}, "msg_too_long"),
        (
            "chat.postMessage",
            {"channel": "CHANNEL", "blocks": "not json"},
            "invalid_blocks_format",
        ),
        (
            "chat.postMessage",
            {"channel": "CHANNEL", "text": "x", "thread_ts": "1.2"},
            "thread_not_found",
        ),
        (
            "chat.postMessage",
            {"channel": "CHANNEL", "text": "x", "metadata": {"a": 1}},
            "invalid_metadata_format",
        ),
        ("chat.update", {"channel": "CHANNEL", "ts": "1.2", "text": "x"}, "message_not_found"),
        ("chat.update", {"channel": "#dept-sales", "ts": "1", "text": "x"}, "channel_not_found"),
        ("chat.delete", {"channel": "CHANNEL", "ts": "1.2"}, "message_not_found"),
        ("users.lookupByEmail", {"email": "nobody@nowhere.example"}, "users_not_found"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("views.open", {"trigger_id": "1.2.3", "view": MODAL}, "invalid_trigger_id"),
        ("chat.levitate", {}, "unknown_method"),
    ],
)
def test_refusals_use_slacks_words(bot, channel, method, arguments, error):
    """Every refusal is a 200 with ok false and Slack's error word."""
    arguments = {name: channel if v == "CHANNEL" else v for name, v in arguments.items()}
    answer = bot(method, **arguments)
    assert (answer["ok"], answer["error"]) == (False, error)


def test_credentials_scopes_and_membership(site, bot, channel, client_of):
    """No token, a wrong token, a missing scope, and a channel without the bot are told apart."""
    workspace = site.site.workspace
    client = client_of(site)
    assert client.post("/slack/api/auth.test").json()["error"] == "not_authed"
    assert client_of(site, "xoxb-no").post("/slack/api/auth.test").json()["error"] == "invalid_auth"
    workspace.scopes_by_token["xoxb-thin"] = frozenset({"chat:write"})
    lookup = client_of(site, "xoxb-thin").get(
        "/slack/api/users.lookupByEmail", params={"email": "a@b.example"}
    )
    assert lookup.json()["error"] == "missing_scope"
    assert lookup.json()["needed"] == "users:read.email"
    private = workspace.add_channel("board", with_bot=False)
    assert bot("chat.postMessage", channel=private.id, text="x")["error"] == "not_in_channel"
    workspace.channel(channel).is_archived = True
    assert bot("chat.postMessage", channel=channel, text="x")["error"] == "is_archived"


def test_owners_are_members_by_their_address(bot):
    """The portal's active owners can be found by e-mail, the departed one cannot."""
    found = bot("users.lookupByEmail", email="Maren.Dekker@flowfuse.example")
    assert found["user"]["real_name"] == "Maren Dekker"
    gone = bot("users.lookupByEmail", email="gwen.archer@flowfuse.example")
    assert gone["error"] == "users_not_found"


def text(kind, characters):
    """A text object of that length."""
    return {"type": kind, "text": "x" * characters}


@pytest.mark.parametrize(
    ("blocks", "complaint"),
    [
        ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        (
            [{"type": "section", "text": text("mrkdwn", 3001)}],
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            [{"type": "section", "text": text("mrkdwn", 0)}],
            "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            [{"type": "section", "fields": [text("mrkdwn", 1)] * 11}],
            "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
        ),
        (
            [{"type": "section", "fields": [text("mrkdwn", 2001)]}],
            "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
        ),
        ([{"type": "section"}], "must define either `text` or `fields` [json-pointer:/blocks/0]"),
        (
            [{"type": "header", "text": text("plain_text", 151)}],
            "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            [{"type": "header", "text": text("mrkdwn", 5)}],
            "must be one of: plain_text [json-pointer:/blocks/0/text/type]",
        ),
        (
            [{"type": "context", "elements": [text("mrkdwn", 1)] * 11}],
            "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            [{"type": "actions", "elements": [BUTTON | {"action_id": str(n)} for n in range(26)]}],
            "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            [{"type": "actions", "elements": [BUTTON | {"text": text("plain_text", 76)}]}],
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (
            [{"type": "actions", "elements": [BUTTON | {"value": "x" * 2001}]}],
            "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
        ),
        (
            [{"type": "actions", "elements": [BUTTON | {"action_id": "x" * 256}]}],
            "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
        ),
        (
            [{"type": "actions", "elements": [BUTTON | {"disabled": True}]}],
            "invalid additional property: disabled [json-pointer:/blocks/0/elements/0]",
        ),
        (
            [{"type": "divider", "block_id": "x" * 256}],
            "must be less than 256 characters [json-pointer:/blocks/0/block_id]",
        ),
        ([{"type": "poem"}], "unsupported type: poem [json-pointer:/blocks/0/type]"),
        ([{}], "missing required field: type [json-pointer:/blocks/0]"),
        (
            [{"type": "divider", "block_id": "a"}] * 2,
            "block_id `a` already exists [json-pointer:/blocks/1/block_id]",
        ),
        (
            [{"type": "actions", "elements": [BUTTON, BUTTON]}],
            "action_id `recheck` already exists [json-pointer:/blocks/0/elements/1/action_id]",
        ),
    ],
)
def test_block_kit_limits(blocks, complaint):
    """Each documented limit is refused at its place, one character or item beyond it."""
    assert complaint in validate_blocks(blocks)


def test_blocks_at_their_limits_are_accepted():
    """Everything exactly as large as Slack allows passes."""
    elements = [
        BUTTON | {"action_id": f"a{n}", "value": "v" * 2000, "text": text("plain_text", 75)}
        for n in range(25)
    ]
    blocks = [
        {"type": "header", "text": text("plain_text", 150)},
        {"type": "section", "text": text("mrkdwn", 3000), "fields": [text("mrkdwn", 2000)] * 10},
        {"type": "context", "elements": [text("mrkdwn", 3000)] * 10},
        {"type": "actions", "elements": elements},
        *[{"type": "divider"}] * 46,
    ]
    assert validate_blocks(blocks) == []


@pytest.mark.parametrize("junk", [None, 5, "x", [1], {"type": []}, {"type": {"a": 1}}, [[]]])
def test_validation_never_fails_on_junk(junk):
    """Whatever is sent as a block is a complaint, never a crash."""
    assert validate_blocks([junk])
    assert validate_view({"type": "modal", "title": junk, "blocks": junk})


def test_invalid_blocks_answer_has_slacks_shape(bot, channel):
    """The error word, the complaints, and the same complaints as messages."""
    answer = bot("chat.postMessage", channel=channel, blocks=[{"type": "poem"}])
    assert answer == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": ["unsupported type: poem [json-pointer:/blocks/0/type]"],
        "response_metadata": {
            "messages": ["[ERROR] unsupported type: poem [json-pointer:/blocks/0/type]"]
        },
    }


def test_modal_titles_are_short_and_inputs_need_a_submit_button():
    """24 characters for a title; a modal with inputs says how it is submitted."""
    long = MODAL | {"title": text("plain_text", 25)}
    assert validate_view(MODAL) == []
    assert validate_view(long) == [
        "must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    silent = {name: part for name, part in MODAL.items() if name != "submit"}
    assert validate_view(silent) == ["missing required field: submit [json-pointer:/view]"]


def test_posting_is_limited_per_channel_after_a_burst():
    """About one message a second and channel, with a burst; the wait is told in whole seconds."""
    now = [100.0]
    limits = RateLimits(lambda: now[0])
    assert [limits.wait_for_post("C1") for _ in range(POST_BURST + 1)] == [0] * POST_BURST + [1]
    assert limits.wait_for_post("C2") == 0
    now[0] += 1.0
    assert [limits.wait_for_post("C1") for _ in range(2)] == [0, 1]


def test_methods_are_limited_by_tier():
    """A tier 3 method allows fifty a minute and then asks to wait; others are unaffected."""
    limits = RateLimits(lambda: 5.0)
    waits = [limits.wait_for_call("chat.update", "t", Tier.THREE) for _ in range(51)]
    assert waits == [0] * 50 + [2]
    assert limits.wait_for_call("users.info", "t", Tier.FOUR) == 0


def test_rate_limited_answer(bot, site, channel, client_of):
    """429, `ratelimited` and Retry-After in seconds."""
    for number in range(POST_BURST):
        assert bot("chat.postMessage", channel=channel, text=str(number))["ok"]
    client = client_of(site, site.info["slack"]["bot_token"])
    form = {"channel": channel, "text": "too much"}
    answer = client.post("/slack/api/chat.postMessage", data=form)
    assert (answer.status_code, answer.json()["error"]) == (429, "ratelimited")
    assert int(answer.headers["retry-after"]) >= 1


def test_incoming_webhook_posts_and_answers_in_plain_text(site, client_of):
    """An incoming webhook says ok and nothing else; its refusals are plain text too."""
    client = client_of(site)
    url = site.info["slack"]["webhook_url"]
    answer = client.post(url, json={"text": "hello"})
    assert (answer.status_code, answer.text) == (200, "ok")
    (message,) = client.get("/_sandbox/slack/messages").json()["messages"]
    assert (message["text"], message["via"]) == ("hello", "incoming webhook")
    for body, status, word in (
        (b"{", 400, "invalid_payload"),
        (b"{}", 400, "no_text"),
        (b'{"blocks":[{"type":"poem"}]}', 400, "invalid_blocks"),
    ):
        refused = client.post(url, content=body)
        assert (refused.status_code, refused.text) == (status, word)
    assert client.post(url + "x", json={"text": "x"}).status_code == 404


def test_a_click_is_signed_and_carries_what_was_clicked(site, bot, channel, receiver, client_of):
    """The app gets Slack's signed form with the button, the message and a response URL."""
    receiver.answers = [(200, b"")]
    ts = bot("chat.postMessage", channel=channel, text="x", blocks=CARD)["ts"]
    done = client_of(site).post(
        "/_sandbox/slack/interact",
        json={"type": "block_actions", "action_id": "recheck", "user": "maren.dekker"},
    )
    assert done.json()["status"] == 200, done.text
    request = receiver.requests[0]
    stamp = request.headers["x-slack-request-timestamp"]
    secret = site.info["slack"]["signing_secret"].encode()
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
        client = client_of(site)
        answer = client.post(payload["response_url"], json={"text": str(number)})
        assert answer.status_code == (200 if number < 5 else 404)


def test_a_response_url_replaces_or_deletes_the_message(site, bot, channel, receiver, client_of):
    """With replace_original the clicked message is edited, with delete_original it goes."""
    receiver.answers = [(200, b"")]
    bot("chat.postMessage", channel=channel, text="x", blocks=CARD)
    client = client_of(site)
    sent = client.post(
        "/_sandbox/slack/interact", json={"type": "block_actions", "action_id": "recheck"}
    ).json()["sent"]
    url = orjson.loads(sent["payload"])["response_url"]
    client.post(url, json={"replace_original": True, "text": "rechecked"})
    client.post(url, json={"delete_original": True})
    (message,) = client.get("/_sandbox/slack/messages").json()["messages"]
    assert message["deleted"] is True
    assert [edit["text"] for edit in message["edits"]] == ["x", "rechecked"]


def test_a_modal_is_opened_filled_in_and_submitted(site, bot, channel, receiver, client_of):
    """Trigger, views.open, submission: errors keep the modal open, acceptance closes it."""
    receiver.answers = [
        (200, b""),
        (200, b'{"response_action":"errors","errors":{"reason":"too short"}}'),
        (200, b""),
    ]
    bot("chat.postMessage", channel=channel, text="x", blocks=CARD)
    control = client_of(site)
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
        assert site.site.workspace.views[opened["view"]["id"]].open is still_open
    payload = orjson.loads(parse_qs(receiver.requests[-1].body.decode())["payload"][0])
    assert payload["view"]["callback_id"] == "waive"
    assert payload["view"]["state"]["values"]["reason"]["text"]["value"] == "agreed with CFO"


def test_a_slash_command_is_answered_to_the_one_who_asked(site, receiver, client_of):
    """The form of a command; what the app answers at once is shown to that person alone."""
    receiver.answers = [(200, b'{"text":"Corvus Rail: 2 blockers"}')]
    control = client_of(site)
    command = {"type": "command", "command": "/deal", "text": "check 7", "user": "idris.okafor"}
    control.post("/_sandbox/slack/interact", json=command).raise_for_status()
    form = parse_qs(receiver.requests[0].body.decode())
    assert (form["command"], form["text"]) == (["/deal"], ["check 7"])
    assert form["user_name"] == ["idris.okafor"]
    (message,) = control.get("/_sandbox/slack/messages").json()["messages"]
    assert message["text"] == "Corvus Rail: 2 blockers"
    assert message["ephemeral_to"] == form["user_id"][0]


@pytest.mark.parametrize(
    "wanted",
    [
        {"type": "levitate"},
        {"type": "block_actions", "action_id": "nope"},
        {"type": "view_submission"},
    ],
)
def test_impossible_interactions_are_refused(site, bot, channel, client_of, wanted):
    """What is not there cannot be clicked; the refusal says what is."""
    bot("chat.postMessage", channel=channel, text="x", blocks=CARD)
    answer = client_of(site).post("/_sandbox/slack/interact", json=wanted)
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


def test_the_page_shows_messages_and_their_history(site, bot, channel, client_of):
    """The channel as a page: blocks, edits, no scripts, nothing loaded from elsewhere."""
    made = bot("chat.postMessage", channel=channel, text="x", blocks=CARD)
    bot("chat.update", channel=channel, ts=made["ts"], text="clear", blocks=[])
    bot("chat.postMessage", channel=channel, text="<b>&lt;img src=x&gt;")
    page = client_of(site).get("/_sandbox/slack").text
    assert "Corvus Rail is blocked" in page
    assert "1 earlier form" in page
    assert "<script" not in page
    assert "<img" not in page
    assert 'name="viewport"' in page
