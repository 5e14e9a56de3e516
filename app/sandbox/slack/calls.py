"""One Web API call as Slack reads it: who calls, and with which arguments.

Arguments may come as a form, as JSON or in the query, and structured ones (`blocks`, `metadata`,
`view`) may be JSON inside a string. This module turns all of that into one flat mapping, and
refuses with Slack's words what cannot be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from .blocks import validate_blocks
from .records import Content, Json
from .refusals import Refusal, SlackError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

MAX_TEXT_CHARACTERS = 40_000
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of one call; `token` is None when none was sent."""

    token: str | None
    arguments: Mapping[str, Any]
    warnings: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """A required string argument; an absent one is `invalid_arguments`."""
        value = self.arguments.get(name)
        if not isinstance(value, str) or not value:
            missing = f"[ERROR] missing required field: {name}"
            raise SlackError(Refusal.INVALID_ARGUMENTS, messages=(missing,))
        return value

    def optional_text(self, name: str) -> str | None:
        """An optional string argument; empty counts as absent."""
        value = self.arguments.get(name)
        return value if isinstance(value, str) and value else None

    def flag(self, name: str) -> bool:
        """A boolean argument in any of the spellings of a form."""
        return str(self.arguments.get(name, "")).lower() in {"true", "1"}

    def count(self, name: str, *, default: int, most: int) -> int:
        """A whole number from 1 to `most`."""
        value = self.arguments.get(name, default)
        if not str(value).isdecimal() or not 1 <= int(value) <= most:
            raise SlackError(Refusal.INVALID_LIMIT)
        return int(value)

    def structure(self, name: str, error: Refusal) -> Any:
        """A JSON argument, given as JSON or as JSON in a string; None when absent."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            raise SlackError(error) from None


async def read_call(request: Request) -> Call:
    """Read the call out of a request.

    Raises:
        SlackError: `invalid_json` or `json_not_object` when the body cannot be read.
    """
    header = request.headers.get("authorization", "")
    token = header[7:].strip() if header[:7].lower() == "bearer " else None
    arguments: Json = dict(request.query_params)
    warnings: tuple[str, ...] = ()
    content_type = request.headers.get("content-type", "")
    if content_type.startswith(FORM_TYPE):
        arguments.update(parse_form(await request.body()))
    elif content_type.startswith("application/json"):
        arguments.update(parse_json_object(await request.body()))
        warnings = () if "charset" in content_type else ("missing_charset",)
    token = token or arguments.pop("token", None)
    return Call(token, arguments, warnings)


def parse_form(body: bytes) -> dict[str, str]:
    """A URL-encoded form; of a repeated field the last one counts."""
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def parse_json_object(body: bytes) -> Json:
    """A JSON object, with Slack's words for anything else."""
    try:
        parsed = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        raise SlackError(Refusal.INVALID_JSON) from None
    if not isinstance(parsed, dict):
        raise SlackError(Refusal.JSON_NOT_OBJECT)
    return parsed


def read_content(call: Call) -> Content:
    """What a message is to show, validated.

    Raises:
        SlackError: `no_text`, `msg_too_long`, `invalid_blocks`, `invalid_attachments`,
            `invalid_metadata_format`, or the `…_format` of an unreadable argument.
    """
    text = call.optional_text("text") or ""
    blocks = _read_blocks(call)
    attachments = _read_attachments(call)
    if not (text or blocks or attachments):
        raise SlackError(Refusal.NO_TEXT)
    if len(text) > MAX_TEXT_CHARACTERS:
        raise SlackError(Refusal.MSG_TOO_LONG)
    metadata = call.structure("metadata", Refusal.INVALID_METADATA_FORMAT)
    if metadata is not None and not _is_metadata(metadata):
        raise SlackError(Refusal.INVALID_METADATA_FORMAT)
    return Content(text, tuple(blocks), tuple(attachments), metadata or None)


def merged(former: Content, call: Call, content: Content) -> Content:
    """What an edited message shows: whatever the call does not mention stays as it was."""
    return Content(
        content.text if "text" in call.arguments else former.text,
        content.blocks if "blocks" in call.arguments else former.blocks,
        content.attachments if "attachments" in call.arguments else former.attachments,
        content.metadata if "metadata" in call.arguments else former.metadata,
    )


def _read_blocks(call: Call) -> list[Json]:
    blocks = call.structure("blocks", Refusal.INVALID_BLOCKS_FORMAT) or []
    if not isinstance(blocks, list):
        raise SlackError(Refusal.INVALID_BLOCKS_FORMAT)
    _refuse(Refusal.INVALID_BLOCKS, validate_blocks(blocks))
    return [_with_ids(block, index) for index, block in enumerate(blocks)]


def _read_attachments(call: Call) -> list[Json]:
    attachments = call.structure("attachments", Refusal.INVALID_ATTACHMENTS) or []
    if not isinstance(attachments, list) or not all(isinstance(a, dict) for a in attachments):
        raise SlackError(Refusal.INVALID_ATTACHMENTS)
    complaints: list[str] = []
    for index, attachment in enumerate(attachments):
        blocks = attachment.get("blocks", [])
        complaints += validate_blocks(blocks, pointer=f"/attachments/{index}/blocks")
    _refuse(Refusal.INVALID_ATTACHMENTS, complaints)
    return attachments


def _refuse(code: Refusal, complaints: list[str]) -> None:
    if complaints:
        messages = tuple(f"[ERROR] {complaint}" for complaint in complaints)
        raise SlackError(code, {"errors": complaints}, messages)


def _is_metadata(metadata: Any) -> bool:
    """An event type with its payload; the empty object takes metadata away."""
    return metadata == {} or (
        isinstance(metadata, dict)
        and isinstance(metadata.get("event_type"), str)
        and isinstance(metadata.get("event_payload"), dict)
    )


def _with_ids(block: Json, index: int) -> Json:
    """Slack gives each block an id, and each interactive element an action id, if it has none."""
    named = {**block, "block_id": block.get("block_id") or f"b{index:03d}"}
    if block.get("type") == "actions":
        named["elements"] = [
            {**element, "action_id": element.get("action_id") or f"a{place:02d}"}
            for place, element in enumerate(block["elements"])
        ]
    return named
