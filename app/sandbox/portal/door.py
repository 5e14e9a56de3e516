"""The way in: who calls, may they, is it too often, and what do they say.

Turns operations into Starlette routes. It refuses before any handler runs: a URL that is too
long, an unknown token, a used-up limit, a missing scope, a body that is not JSON. Handlers are
plain functions from a `Call` to a `Reply`, run one at a time; whatever they refuse becomes
HubSpot's error body.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import orjson
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response
from starlette.routing import Route

from . import refusals
from .kinds import Kind, kind_named
from .limits import TEN_SECONDS_MS
from .refusal import Refusal
from .tokens import NOBODY, TokenKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping

    from starlette.datastructures import URL, QueryParams
    from starlette.requests import Request

    from .portal import Portal
    from .tokens import Token

MAX_URL_BYTES = 16_384
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
JSON = "application/json;charset=utf-8"


class Version(Convertor[str]):
    """The dated API versions that this portal speaks."""

    regex = "2026-03|2026-09"

    def convert(self, value: str) -> str:
        """As it stands in the path."""
        return value

    def to_string(self, value: str) -> str:
        """As it stands in the path."""
        return value


register_url_convertor("version", Version())


class Bucket(Enum):
    """Which limit a call counts towards, besides the daily one."""

    TEN_SECONDS = "ten seconds"
    SEARCH = "search"
    EXEMPT = "exempt"
    OPEN = "open to callers without a token, and not counted"


@dataclass(frozen=True, slots=True)
class Call:
    """One admitted request. `body` is parsed JSON, or None when there was none."""

    portal: Portal
    token: Token
    path: Mapping[str, Any]
    query: QueryParams
    url: URL
    body: Any

    def kind(self, name: str = "object_type") -> Kind:
        """The object type that a path parameter means.

        Raises:
            Refusal: the portal has no such type.
        """
        kind = kind_named(self.path[name])
        if kind is None:
            raise refusals.unknown_object_type(self.path[name])
        return kind

    def listed(self, name: str) -> list[str]:
        """A list parameter, given repeatedly or separated by commas; each name once."""
        words = (word for text in self.query.getlist(name) for word in text.split(","))
        return list(dict.fromkeys(word.strip() for word in words if word.strip()))

    def flag(self, name: str) -> bool:
        """A boolean parameter; the official Python client writes it with a capital."""
        return self.query.get(name, "false").lower() == "true"

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number within bounds.

        Raises:
            Refusal: it is none, or out of bounds.
        """
        text = self.query.get(name)
        if text is None or text == "":
            return default
        if not text.removeprefix("-").isdecimal():
            message = f"Invalid {name} {text}: it must be a whole number"
            refusals.reject(message)
        number = int(text)
        if not least <= number <= most:
            message = f"Invalid {name} {number}: it must be between {least} and {most}"
            refusals.reject(message)
        return number

    def mapping(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            Refusal: it is something else.
        """
        if not isinstance(self.body, dict):
            refusals.reject_json("expected an object")
        return self.body

    def inputs(self, limit: int) -> list[dict[str, Any]]:
        """The `inputs` of a batch.

        Raises:
            Refusal: there are none, too many, or they are not objects.
        """
        inputs = self.mapping().get("inputs")
        if not isinstance(inputs, list) or not all(isinstance(one, dict) for one in inputs):
            refusals.reject_json("inputs must be a list of objects")
        if len(inputs) > limit:
            raise refusals.too_many_inputs(limit)
        return inputs


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler answers; a body of None is no body."""

    status: int = 200
    body: object = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API.

    `needs` names the scopes of which the token must have all in at least one set.
    """

    method: str
    paths: tuple[str, ...]
    handler: Callable[[Call], Reply]
    needs: Callable[[Call], Collection[Collection[str]]]
    bucket: Bucket = Bucket.TEN_SECONDS


class Door:
    """Admits requests to one portal."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._chance = random.Random(f"correlation ids of {portal.seed}")

    def routes(self, operations: Iterable[Operation]) -> list[Route]:
        """A route for each path, in the order in which the paths first occur."""
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            for path in operation.paths:
                by_path.setdefault(path, {})[operation.method] = operation
        return [
            Route(path, self._endpoint(methods), methods=METHODS)
            for path, methods in by_path.items()
        ]

    def nowhere(self, path: str) -> Route:
        """A route that answers as HubSpot does where there is nothing."""
        return Route(path, self._endpoint(None), methods=METHODS)

    def _endpoint(
        self, operations: dict[str, Operation] | None
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            correlation_id = str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
            headers = {"x-hubspot-correlation-id": correlation_id}
            try:
                if operations is None:
                    raise refusals.not_found()
                reply = await self._admit(request, operations, headers, correlation_id)
            except Refusal as refusal:
                reply = Reply(refusal.status, refusal.body(correlation_id))
            if reply.body is None:
                return Response(status_code=reply.status, headers=headers)
            return Response(orjson.dumps(reply.body), reply.status, headers, JSON)

        return endpoint

    async def _admit(
        self,
        request: Request,
        operations: Mapping[str, Operation],
        headers: dict[str, str],
        correlation_id: str,
    ) -> Reply:
        if len(request.scope["raw_path"]) + len(request.scope["query_string"]) > MAX_URL_BYTES:
            raise refusals.url_too_long()
        operation = operations.get(request.method)
        if operation is None:
            raise refusals.method_not_allowed(request.method)
        token = NOBODY
        if operation.bucket is not Bucket.OPEN:
            token = self._token(request)
            self._count(operation, token, headers, correlation_id)
        body = _json(await request.body())
        call = Call(
            self._portal, token, request.path_params, request.query_params, request.url, body
        )
        _check_scopes(operation, call)
        with self._portal.store.lock:
            return operation.handler(call)

    def _token(self, request: Request) -> Token:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        token = self._portal.tokens.get(value.strip())
        if scheme.lower() != "bearer" or token is None:
            raise refusals.unauthenticated()
        return token

    def _count(
        self, operation: Operation, token: Token, headers: dict[str, str], correlation_id: str
    ) -> None:
        limits = self._portal.limits
        refused = limits.count(
            token.app_id,
            is_search=operation.bucket is Bucket.SEARCH,
            is_exempt=operation.bucket is Bucket.EXEMPT,
        )
        if operation.bucket is not Bucket.SEARCH:
            headers["X-HubSpot-RateLimit-Max"] = str(limits.quota.calls_per_10_seconds)
            headers["X-HubSpot-RateLimit-Remaining"] = str(limits.remaining(token.app_id))
            headers["X-HubSpot-RateLimit-Interval-Milliseconds"] = str(TEN_SECONDS_MS)
            if token.kind is not TokenKind.OAUTH:
                left = max(0, limits.quota.calls_per_day - limits.used_today())
                headers["X-HubSpot-RateLimit-Daily"] = str(limits.quota.calls_per_day)
                headers["X-HubSpot-RateLimit-Daily-Remaining"] = str(left)
        if refused is not None:
            raise refusals.rate_limited(refused, correlation_id)


def _check_scopes(operation: Operation, call: Call) -> None:
    alternatives = operation.needs(call)
    if alternatives and not any(call.token.scopes.issuperset(one) for one in alternatives):
        raise refusals.missing_scopes({scope for one in alternatives for scope in one})


def _json(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        refusals.reject_json(str(error))
