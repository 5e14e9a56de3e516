"""The service as one ASGI application: the receiver, the workers and the probes.

Composes what `wiring` built and mounts it; nobody imports this module but the command line.
Refuses to hold logic: what a route does lives in its own room.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from starlette.types import ASGIApp

from app.controller.alerts import AlertSender
from app.controller.worker import Worker
from app.description import describe
from app.gauges import registry_of
from app.guard import guarded, may_see
from app.health import health
from app.reception import reception
from app.wiring import Runtime
from sync.making import schedule_of
from webhooks.receiver import ReceiverSettings, receiver
from webhooks.slack import slack_door

STOP_SECONDS = 20
"""How long a stopping service finishes what is in hand before it releases the rest."""


def create_app(runtime: Runtime) -> ASGIApp:
    """The application with its headers; its lifespan starts and stops the threads that work."""
    is_https = runtime.settings.public_base_url.startswith("https://")
    return guarded(compose(runtime), is_https=is_https)


def compose(runtime: Runtime) -> FastAPI:
    """The routes, and the lifespan of what works behind them."""
    worker, sender = runtime.worker(), runtime.alert_sender()
    people = reception(runtime, worker.wake)
    schedule = schedule_of(runtime)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        worker.start()
        sender.start()
        if people is not None:
            people.runner.start()
        if schedule is not None:
            schedule.start()
        runtime.ledger.listen(worker.wake)
        try:
            yield
        finally:
            if schedule is not None:
                await run_in_threadpool(schedule.stop, STOP_SECONDS)
            await run_in_threadpool(worker.stop, STOP_SECONDS)
            await run_in_threadpool(sender.stop, STOP_SECONDS)
            if people is not None:
                await run_in_threadpool(people.stop, STOP_SECONDS)

    app = FastAPI(
        title="Dealgate", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    door = ReceiverSettings(
        public_base_url=runtime.settings.public_base_url,
        client_secrets=runtime.secrets.client_secrets,
        property_prefix=runtime.settings.property_prefix,
        max_body_bytes=runtime.settings.max_body_bytes,
    )
    app.include_router(receiver(door, runtime.ledger, runtime.clock, worker.wake))
    desk = people.desk if people else None
    app.include_router(slack_door(runtime.secrets.slack_signing_secrets, desk, runtime.clock))
    _mount_probes(app, runtime, worker, sender)
    return app


def _mount_probes(app: FastAPI, runtime: Runtime, worker: Worker, sender: AlertSender) -> None:
    secret = runtime.settings.metrics_token
    token = secret.get_secret_value() if secret else None
    gauges = registry_of(runtime)

    @app.get("/healthz", response_class=PlainTextResponse)
    async def healthz() -> PlainTextResponse:
        """The process is alive."""
        return PlainTextResponse("ok\n")

    @app.get("/readyz", responses={503: {"description": "Something does not work."}})
    def readyz(request: Request) -> JSONResponse:
        """Whether everything that it needs works; the operator also sees what does not."""
        checks = list(health(runtime, worker, sender))
        ready = all(check.ok for check in checks)
        answer: dict[str, object] = {"ready": ready}
        if may_see(request, token):
            answer["problems"] = [f"{each.name}: {each.said}" for each in checks if not each.ok]
            answer["checks"] = [asdict(check) for check in checks]
        return JSONResponse(answer, status_code=200 if ready else 503)

    @app.get("/metrics", responses={404: {"description": "Not for this caller."}})
    def metrics(request: Request) -> Response:
        """Prometheus's text format, for the operator."""
        if not may_see(request, token):
            return Response(status_code=404)
        written = generate_latest(REGISTRY) + generate_latest(gauges)
        return Response(written, media_type=CONTENT_TYPE_LATEST)
