"""Traces for whoever collects them: off unless the usual OTEL_ variables say where to.

With OTEL_EXPORTER_OTLP_ENDPOINT (or …_TRACES_ENDPOINT) set and the extra `telemetry` installed,
spans of deliveries, reconciles, HubSpot's calls and Slack messages are sent there in batches, in
the background. Attributes are kinds and counts, never a deal's content. Without either, a span
costs one look at a variable.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
SERVICE: Final = "dealgate"

log = structlog.get_logger(__name__)
_tracers: list[Tracer] = []


@contextmanager
def telemetry() -> Iterator[None]:
    """Send spans while the block lasts, if the environment asks for it; flush them at its end."""
    provider = _provider() if _is_wanted() else None
    if provider is None:
        yield
        return
    _tracers.append(provider.get_tracer(SERVICE))
    try:
        yield
    finally:
        _tracers.clear()
        provider.shutdown()


def span(name: str, **attributes: str | int) -> AbstractContextManager[object]:
    """A span around a block; nothing at all while nobody collects."""
    if not _tracers:
        return nullcontext()
    return _tracers[0].start_as_current_span(name, attributes=attributes)


def _is_wanted() -> bool:
    is_off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    is_none = os.environ.get("OTEL_TRACES_EXPORTER", "otlp") == "none"
    return any(os.environ.get(name) for name in ENDPOINTS) and not is_off and not is_none


def _provider() -> TracerProvider | None:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - extra
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - extra
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - extra
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - extra
    except ImportError:
        log.warning("telemetry_not_installed", mend="install the extra: dealgate[telemetry]")
        return None
    named = os.environ.get("OTEL_SERVICE_NAME", SERVICE)
    provider = TracerProvider(resource=Resource.create({"service.name": named}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
