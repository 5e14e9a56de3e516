"""People using Slack: clicks, submitted modals and slash commands, signed as Slack signs them.

Each becomes a form-encoded POST to the app's request URL, which has three seconds to answer. It
refuses to invent: only a button that a message really shows can be clicked.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx
import orjson

from .calls import Call
from .elements import InteractionRefused, find_element, option, view_values
from .records import Json
from .refusals import SlackError
from .routes import post_response
from .shown import show_message, show_view

if TYPE_CHECKING:
    from ..clock import SandboxClock
    from .records import Message, User, View
    from .workspace import Workspace

Prepared = tuple[Json, Callable[[Json], None]]

TIMEOUT_SECONDS = 3.0
USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"
_ELEMENT_FIELDS = ("type", "text", "value", "style", "url", "placeholder")


@dataclass(slots=True)
class Interactions:
    """Acts as people in the workspace; `target` is the app's request URL.

    `base_url` is the sandbox's own address, under which response URLs live; `wall_clock` stamps
    signatures, since the app checks them against real time.
    """

    workspace: Workspace
    base_url: str
    wall_clock: SandboxClock
    target: str | None = None

    async def interact(self, wanted: Json) -> Json:
        """Do what `wanted["type"]` says: block_actions, view_submission, view_closed or command.

        Returns the request that was sent and the app's answer (`status` None: none in time).

        Raises:
            InteractionRefused: It cannot be done in this workspace.
        """
        kinds = {
            "block_actions": self._click,
            "view_submission": self._submit,
            "view_closed": self._close,
            "command": self._command,
        }
        prepare = kinds.get(str(wanted.get("type")))
        if prepare is None:
            message = f"type must be one of {', '.join(kinds)}, got {wanted.get('type')!r}"
            raise InteractionRefused(message)
        url = wanted.get("url") or self.target
        if not isinstance(url, str):
            message = "there is no request URL; set one with POST /_sandbox/slack/target"
            raise InteractionRefused(message)
        try:
            form, follow_up = prepare(wanted)
        except SlackError as error:
            raise InteractionRefused(error.code) from error
        answer = await self._send(url, form)
        follow_up(answer)
        return {"sent": form, **answer}

    def _click(self, wanted: Json) -> Prepared:
        message = self._message(wanted)
        block, element = find_element(message, str(wanted.get("action_id") or ""))
        user = self.workspace.find_user(wanted.get("user"))
        action = {name: element[name] for name in _ELEMENT_FIELDS if name in element}
        action |= {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self._now_ts(),
        }
        if "selected_value" in wanted:
            action["selected_option"] = option(element, str(wanted["selected_value"]))
        payload = self._payload("block_actions", user) | {
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": message.channel,
                "is_ephemeral": message.ephemeral_to is not None,
            },
            "channel": self._channel(message.channel),
            "message": show_message(self.workspace, message),
            "state": {"values": {}},
            "response_url": self._response_url(message.channel, user, message.ts),
            "actions": [action],
        }
        return {"payload": _dump(payload)}, _ignore

    def _submit(self, wanted: Json) -> Prepared:
        view = self._view(wanted)
        user = self.workspace.users[view.user]
        values = view_values(view, wanted.get("values") or {})
        payload = self._payload("view_submission", user) | {
            "view": show_view(self.workspace, view, values),
            "response_urls": [],
        }

        def follow(answer: Json) -> None:
            _follow_submission(self.workspace, view, answer)

        return {"payload": _dump(payload)}, follow

    def _close(self, wanted: Json) -> Prepared:
        view = self._view(wanted)
        view.open = False
        user = self.workspace.users[view.user]
        payload = self._payload("view_closed", user) | {
            "view": show_view(self.workspace, view),
            "is_cleared": False,
        }
        return {"payload": _dump(payload)}, _ignore

    def _command(self, wanted: Json) -> Prepared:
        user = self.workspace.find_user(wanted.get("user"))
        first = next(iter(self.workspace.channels))
        channel = self.workspace.channel(str(wanted.get("channel") or first))
        response_url = self._response_url(channel.id, user, None)
        form = {
            "token": self.workspace.verification_token,
            "team_id": self.workspace.team_id,
            "team_domain": "dealgate-sandbox",
            "channel_id": channel.id,
            "channel_name": channel.name,
            "user_id": user.id,
            "user_name": user.name,
            "command": str(wanted.get("command") or "/dealgate"),
            "text": str(wanted.get("text") or ""),
            "api_app_id": self.workspace.app_id,
            "is_enterprise_install": "false",
            "response_url": response_url,
            "trigger_id": self.workspace.new_trigger(user.id),
        }

        def follow(answer: Json) -> None:
            said = answer["json"] if isinstance(answer["json"], dict) else {"text": answer["body"]}
            if answer["status"] == 200 and any(said.values()):
                path = response_url.removeprefix(self.base_url)
                url = self.workspace.response_urls[path]
                post_response(self.workspace, url, Call(None, said))

        return form, follow

    def _payload(self, kind: str, user: User) -> Json:
        team = {"id": self.workspace.team_id, "domain": "dealgate-sandbox"}
        return {
            "type": kind,
            "user": {
                "id": user.id,
                "username": user.name,
                "name": user.name,
                "team_id": self.workspace.team_id,
            },
            "api_app_id": self.workspace.app_id,
            "token": self.workspace.verification_token,
            "trigger_id": self.workspace.new_trigger(user.id),
            "team": team,
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _message(self, wanted: Json) -> Message:
        channel = wanted.get("channel")
        channel_id = self.workspace.channel(str(channel)).id if channel else None
        for message in reversed(self.workspace.messages.values()):
            matches = wanted.get("ts") in {None, message.ts} and not message.deleted
            if matches and channel_id in {None, message.channel}:
                return message
        refusal = f"no message with ts {wanted.get('ts')!r} in channel {channel!r}"
        raise InteractionRefused(refusal)

    def _view(self, wanted: Json) -> View:
        for view in reversed(self.workspace.views.values()):
            if view.open and wanted.get("view_id") in {None, view.id}:
                return view
        refusal = f"no open view {wanted.get('view_id')!r}"
        raise InteractionRefused(refusal)

    def _channel(self, channel_id: str) -> Json:
        return {"id": channel_id, "name": self.workspace.channels[channel_id].name}

    def _response_url(self, channel_id: str, user: User, ts: str | None) -> str:
        return self.base_url + self.workspace.new_response_url(channel_id, user.id, ts)

    def _now_ts(self) -> str:
        millis = self.wall_clock.epoch_ms()
        return f"{millis // 1_000}.{millis % 1_000:03d}000"

    async def _send(self, url: str, form: Json) -> Json:
        """POST the form; `json` is the parsed answer or None."""
        body = urlencode(form).encode()
        timestamp = str(self.wall_clock.epoch_ms() // 1_000)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": USER_AGENT,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self.workspace.signing_secret, timestamp, body),
        }
        try:
            async with (
                asyncio.timeout(TIMEOUT_SECONDS),
                httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client,
            ):
                answer = await client.post(url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as problem:
            return {"status": None, "error": type(problem).__name__, "body": "", "json": None}
        parsed = _load(answer.content)
        return {"status": answer.status_code, "error": None, "body": answer.text, "json": parsed}


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of `X-Slack-Signature`: v0, hex HMAC-SHA256 over version, time and body."""
    base = f"v0:{timestamp}:".encode() + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def _follow_submission(workspace: Workspace, view: View, answer: Json) -> None:
    """What the app's answer does to the modal: errors keep it open, an update replaces it."""
    response = answer["json"] if isinstance(answer["json"], dict) else {}
    action = response.get("response_action")
    if answer["status"] != 200 or action == "errors":
        return
    if action == "update" and isinstance(response.get("view"), dict):
        workspace.update_view(view.id, response["view"], None)
    else:
        view.open = False


def _ignore(_answer: Json) -> None:
    """Most interactions need nothing but the acknowledgement."""


def _dump(payload: Json) -> str:
    return orjson.dumps(payload).decode()


def _load(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
