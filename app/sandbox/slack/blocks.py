"""Block Kit, validated by Slack's documented limits.

One table per family (elements, blocks, views). It refuses what Slack refuses, so that a message
which passes here is not turned down by the real workspace. Limits are those of Slack's Block Kit
reference; rich text, file and video blocks are checked by their outline only.
"""

from typing import Any

from .shapes import (
    Check,
    anything,
    boolean,
    by_type,
    choice,
    complain,
    either,
    integer,
    items,
    shape,
    string,
)

MAX_MESSAGE_BLOCKS = 50
MAX_VIEW_BLOCKS = 100
MAX_ID_CHARACTERS = 255
MAX_URL_CHARACTERS = 3_000
MAX_METADATA_CHARACTERS = 3_000
MAX_MODAL_TITLE_CHARACTERS = 24
MAX_OPTIONS = 100

_ID = string(MAX_ID_CHARACTERS)
_URL = string(MAX_URL_CHARACTERS, least=1)


def _plain(most: int, *, least: int = 1) -> Check:
    fields = {"type": choice("plain_text"), "text": string(most, least=least)}
    return shape(fields, {"emoji": boolean})


def _text(most: int) -> Check:
    fields = {"text": string(most, least=1)}
    return by_type(
        {
            "plain_text": shape(fields, {"emoji": boolean}),
            "mrkdwn": shape(fields, {"verbatim": boolean}),
        }
    )


_CONFIRM = shape(
    {"title": _plain(100), "text": _text(300), "confirm": _plain(30), "deny": _plain(30)},
    {"style": choice("primary", "danger")},
)
_OPTION = shape(
    {"text": _text(75), "value": string(150, least=1)},
    {"description": _text(75), "url": _URL},
)
_GROUP = shape({"label": _plain(75), "options": items(_OPTION, most=MAX_OPTIONS)})
_COMMON = {"action_id": _ID, "confirm": _CONFIRM, "focus_on_load": boolean}
_PLACED = {**_COMMON, "placeholder": _plain(150)}
_IMAGE_FIELDS = {"alt_text": string(2_000)}
_IMAGE_SOURCE = {"image_url": _URL, "slack_file": anything}
_OPTIONS = {
    "options": items(_OPTION, most=MAX_OPTIONS),
    "option_groups": items(_GROUP, most=100),
}
_IMAGE_ELEMENT = either("image_url", "slack_file", shape(_IMAGE_FIELDS, _IMAGE_SOURCE))

_BUTTON = shape(
    {"text": _plain(75)},
    {
        **_COMMON,
        "url": _URL,
        "value": string(2_000),
        "style": choice("primary", "danger"),
        "accessibility_label": string(75),
    },
)


def _static_select(*, multi: bool) -> Check:
    chosen: dict[str, Check] = (
        {"initial_options": items(_OPTION, most=MAX_OPTIONS), "max_selected_items": integer}
        if multi
        else {"initial_option": _OPTION}
    )
    return either("options", "option_groups", shape({}, {**_PLACED, **_OPTIONS, **chosen}))


def _list_select(kind: str, *, multi: bool) -> Check:
    chosen: dict[str, Check] = (
        {f"initial_{kind}s": items(string(100), most=100), "max_selected_items": integer}
        if multi
        else {f"initial_{kind}": string(100)}
    )
    extra = {"response_url_enabled": boolean, "default_to_current_conversation": boolean}
    return shape({}, {**_PLACED, **chosen, **extra, "filter": anything})


def _typed_input(initial: Check, **more: Check) -> Check:
    fields = {"initial_value": initial, "dispatch_action_config": anything, **more}
    return shape({}, {**_PLACED, **fields})


_BOXES = shape(
    {"options": items(_OPTION, most=10)},
    {**_COMMON, "initial_options": items(_OPTION, most=10)},
)
_RADIOS = shape(
    {"options": items(_OPTION, most=10)},
    {**_COMMON, "initial_option": _OPTION},
)

_INTERACTIVE: dict[str, Check] = {
    "button": _BUTTON,
    "checkboxes": _BOXES,
    "radio_buttons": _RADIOS,
    "overflow": shape({"options": items(_OPTION, most=5)}, _COMMON),
    "datepicker": shape({}, {**_PLACED, "initial_date": string(10)}),
    "timepicker": shape({}, {**_PLACED, "initial_time": string(5), "timezone": string(100)}),
    "datetimepicker": shape({}, {**_COMMON, "initial_date_time": integer}),
    "static_select": _static_select(multi=False),
    "multi_static_select": _static_select(multi=True),
    "users_select": _list_select("user", multi=False),
    "multi_users_select": _list_select("user", multi=True),
    "conversations_select": _list_select("conversation", multi=False),
    "multi_conversations_select": _list_select("conversation", multi=True),
    "channels_select": _list_select("channel", multi=False),
    "multi_channels_select": _list_select("channel", multi=True),
}
_INPUTS: dict[str, Check] = {
    **{kind: check for kind, check in _INTERACTIVE.items() if kind not in {"button", "overflow"}},
    "plain_text_input": _typed_input(
        string(3_000), multiline=boolean, min_length=integer, max_length=integer
    ),
    "email_text_input": _typed_input(string(3_000)),
    "url_text_input": _typed_input(string(3_000)),
    "number_input": _typed_input(
        string(100), is_decimal_allowed=boolean, min_value=string(100), max_value=string(100)
    ),
}
_ACCESSORIES = {**_INTERACTIVE, "image": _IMAGE_ELEMENT}
_CONTEXT = by_type(
    {
        "image": _IMAGE_ELEMENT,
        "mrkdwn": shape({"text": string(3_000, least=1)}, {"verbatim": boolean}),
        "plain_text": shape({"text": string(3_000, least=1)}, {"emoji": boolean}),
    }
)
_BLOCK_ID = {"block_id": _ID}


