"""Slack as the service meets it: posting, editing, limits, refusals."""

import orjson
import pytest

from app.sandbox.slack.limits import POST_BURST, RateLimits, Tier

from .slack_parts import CARD, MODAL


def test_a_message_is_posted_found_and_edited_in_place(slack_site, bot, channel, client_of):
    """Post, find by metadata, edit: one message remains, and its former form is remembered."""
    metadata = {"event_type": "deal_alert", "event_payload": {"deal": "7"}}
    made = bot("chat.postMessage", channel=channel, text="blocked", blocks=CARD, metadata=metadata)
    assert made["ok"], made
    found = bot("conversations.history", channel=channel, include_all_metadata=True)["messages"]
    assert [message["metadata"] for message in found] == [metadata]
    edited = bot("chat.update", channel=channel, ts=made["ts"], text="clear", blocks=[])
    assert edited["ok"], edited
    (message,) = client_of(slack_site).get("/_sandbox/slack/messages").json()["messages"]
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


def test_form_encoded_calls_are_understood(slack_site, channel, client_of):
    """Arguments, token and blocks may come as a form."""
    token = slack_site.info["slack"]["bot_token"]
    form = {"token": token, "channel": channel, "text": "x", "blocks": orjson.dumps(CARD).decode()}
    answer = client_of(slack_site).post("/slack/api/chat.postMessage", data=form).json()
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


def test_credentials_scopes_and_membership(slack_site, bot, channel, client_of):
    """No token, a wrong token, a missing scope, and a channel without the bot are told apart."""
    workspace = slack_site.site.workspace
    client = client_of(slack_site)
    assert client.post("/slack/api/auth.test").json()["error"] == "not_authed"
    assert (
        client_of(slack_site, "xoxb-no").post("/slack/api/auth.test").json()["error"]
        == "invalid_auth"
    )
    workspace.scopes_by_token["xoxb-thin"] = frozenset({"chat:write"})
    lookup = client_of(slack_site, "xoxb-thin").get(
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


def test_rate_limited_answer(bot, slack_site, channel, client_of):
    """429, `ratelimited` and Retry-After in seconds."""
    for number in range(POST_BURST):
        assert bot("chat.postMessage", channel=channel, text=str(number))["ok"]
    client = client_of(slack_site, slack_site.info["slack"]["bot_token"])
    form = {"channel": channel, "text": "too much"}
    answer = client.post("/slack/api/chat.postMessage", data=form)
    assert (answer.status_code, answer.json()["error"]) == (429, "ratelimited")
    assert int(answer.headers["retry-after"]) >= 1


def test_incoming_webhook_posts_and_answers_in_plain_text(slack_site, client_of):
    """An incoming webhook says ok and nothing else; its refusals are plain text too."""
    client = client_of(slack_site)
    url = slack_site.info["slack"]["webhook_url"]
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
