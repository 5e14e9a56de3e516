"""Slack's HTTP: `/slack/api/{method}`, incoming webhooks and response URLs.

Errors of the Web API come with status 200 and `"ok": false`, rate limits with 429 and
`Retry-After`; incoming webhooks answer in plain text, as Slack's do.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .calls import FORM_TYPE, Call, parse_form, parse_json_object, read_call, read_content
from .methods import METHODS, Method
from .refusals import Refusal, SlackError
from .workspace import Workspace

if TYPE_CHECKING:
    from starlette.requests import Request

    from .limits import RateLimits
    from .records import Json, ResponseUrl

_WEBHOOK_STATUS = {
    Refusal.NO_SERVICE: 404,
    Refusal.CHANNEL_NOT_FOUND: 404,
    Refusal.IS_ARCHIVED: 410,
    Refusal.NOT_IN_CHANNEL: 403,
}


def slack_routes(workspace: Workspace, limits: RateLimits) -> list[Route]:
    """The routes of Slack's public interface."""

    async def call_method(request: Request) -> Response:
        return await _call_method(workspace, limits, request)

    async def incoming(request: Request) -> Response:
        return await _incoming(workspace, limits, request)

    async def respond(request: Request) -> Response:
        return await _respond(workspace, request)

    return [
        Route("/slack/api/{method}", call_method, methods=["GET", "POST"]),
        Route("/slack/services/{team}/{bot}/{secret}", incoming, methods=["POST"]),
        Route("/slack/actions/{team}/{number}/{secret}", respond, methods=["POST"]),
    ]


async def _call_method(workspace: Workspace, limits: RateLimits, request: Request) -> Response:
    name = request.path_params["method"]
    headers = {"x-slack-req-id": secrets.token_hex(16)}
    try:
        call = await read_call(request)
        scopes = _authenticate(workspace, call)
        headers["x-oauth-scopes"] = ",".join(sorted(scopes))
        method = METHODS.get(name)
        if method is None:
            raise SlackError(Refusal.UNKNOWN_METHOD, {"req_method": name})  # noqa: TRY301 - one place words every refusal
        headers["x-accepted-oauth-scopes"] = method.scope or ""
        _require_scope(method, scopes)
        wait_seconds = _wait_seconds(workspace, limits, name, method, call)
        if wait_seconds:
            refusal = {"ok": False, "error": "ratelimited"}
            return JSONResponse(refusal, 429, {**headers, "Retry-After": str(wait_seconds)})
        body: Json = {"ok": True, **method.handler(workspace, call)}
        return JSONResponse(_with_warnings(body, call.warnings), headers=headers)
    except SlackError as error:
        return JSONResponse(_refusal(error), headers=headers)


def _authenticate(workspace: Workspace, call: Call) -> frozenset[str]:
    if not call.token:
        raise SlackError(Refusal.NOT_AUTHED)
    scopes = workspace.scopes_by_token.get(call.token)
    if scopes is None:
        raise SlackError(Refusal.INVALID_AUTH)
    return scopes


def _require_scope(method: Method, scopes: frozenset[str]) -> None:
    if method.scope is not None and method.scope not in scopes:
        provided = ",".join(sorted(scopes))
        raise SlackError(Refusal.MISSING_SCOPE, {"needed": method.scope, "provided": provided})


def _wait_seconds(
    workspace: Workspace, limits: RateLimits, name: str, method: Method, call: Call
) -> int:
    wait_seconds = limits.wait_for_call(name, call.token or "", method.tier)
    if wait_seconds or name != "chat.postMessage":
        return wait_seconds
    return limits.wait_for_post(workspace.channel(call.text("channel")).id)


def _with_warnings(body: Json, warnings: tuple[str, ...]) -> Json:
    if not warnings:
        return body
    metadata = {**body.get("response_metadata", {}), "warnings": list(warnings)}
    return {**body, "warning": ",".join(warnings), "response_metadata": metadata}


def _refusal(error: SlackError) -> Json:
    body: Json = {"ok": False, "error": error.code, **error.extra}
    if error.messages:
        body["response_metadata"] = {"messages": list(error.messages)}
    return body


async def _incoming(workspace: Workspace, limits: RateLimits, request: Request) -> Response:
    """An incoming webhook: it can post, and neither edit nor say which message it made."""
    try:
        channel_id = workspace.webhooks.get(request.url.path)
        if channel_id is None:
            raise SlackError(Refusal.NO_SERVICE)  # noqa: TRY301 - one place words every refusal
        content = read_content(await _webhook_call(request))
        wait_seconds = limits.wait_for_post(channel_id)
        if wait_seconds:
            return PlainTextResponse("rate_limited", 429, {"Retry-After": str(wait_seconds)})
        workspace.post(workspace.channels[channel_id], content, via="incoming webhook")
        return PlainTextResponse("ok")
    except SlackError as error:
        return PlainTextResponse(error.code, _WEBHOOK_STATUS.get(error.code, 400))


async def _webhook_call(request: Request) -> Call:
    """The body is JSON whatever the content type says, or a form with JSON in `payload`."""
    body = await request.body()
    if request.headers.get("content-type", "").startswith(FORM_TYPE):
        body = parse_form(body).get("payload", "").encode()
    try:
        return Call(None, parse_json_object(body))
    except SlackError:
        raise SlackError(Refusal.INVALID_PAYLOAD) from None


async def _respond(workspace: Workspace, request: Request) -> Response:
    """A response URL: edit or delete the message that was clicked, or say something new."""
    try:
        url = workspace.use_response_url(request.url.path)
        call = await _webhook_call(request)
        _apply_response(workspace, url, call)
        return PlainTextResponse("ok")
    except SlackError as error:
        status = 404 if error.code in {Refusal.EXPIRED_URL, Refusal.USED_URL} else 500
        return JSONResponse(_refusal(error), status)


def _apply_response(workspace: Workspace, url: ResponseUrl, call: Call) -> None:
    original = workspace.messages.get((url.channel, url.message_ts or ""))
    if original is not None and call.flag("delete_original"):
        workspace.delete(original, via="response_url")
    elif original is not None and call.flag("replace_original"):
        workspace.edit(original, read_content(call), via="response_url")
    else:
        post_response(workspace, url, call)


def post_response(workspace: Workspace, url: ResponseUrl, call: Call) -> None:
    """Say something new in the channel of an interaction: to one person unless asked otherwise."""
    in_channel = call.optional_text("response_type") == "in_channel"
    workspace.post(
        workspace.channels[url.channel],
        read_content(call),
        via="response_url",
        ephemeral_to=None if in_channel else url.user,
    )
