"""The controls of a sandbox, under `/_sandbox`: look at what happened, and make things happen.

They are for whoever rehearses, never for the service, and are free of faults, latency and counts.
Every answer is JSON except the page that shows the Slack channel.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from .faults import FaultRefused
from .seeds import executive
from .slack.elements import InteractionRefused
from .slack.page import render_page
from .slack.refusals import SlackError
from .slack.shown import show_history
from .webhooks.behaviour import BehaviourRefused
from .webhooks.deliveries import show_delivery
from .webhooks.subscriptions import Form

if TYPE_CHECKING:
    from starlette.requests import Request

    from .site import Site

DEFAULT_SHOWN_DELIVERIES = 1_000

Json = dict[str, Any]
Handler = Callable[["Request"], Awaitable[Response]]


class ControlRefused(ValueError):
    """The request is not understood; the message says what is allowed."""


class Control:
    """The handlers, one per path and method."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def calls(self, _request: Request) -> Response:
        """What was asked of the sandbox since the last reset."""
        return _json(self._site.calls.shown())

    async def reset_calls(self, _request: Request) -> Response:
        """Count from zero."""
        self._site.calls.reset()
        return _json(self._site.calls.shown())

    async def faults(self, _request: Request) -> Response:
        """The rules in force."""
        return _json({"rules": self._site.faults.shown()})

    async def add_faults(self, request: Request) -> Response:
        """Put one rule, a list of rules, or `{"rules": […]}` in force."""
        wanted = await _body(request)
        if isinstance(wanted, dict) and "rules" in wanted:
            wanted = wanted["rules"]
        rules = wanted if isinstance(wanted, list) else [wanted]
        added = [self._site.faults.add(rule) for rule in rules]
        return _json({"rules": [rule.shown() for rule in added]}, 201)

    async def clear_faults(self, request: Request) -> Response:
        """Drop all rules, or the one with `?id=`."""
        return _json({"cleared": self._site.faults.clear(_whole_number(request, "id"))})

    async def clock(self, _request: Request) -> Response:
        """The sandbox's time."""
        return _json({"now": self._site.clock.now()})

    async def move_clock(self, request: Request) -> Response:
        """`{"advance": seconds}` or `{"set": "2026-11-20T10:00:00Z"}`."""
        wanted = await _object(request, {"advance", "set"})
        advance, moment = wanted.get("advance"), wanted.get("set")
        if isinstance(advance, int | float):
            self._site.clock.advance(advance)
        elif isinstance(moment, str):
            self._site.clock.set(_instant(moment))
        else:
            message = 'need {"advance": seconds} or {"set": "ISO time"}'
            raise ControlRefused(message)
        return await self.clock(request)

    async def restore(self, request: Request) -> Response:
        """Bring an archived record back, as a person would: `{"object_type", "id"}`."""
        wanted = await _object(request, {"object_type", "id"})
        try:
            self._site.portal.store.restore(
                str(wanted.get("object_type")),
                int(wanted.get("id", 0)),
                actor=executive(self._site.portal),
            )
        except (KeyError, TypeError, ValueError):
            message = f"there is no archived record {wanted}"
            raise ControlRefused(message) from None
        return _json({"restored": wanted})

    async def webhooks(self, request: Request) -> Response:
        """Deliveries and their outcomes, oldest first; `?limit=`, `?events=false` for less."""
        sender = self._site.sender
        limit = _whole_number(request, "limit") or DEFAULT_SHOWN_DELIVERIES
        with_events = request.query_params.get("events") != "false"
        newest = list(sender.log.newest)[-limit:]
        return _json(
            {
                "target": sender.settings.target_url,
                "idle": sender.is_idle,
                "pending_events": sender.pending_events,
                "waiting_retries": sender.waiting_retries,
                "total_deliveries": sender.log.made,
                "total_events": sender.log.events,
                "requests": dict(sender.log.requests_by_outcome),
                "behaviour": sender.behaviour,
                "deliveries": [show_delivery(one, with_events=with_events) for one in newest],
            }
        )

    async def clear_webhooks(self, _request: Request) -> Response:
        """Forget the deliveries so far; those under way go on."""
        self._site.sender.log.clear()
        return _json({"cleared": True})

    async def set_target(self, request: Request) -> Response:
        """Send HubSpot's deliveries to `{"url"}`; null stops them."""
        self._site.sender.settings.target_url = _url(await _object(request, {"url"}))
        return _json({"target": self._site.sender.settings.target_url})

    async def behave(self, request: Request) -> Response:
        """Change how deliveries behave; see `Behaviour` for the options."""
        wanted = await _object(request)
        sender = self._site.sender
        sender.behave(sender.behaviour.changed(wanted))
        return _json({"behaviour": sender.behaviour})

    async def set_form(self, request: Request) -> Response:
        """Replace all subscriptions by the default set in `{"form": "legacy" | "generic"}`."""
        wanted = (await _object(request, {"form"})).get("form")
        if wanted not in set(Form):
            message = f"form must be one of {', '.join(Form)}, got {wanted!r}"
            raise ControlRefused(message)
        self._site.sender.book.use_defaults(Form(wanted))
        return _json({"form": wanted, "subscriptions": sum(1 for _ in self._site.sender.book)})

    async def messages(self, request: Request) -> Response:
        """All Slack messages with their edits, oldest first; `?channel=` by id or name."""
        workspace = self._site.workspace
        wanted = request.query_params.get("channel")
        channel_id = workspace.channel(wanted).id if wanted else None
        shown = [
            show_history(workspace, message)
            for message in workspace.messages.values()
            if channel_id in {None, message.channel}
        ]
        return _json({"messages": shown})

    async def views(self, _request: Request) -> Response:
        """All modals, open and closed."""
        return _json({"views": list(self._site.workspace.views.values())})

    async def set_slack_target(self, request: Request) -> Response:
        """Send Slack's interactions to `{"url"}`."""
        self._site.interactions.target = _url(await _object(request, {"url"}))
        return _json({"target": self._site.interactions.target})

    async def interact(self, request: Request) -> Response:
        """Click, submit, close or command as a person would; see `Interactions.interact`."""
        return _json(await self._site.interactions.interact(await _object(request)))

    async def page(self, request: Request) -> Response:
        """The channel as people see it."""
        workspace = self._site.workspace
        wanted = request.query_params.get("channel")
        channel = workspace.channel(wanted or next(iter(workspace.channels)))
        return HTMLResponse(render_page(workspace, channel))

    async def info(self, _request: Request) -> Response:
        """The same object that the sandbox printed when it started."""
        return _json(self._site.info())


