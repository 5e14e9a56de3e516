"""Block Kit, by Slack's documented limits."""

import pytest

from app.sandbox.slack.blocks import validate_blocks, validate_view

from .slack_parts import BUTTON, MODAL


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


def test_modal_titles_are_short_and_inputs_need_a_submit_button():
    """24 characters for a title; a modal with inputs says how it is submitted."""
    long = MODAL | {"title": text("plain_text", 25)}
    assert validate_view(MODAL) == []
    assert validate_view(long) == [
        "must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    silent = {name: part for name, part in MODAL.items() if name != "submit"}
    assert validate_view(silent) == ["missing required field: submit [json-pointer:/view]"]
