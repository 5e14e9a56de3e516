"""What people do in Slack, read from the forms that Slack sends.

Pure, and called with verified forms only. Reads what is needed and lets the rest be; a form that
makes no sense is `Unreadable`, never half understood. Every request has a key by which a
repetition is known.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from .style import Act

MAX_ANSWER_CHARS = 3_000
COMMAND = "/deal"

_DEAL = re.compile(r"\d{1,20}")
_PERSON = re.compile(r"[UW][A-Z0-9]{6,20}")

Json = Mapping[str, Any]


class Unreadable(ValueError):
    """The form is not one that this service asked for."""


@dataclass(frozen=True, slots=True)
class Press:
    """A button beneath a message was pressed."""

    key: str
    user: str
    act: Act
    deal_id: str
    channel: str
    trigger: str


@dataclass(frozen=True, slots=True)
class Submission:
    """A modal was filled in; `values` are by block, `channel` is where it was opened from."""

    key: str
    user: str
    act: Act
    deal_id: str
    channel: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Command:
    """Somebody typed the slash command."""

    key: str
    user: str
    text: str


Request = Press | Submission | Command


def read_request(form: Mapping[str, str]) -> Request | None:
    """The request in a form; None for one that needs no answer. Raises Unreadable."""
    if "payload" not in form:
        return _command(form)
    try:
        payload = orjson.loads(form["payload"])
    except orjson.JSONDecodeError as error:
        message = "the payload is not JSON"
        raise Unreadable(message) from error
    try:
        match payload["type"]:
            case "block_actions":
                return _press(payload)
            case "view_submission":
                return _submission(payload)
            case "view_closed":
                return None
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        message = f"the payload lacks something: {type(error).__name__}"
        raise Unreadable(message) from error
    message = "the payload is of no known type"
    raise Unreadable(message)


def _command(form: Mapping[str, str]) -> Command:
    if form.get("command") != COMMAND:
        message = f"the only command is {COMMAND}"
        raise Unreadable(message)
    user = _fitting(_PERSON, form.get("user_id", ""))
    key = _key("command", user, form.get("trigger_id", ""))
    return Command(key, user, form.get("text", "").strip()[:MAX_ANSWER_CHARS])


def _press(payload: Json) -> Press | None:
    action = payload["actions"][0]
    if action["action_id"] not in set(Act):
        return None
    user = _fitting(_PERSON, payload["user"]["id"])
    return Press(
        key=_key("press", user, action["action_id"], action["value"], action["action_ts"]),
        user=user,
        act=Act(action["action_id"]),
        deal_id=_fitting(_DEAL, action["value"]),
        channel=str(payload["channel"]["id"]),
        trigger=str(payload["trigger_id"]),
    )


def _submission(payload: Json) -> Submission:
    view = payload["view"]
    user = _fitting(_PERSON, payload["user"]["id"])
    kept = orjson.loads(view["private_metadata"])
    return Submission(
        key=_key("submission", user, view["id"], str(view["hash"])),
        user=user,
        act=Act(view["callback_id"]),
        deal_id=_fitting(_DEAL, kept["deal"]),
        channel=str(kept["channel"]),
        values={
            block: entered
            for block, fields in view["state"]["values"].items()
            if (entered := _entered(next(iter(fields.values()))))
        },
    )


def _entered(field: Json) -> str:
    option = field.get("selected_option") or {}
    said = field.get("value") or field.get("selected_date") or option.get("value") or ""
    return str(said).strip()[:MAX_ANSWER_CHARS]


def _fitting(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        message = "an id that is none"
        raise ValueError(message)
    return text


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
