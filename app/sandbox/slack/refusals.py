"""Slack's error words, and the exception that carries one of them to the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .records import Json


class Refusal(StrEnum):
    """The closed set of reasons for which this workspace refuses a call."""

    CANT_DELETE_MESSAGE = "cant_delete_message"
    CANT_UPDATE_MESSAGE = "cant_update_message"
    CHANNEL_NOT_FOUND = "channel_not_found"
    EXPIRED_TRIGGER_ID = "expired_trigger_id"
    EXPIRED_URL = "expired_url"
    HASH_CONFLICT = "hash_conflict"
    INVALID_ARGUMENTS = "invalid_arguments"
    INVALID_ATTACHMENTS = "invalid_attachments"
    INVALID_AUTH = "invalid_auth"
    INVALID_BLOCKS = "invalid_blocks"
    INVALID_BLOCKS_FORMAT = "invalid_blocks_format"
    INVALID_CURSOR = "invalid_cursor"
    INVALID_JSON = "invalid_json"
    INVALID_LIMIT = "invalid_limit"
    INVALID_METADATA_FORMAT = "invalid_metadata_format"
    INVALID_PAYLOAD = "invalid_payload"
    INVALID_TRIGGER_ID = "invalid_trigger_id"
    INVALID_TS_LATEST = "invalid_ts_latest"
    IS_ARCHIVED = "is_archived"
    JSON_NOT_OBJECT = "json_not_object"
    MESSAGE_NOT_FOUND = "message_not_found"
    MISSING_SCOPE = "missing_scope"
    MSG_TOO_LONG = "msg_too_long"
    NO_SERVICE = "no_service"
    NO_TEXT = "no_text"
    NOT_AUTHED = "not_authed"
    NOT_FOUND = "not_found"
    NOT_IN_CHANNEL = "not_in_channel"
    THREAD_NOT_FOUND = "thread_not_found"
    UNKNOWN_METHOD = "unknown_method"
    USED_URL = "used_url"
    USER_NOT_FOUND = "user_not_found"
    USER_NOT_IN_CHANNEL = "user_not_in_channel"
    USERS_NOT_FOUND = "users_not_found"


@dataclass(slots=True, eq=False)
class SlackError(Exception):
    """Slack refuses.

    `extra` goes into the body beside the error word, `messages` into its `response_metadata`.
    """

    code: Refusal
    extra: Json = field(default_factory=dict)
    messages: tuple[str, ...] = ()
