"""The service as one ASGI application: the receiver, the workers and the probes.

Composes what `wiring` built and mounts it; nobody imports this module but the command line.
Refuses to hold logic: what a route does lives in its own room.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.controller.alerts import AlertSender
from app.controller.worker import Worker
from app.ports import Failure
from app.reception import reception
from app.wiring import Runtime
from sync.making import schedule_of
from webhooks.receiver import ReceiverSettings, receiver
from webhooks.slack import slack_door

STOP_SECONDS = 20
"""How long a stopping service finishes what is in hand before it releases the rest."""


def create_app(runtime: Runtime) -> FastAPI:
    """The application; its lifespan starts and stops the threads that work."""
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
    door = ReceiverSettings(
        public_base_url=runtime.settings.public_base_url,
        client_secrets=runtime.secrets.client_secrets,
        property_prefix=runtime.settings.property_prefix,
        max_body_bytes=runtime.settings.max_body_bytes,
    )
    app.include_router(receiver(door, runtime.ledger, runtime.clock, worker.wake))

    desk = people.desk if people else None
    app.include_router(slack_door(runtime.secrets.slack_signing_secrets, desk, runtime.clock))

    @app.get("/healthz")
    async def healthz() -> PlainTextResponse:
        """The process is alive."""
        return PlainTextResponse("ok\n")

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        """Whether everything that it needs works; 503 names what does not."""
        problems = list(_problems(runtime, worker, sender))
        return JSONResponse(
            {"ready": not problems, "problems": problems}, status_code=503 if problems else 200
        )

    @app.get("/metrics")
    def metrics() -> Response:
        """Prometheus's text format."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return app


def _problems(runtime: Runtime, worker: Worker, sender: AlertSender) -> Iterator[str]:
    if not worker.is_alive:
        yield "a worker thread has ended: restart the service"
    if not sender.is_alive:
        yield "the thread that tells the channel has ended: restart the service"
    try:
        runtime.ledger.backlog()
    except Failure as failure:
        yield f"the database does not answer: {failure}"