_BLOCKS: dict[str, Check] = {
    "section": either(
        "text",
        "fields",
        shape(
            {},
            {
                **_BLOCK_ID,
                "text": _text(3_000),
                "fields": items(_text(2_000), most=10),
                "accessory": by_type(_ACCESSORIES),
                "expand": boolean,
            },
        ),
    ),
    "header": shape({"text": _plain(150)}, {**_BLOCK_ID, "level": integer}),
    "divider": shape({}, _BLOCK_ID),
    "context": shape({"elements": items(_CONTEXT, most=10)}, _BLOCK_ID),
    "actions": shape({"elements": items(by_type(_INTERACTIVE), most=25)}, _BLOCK_ID),
    "image": either(
        "image_url",
        "slack_file",
        shape(_IMAGE_FIELDS, {**_BLOCK_ID, **_IMAGE_SOURCE, "title": _plain(2_000)}),
    ),
    "input": shape(
        {"label": _plain(2_000), "element": by_type(_INPUTS)},
        {**_BLOCK_ID, "hint": _plain(2_000), "optional": boolean, "dispatch_action": boolean},
    ),
    "markdown": shape({"text": string(12_000, least=1)}, _BLOCK_ID),
    "rich_text": shape({"elements": items(anything, most=1_000, least=0)}, _BLOCK_ID),
    "file": shape({"external_id": string(255), "source": choice("remote")}, _BLOCK_ID),
    "video": shape(
        {"alt_text": string(2_000), "title": _plain(200), "thumbnail_url": _URL, "video_url": _URL},
        {
            **_BLOCK_ID,
            "author_name": string(49),
            "description": _plain(200),
            "provider_icon_url": _URL,
            "provider_name": string(100),
            "title_url": _URL,
        },
    ),
}

_VIEW_FIELDS: dict[str, Check] = {
    "private_metadata": string(MAX_METADATA_CHARACTERS),
    "callback_id": _ID,
    "external_id": _ID,
    "clear_on_close": boolean,
    "notify_on_close": boolean,
    "submit_disabled": boolean,
    "submit": _plain(MAX_MODAL_TITLE_CHARACTERS),
    "close": _plain(MAX_MODAL_TITLE_CHARACTERS),
}


def validate_blocks(
    blocks: list[Any], *, pointer: str = "/blocks", most: int = MAX_MESSAGE_BLOCKS
) -> list[str]:
    """Every complaint that Slack would have about `blocks`; empty when they would be accepted."""
    complaints: list[str] = []
    items(by_type(_BLOCKS), most=most, least=0)(blocks, pointer, complaints)
    _check_unique(blocks, pointer, complaints)
    return complaints


def validate_view(view: dict[str, Any]) -> list[str]:
    """Every complaint that Slack would have about a modal; empty when it would open."""
    complaints: list[str] = []
    outline = shape(
        {
            "type": choice("modal"),
            "title": _plain(MAX_MODAL_TITLE_CHARACTERS),
            "blocks": items(by_type(_BLOCKS), most=MAX_VIEW_BLOCKS, least=0),
        },
        _VIEW_FIELDS,
    )
    outline(view, "/view", complaints)
    blocks = view.get("blocks")
    if isinstance(blocks, list):
        _check_unique(blocks, "/view/blocks", complaints)
        if "submit" not in view and any(_kind(block) == "input" for block in blocks):
            complain(complaints, "/view", "missing required field: submit")
    return complaints


def _kind(block: Any) -> Any:
    return block.get("type") if isinstance(block, dict) else None


def _check_unique(blocks: Any, pointer: str, complaints: list[str]) -> None:
    """A `block_id` is unique in its message, an `action_id` in its block."""
    seen: set[str] = set()
    for index, block in enumerate(blocks if isinstance(blocks, list) else ()):
        if not isinstance(block, dict):
            continue
        place = f"{pointer}/{index}"
        block_id = block.get("block_id")
        if isinstance(block_id, str) and block_id in seen:
            complain(complaints, f"{place}/block_id", f"block_id `{block_id}` already exists")
        elif isinstance(block_id, str):
            seen.add(block_id)
        _check_unique_actions(block.get("elements"), f"{place}/elements", complaints)


def _check_unique_actions(elements: Any, pointer: str, complaints: list[str]) -> None:
    seen: set[str] = set()
    for index, element in enumerate(elements if isinstance(elements, list) else ()):
        action_id = element.get("action_id") if isinstance(element, dict) else None
        if not isinstance(action_id, str):
            continue
        if action_id in seen:
            message = f"action_id `{action_id}` already exists"
            complain(complaints, f"{pointer}/{index}/action_id", message)
        seen.add(action_id)
