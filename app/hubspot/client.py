"""The one seam over hubspot-api-client: the operations that Dealgate uses, and no others.

The library knows the operations, parameters and authorisation; its paths end in 2027 (v3, v4), so
an `api_factory` builds each API object over a client that rewrites them to a dated version and
sends through our own `Transport`. API objects are made once and held, because the library opens a
connection pool for each one that it hands out, and because importing them takes 0.2 s that a
webhook should not wait for. Every operation passes the limiter and the retry policy, answers
parsed JSON, and raises nothing but Failure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import UTC, tzinfo
from enum import StrEnum
from typing import Any, Final

from hubspot import HubSpot

from app.hubspot import metrics
from app.hubspot.errors import Moment, Moving, Throttled
from app.hubspot.limiter import Lane, OutboundLimiter
from app.hubspot.meter import Meter
from app.hubspot.retry import RetryPolicy
from app.hubspot.transport import Timeouts, Transport
from app.ports import Clock
from app.telemetry import span

DEFAULT_BASE_URL: Final = "https://api.hubapi.com"
USER_AGENT: Final = "dealgate (hubspot-api-client-python; 12.0.0)"
OWNERS_PER_PAGE: Final = 100
DEFAULT_CONNECTIONS: Final = 28
"""One for each thread of the gateway's two crews, so that neither waits for the other's."""

AccessToken = Callable[[], str]
Document = Any
"""Parsed JSON of which nothing is known yet; `app.hubspot.wire` gives it a shape."""

_DATED_PATHS: Final = (
    (re.compile(r"^/crm/v3/objects/"), "/crm/objects/{version}/"),
    (re.compile(r"^/crm/v4/associations/"), "/crm/associations/{version}/"),
    (re.compile(r"^/crm/v3/(limits|owners|pipelines|properties)(?=/|$)"), r"/crm/\1/{version}"),
    (re.compile(r"^/account-info/v3/"), "/account-info/{version}/"),
)


class ApiVersion(StrEnum):
    """Which of HubSpot's paths are used; `classic` are the library's own v3 and v4."""

    MARCH_2026 = "2026-03"
    SEPTEMBER_2026 = "2026-09"
    CLASSIC = "classic"

    def path(self, library_path: str) -> str:
        """The library's path template in this version."""
        trimmed = library_path.rstrip("/")
        if self is ApiVersion.CLASSIC:
            return trimmed
        for pattern, dated in _DATED_PATHS:
            if pattern.match(trimmed):
                return pattern.sub(dated.format(version=self.value), trimmed)
        message = f"no dated form is known for {library_path}"
        raise ValueError(message)