def control_routes(site: Site) -> list[Route]:
    """All controls."""
    control = Control(site)
    table: dict[str, dict[str, Handler]] = {
        "": {"GET": control.info},
        "/calls": {"GET": control.calls},
        "/calls/reset": {"POST": control.reset_calls},
        "/faults": {
            "GET": control.faults,
            "POST": control.add_faults,
            "DELETE": control.clear_faults,
        },
        "/clock": {"GET": control.clock, "POST": control.move_clock},
        "/restore": {"POST": control.restore},
        "/webhooks": {"GET": control.webhooks, "DELETE": control.clear_webhooks},
        "/webhooks/target": {"POST": control.set_target},
        "/webhooks/behaviour": {"POST": control.behave},
        "/webhooks/form": {"POST": control.set_form},
        "/slack": {"GET": control.page},
        "/slack/messages": {"GET": control.messages},
        "/slack/views": {"GET": control.views},
        "/slack/target": {"POST": control.set_slack_target},
        "/slack/interact": {"POST": control.interact},
    }
    return [
        Route(f"/_sandbox{path}", _guarded(handler), methods=[method])
        for path, handlers in table.items()
        for method, handler in handlers.items()
    ]


_REFUSALS = (ControlRefused, FaultRefused, BehaviourRefused, InteractionRefused)


def _guarded(handler: Handler) -> Handler:
    async def endpoint(request: Request) -> Response:
        try:
            return await handler(request)
        except _REFUSALS as refused:
            return _json({"error": str(refused)}, 400)
        except SlackError as refused:
            return _json({"error": refused.code}, 400)

    return endpoint


async def _body(request: Request) -> Any:
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError as broken:
        message = f"the body must be JSON: {broken}"
        raise ControlRefused(message) from None


async def _object(request: Request, allowed: set[str] | None = None) -> Json:
    body = await _body(request)
    if not isinstance(body, dict) or not (allowed is None or set(body) <= allowed):
        message = f"need an object with {', '.join(sorted(allowed or ('fields',)))}"
        raise ControlRefused(message)
    return body


def _whole_number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not text.isdecimal():
        message = f"{name} must be a whole number, got {text!r}"
        raise ControlRefused(message)
    return int(text)


def _url(wanted: Json) -> str | None:
    url = wanted.get("url")
    if url is None:
        return None
    if not isinstance(url, str) or urlsplit(url).scheme not in {"http", "https"}:
        message = f"url must be an http or https URL or null, got {url!r}"
        raise ControlRefused(message)
    return url


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        message = f"set must be an ISO time, got {text!r}"
        raise ControlRefused(message) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _json(body: Any, status: int = 200) -> Response:
    content = orjson.dumps(body, option=orjson.OPT_UTC_Z)
    return Response(content, status, media_type="application/json")
