"""HubSpot's webhooks API: an app's settings and subscriptions, under all its version paths."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import orjson
from starlette.responses import Response
from starlette.routing import Route

from .subscriptions import LEAST_CONCURRENT_REQUESTS, Settings, Subscription, SubscriptionRefused

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

    from ..clock import SandboxClock
    from .sender import Sender

Json = dict[str, Any]
Handler = Callable[["Request"], Awaitable[Response]]

PREFIXES = (
    "/webhooks/{version:str}/{app_id:int}",
    "/app-webhooks/{version:str}/{app_id:int}",
)


class ApiError(Exception):
    """An answer of HubSpot's kind with this status and message."""

    def __init__(self, status: int, message: str, category: str) -> None:
        super().__init__(message)
        self.status = status
        self.category = category


class WebhooksApi:
    """The handlers; `tokens` may use them as a bearer token or as `hapikey`."""

    def __init__(self, sender: Sender, *, clock: SandboxClock, tokens: frozenset[str]) -> None:
        self._sender = sender
        self._clock = clock
        self._tokens = tokens

    def routes(self) -> list[Route]:
        """Every path of the API."""
        paths: list[tuple[str, dict[str, Handler]]] = [
            (
                "/settings",
                {
                    "GET": self.get_settings,
                    "PUT": self.put_settings,
                    "DELETE": self.delete_settings,
                },
            ),
            ("/subscriptions", {"GET": self.list_all, "POST": self.create}),
            ("/subscriptions/batch/update", {"POST": self.update_batch}),
            (
                "/subscriptions/{subscription_id:int}",
                {"GET": self.get, "PATCH": self.update, "DELETE": self.delete},
            ),
        ]
        return [
            Route(prefix + path, self._guarded(handler), methods=[method])
            for prefix in PREFIXES
            for path, handlers in paths
            for method, handler in handlers.items()
        ]

    def _guarded(self, handler: Handler) -> Handler:
        async def endpoint(request: Request) -> Response:
            try:
                self._authorize(request)
                return await handler(request)
            except ApiError as error:
                return _refuse(error)
            except SubscriptionRefused as refused:
                return _refuse(ApiError(400, str(refused), "VALIDATION_ERROR"))

        return endpoint

    def _authorize(self, request: Request) -> None:
        header = request.headers.get("authorization", "")
        token = header[7:] if header.startswith("Bearer ") else request.query_params.get("hapikey")
        if token not in self._tokens:
            message = "Authentication credentials not found. This API supports OAuth 2.0 "
            message += "authentication and you can find more details at "
            message += "https://developers.hubspot.com/docs/methods/auth/oauth-overview"
            raise ApiError(401, message, "INVALID_AUTHENTICATION")
        if request.path_params["app_id"] != self._sender.identity.app_id:
            raise _not_found()

    async def get_settings(self, _request: Request) -> Response:
        """GET settings; 404 while there is no target."""
        if self._sender.settings.target_url is None:
            raise _not_found()
        return _json(_show_settings(self._sender.settings))

    async def put_settings(self, request: Request) -> Response:
        """PUT settings: where to send, and how many requests at once."""
        body = await _object(request)
        throttling = body.get("throttling")
        count = throttling.get("maxConcurrentRequests") if isinstance(throttling, dict) else None
        url = body.get("targetUrl")
        if not isinstance(url, str) or urlsplit(url).scheme not in {"http", "https"}:
            _complain(f"targetUrl must be an http or https URL, got {url!r}")
        if not isinstance(count, int) or count < LEAST_CONCURRENT_REQUESTS:
            _complain(
                f"maxConcurrentRequests must be at least {LEAST_CONCURRENT_REQUESTS}, got {count!r}"
            )
        settings = self._sender.settings
        settings.target_url, settings.max_concurrent_requests = url, count
        settings.updated_at = self._clock.now()
        return _json(_show_settings(settings))

    async def delete_settings(self, _request: Request) -> Response:
        """DELETE settings: nothing is sent any more."""
        self._sender.settings.target_url = None
        return Response(status_code=204)

    async def list_all(self, _request: Request) -> Response:
        """GET subscriptions."""
        return _json({"results": [_show(entry) for entry in self._sender.book]})

    async def create(self, request: Request) -> Response:
        """POST subscriptions; paused unless `active` is asked for."""
        body = await _object(request)
        entry = self._sender.book.add(
            str(body.get("eventType")),
            property_name=body.get("propertyName"),
            object_type_id=body.get("objectTypeId"),
            active=body.get("active") is True,
        )
        return _json(_show(entry), 201)

    async def get(self, request: Request) -> Response:
        """GET one subscription."""
        return _json(_show(self._entry(request.path_params["subscription_id"])))

    async def update(self, request: Request) -> Response:
        """PATCH one subscription: pause or resume."""
        entry = self._entry(request.path_params["subscription_id"])
        body = await _object(request)
        self._sender.book.set_active(entry, active=body.get("active") is True)
        return _json(_show(entry))

    async def delete(self, request: Request) -> Response:
        """DELETE one subscription."""
        self._sender.book.remove(self._entry(request.path_params["subscription_id"]))
        return Response(status_code=204)

    async def update_batch(self, request: Request) -> Response:
        """POST batch/update: pause or resume several."""
        started = self._clock.now()
        inputs = (await _object(request)).get("inputs")
        if not isinstance(inputs, list) or not all(isinstance(item, dict) for item in inputs):
            _complain("inputs must be a list of objects with id and active")
        entries = [(self._entry(item.get("id")), item.get("active") is True) for item in inputs]
        for entry, active in entries:
            self._sender.book.set_active(entry, active=active)
        return _json(
            {
                "status": "COMPLETE",
                "results": [_show(entry) for entry, _ in entries],
                "startedAt": _instant(started),
                "completedAt": _instant(self._clock.now()),
            }
        )

    def _entry(self, subscription_id: Any) -> Subscription:
        if not isinstance(subscription_id, int):
            _complain(f"a subscription's id must be an integer, got {subscription_id!r}")
        entry = self._sender.book.get(subscription_id)
        if entry is None:
            raise _not_found()
        return entry


def _show(entry: Subscription) -> Json:
    shown = {
        "id": str(entry.id),
        "eventType": entry.event_type,
        "propertyName": entry.property_name,
        "objectTypeId": entry.object_type_id,
        "active": entry.active,
        "createdAt": _instant(entry.created_at),
        "updatedAt": _instant(entry.updated_at),
    }
    return {name: value for name, value in shown.items() if value is not None}


def _show_settings(settings: Settings) -> Json:
    return {
        "targetUrl": settings.target_url,
        "throttling": {"maxConcurrentRequests": settings.max_concurrent_requests},
        "createdAt": _instant(settings.created_at),
        "updatedAt": _instant(settings.updated_at),
    }


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def _object(request: Request) -> Json:
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        _complain("Invalid input JSON")
    if not isinstance(body, dict):
        _complain("Invalid input JSON: an object is required")
    return body


def _complain(message: str) -> NoReturn:
    raise ApiError(400, message, "VALIDATION_ERROR")


def _not_found() -> ApiError:
    return ApiError(404, "resource not found", "OBJECT_NOT_FOUND")


def _refuse(error: ApiError) -> Response:
    body = {
        "status": "error",
        "message": str(error),
        "correlationId": str(uuid.uuid4()),
        "category": error.category,
    }
    return _json(body, error.status)


def _json(body: Json, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json;charset=utf-8")