class HubSpotClient:
    """HubSpot's operations over held API objects; safe to share between threads.

    `access_token` is asked for each request, so that a rotated one is used at once. `connections`
    bounds the requests under way at once. Set `account_zone` once it is known: a
    daily quota ends at midnight there. Object types are HubSpot's plural names.
    """

    def __init__(
        self,
        *,
        access_token: AccessToken,
        clock: Clock,
        base_url: str = DEFAULT_BASE_URL,
        api_version: ApiVersion = ApiVersion.MARCH_2026,
        connections: int = DEFAULT_CONNECTIONS,
        timeouts: Timeouts | None = None,
        limiter: OutboundLimiter | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        self.account_zone: tzinfo = UTC
        self.meter = Meter()
        self._yields = False
        self._limiter = limiter or OutboundLimiter()
        self._retry = retry or RetryPolicy()
        self._transport = Transport(
            connections=connections,
            timeouts=timeouts or Timeouts(),
            moment=lambda: Moment(clock.now(), self.account_zone),
            meter=self.meter,
        )
        build = _api_factory(self._transport, api_version, base_url.rstrip("/"), access_token)
        hub = HubSpot(api_factory=build)
        self._batches = hub.crm.objects.batch_api
        self._records = hub.crm.objects.basic_api
        self._searches = hub.crm.objects.search_api
        self._associations = hub.crm.associations.v4.batch_api
        self._pipelines = hub.crm.pipelines.pipelines_api
        self._owners = hub.crm.owners.owners_api
        self._properties = hub.crm.properties.core_api
        self._groups = hub.crm.properties.groups_api

    def yielding(self) -> HubSpotClient:
        """The same client, but its requests leave room for those of this one."""
        other = copy(self)
        other._yields = True  # noqa: SLF001 - its own kind
        return other

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    # ------------------------------------------------------------------ records

    def read_batch(
        self,
        object_type: str,
        ids: Sequence[str],
        properties: Sequence[str],
        history: Sequence[str] = (),
    ) -> Document:
        """Up to 100 records by id, with these properties; up to 50 with former values as well."""
        body = {
            "inputs": [{"id": each} for each in ids],
            "properties": list(properties),
            "propertiesWithHistory": list(history),
        }
        return self._call(Lane.GENERAL, lambda: self._batches.read(object_type, body))

    def update_batch(self, object_type: str, inputs: Sequence[Mapping[str, Any]]) -> Document:
        """Up to 100 updates, each `{"id", "properties", "objectWriteTraceId"}`."""
        body = {"inputs": list(inputs)}
        return self._call(Lane.GENERAL, lambda: self._batches.update(object_type, body))

    def update_record(
        self, object_type: str, record_id: str, properties: Mapping[str, str]
    ) -> Document:
        """One update; raises Missing when there is no such record."""
        body = {"properties": dict(properties)}
        return self._call(Lane.GENERAL, lambda: self._records.update(object_type, record_id, body))

    def create_once(
        self,
        object_type: str,
        properties: Mapping[str, str],
        associations: Sequence[Mapping[str, Any]],
    ) -> Document:
        """Create a record, trying once only: after a lost answer nobody knows whether it exists."""
        body = {"properties": dict(properties), "associations": list(associations)}
        return self._once(Lane.GENERAL, lambda: self._records.create(object_type, body))

    def list_records(self, object_type: str, limit: int) -> Document:
        """The first records of a type, at most 100."""
        return self._call(Lane.GENERAL, lambda: self._records.get_page(object_type, limit=limit))

    def search(self, object_type: str, request: Mapping[str, Any]) -> Document:
        """One page of a search; eventually consistent, at most five a second per account."""
        return self._call(Lane.SEARCH, lambda: self._searches.do_search(object_type, dict(request)))

    def read_associations(
        self, from_type: str, to_type: str, inputs: Sequence[Mapping[str, str]]
    ) -> Document:
        """The associations of up to 1,000 records, each `{"id"}` or `{"id", "after"}`."""
        body = {"inputs": list(inputs)}
        return self._call(
            Lane.ASSOCIATIONS, lambda: self._associations.get_page(from_type, to_type, body)
        )

    # ------------------------------------------------------------------ the portal

    def account(self) -> Document:
        """Portal id, address of the user interface, time zone."""
        return self._get("/account-info/v3/details")

    def pipelines(self) -> Document:
        """Every deal pipeline with its stages."""
        return self._call(Lane.GENERAL, lambda: self._pipelines.get_all("deals"))

    def owners(self, *, archived: bool, after: str | None = None) -> Document:
        """One page of owners; those who left come only with `archived`."""
        query = {"limit": OWNERS_PER_PAGE, "archived": "true" if archived else "false"}
        if after is not None:
            query["after"] = after
        return self._call(Lane.GENERAL, lambda: self._owners.get_page(**query))

    def properties(self, object_type: str, *, archived: bool = False) -> Document:
        """The definitions of every property of a type; with `archived` of the deleted ones."""
        query = {"archived": "true"} if archived else {}
        return self._call(Lane.GENERAL, lambda: self._properties.get_all(object_type, **query))

    def property_limits(self) -> Document:
        """How many custom properties each object type may have, and has."""
        return self._get("/crm/v3/limits/custom-properties")

    def create_property(self, object_type: str, definition: Mapping[str, Any]) -> Document:
        """Create a property; raises Conflict when there is one of that name."""
        body = dict(definition)
        return self._call(Lane.GENERAL, lambda: self._properties.create(object_type, body))

    def update_property(self, object_type: str, name: str, change: Mapping[str, Any]) -> Document:
        """Change a property; a list of options replaces the one before."""
        body = dict(change)
        return self._call(Lane.GENERAL, lambda: self._properties.update(object_type, name, body))

    def property_groups(self, object_type: str) -> Document:
        """The property groups of a type."""
        return self._call(Lane.GENERAL, lambda: self._groups.get_all(object_type))

    def create_property_group(self, object_type: str, definition: Mapping[str, Any]) -> Document:
        """Create a property group; raises Conflict when there is one of that name."""
        body = dict(definition)
        return self._call(Lane.GENERAL, lambda: self._groups.create(object_type, body))

    # ------------------------------------------------------------------ one call

    def _get(self, path: str) -> Document:
        """An operation that the library does not know, under its v3 path."""
        send, headers = self._records.api_client.call_api, {"Accept": "application/json"}
        return self._call(
            Lane.GENERAL,
            lambda: send(path, "GET", header_params=dict(headers), auth_settings=["oauth2"]),
        )

    def _call(self, lane: Lane, send: Callable[[], Document]) -> Document:
        """Send under the limiter and the retry policy."""
        return self._retry.run(lambda: self._once(lane, send))

    def _once(self, lane: Lane, send: Callable[[], Document]) -> Document:
        """Send under the limiter; a rate limit pauses everyone, and what HubSpot grants counts."""
        with (
            self._limiter.turn(lane, yielding=self._yields),
            metrics.timed(lane),
            span("hubspot", bucket=lane.value),
        ):
            try:
                return send()
            except (Throttled, Moving) as refused:
                only = lane if isinstance(refused, Throttled) and refused.secondly else None
                self._limiter.pause(only, refused.after_seconds or 0.0)
                raise
            finally:
                self._limiter.learn(self.meter.burst)


def _api_factory(
    transport: Transport, version: ApiVersion, base_url: str, access_token: AccessToken
) -> Callable[[Any, str, Mapping[str, Any]], Any]:
    """How the library should build an API object: over our paths and our transport."""

    def build(package: Any, api_name: str, _config: Mapping[str, Any]) -> Any:
        configuration = package.Configuration(host=base_url)
        seam = _seam(package.ApiClient, transport, version, access_token)
        client = seam(configuration=configuration)
        client.user_agent = USER_AGENT
        return getattr(package, api_name)(api_client=client)

    return build


def _seam(
    library_client: Any, transport: Transport, version: ApiVersion, access_token: AccessToken
) -> Any:
    """A subclass of one of the library's generated clients; each package has its own copy."""

    class SeamClient(library_client):  # type: ignore[misc]  # the base is known at run time only
        def call_api(self, resource_path: str, method: str, *args: Any, **kwargs: Any) -> Any:
            kwargs["_preload_content"] = False  # answer what `request` answers, undeserialised
            return super().call_api(version.path(resource_path), method, *args, **kwargs)

        def sanitize_for_serialization(self, obj: Any) -> Any:
            return obj  # plain JSON already; the library would copy it node by node

        def request(
            self,
            method: str,
            url: str,
            query_params: Sequence[tuple[str, Any]] | None = None,
            headers: Mapping[str, str] | None = None,
            body: object = None,
            **_transport_options: Any,
        ) -> Document:
            authorized = {**(headers or {}), "Authorization": f"Bearer {access_token()}"}
            return transport.exchange(method, url, query_params, authorized, body)

    return SeamClient
