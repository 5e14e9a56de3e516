"""The service as one ASGI application: the receiver, the workers and the probes.

Composes what `wiring` built and mounts it; nobody imports this module but the command line.
Refuses to hold logic: what a route does lives in its own room.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from webhooks.receiver import receiver

from app.wiring import Runtime

STOP_SECONDS = 20
"""How long a stopping service finishes what is in hand before it releases the rest."""


def create_app(runtime: Runtime) -> FastAPI:
    """The application; its lifespan starts and stops the workers."""
    worker, sender = runtime.worker(), runtime.alert_sender()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        worker.start()
        sender.start()
        try:
            yield
        finally:
            await run_in_threadpool(worker.stop, STOP_SECONDS)
            await run_in_threadpool(sender.stop, STOP_SECONDS)

    app = FastAPI(
        title="Dealgate", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.include_router(
        receiver(runtime.receiver_settings, runtime.ledger, runtime.clock, runtime.worker.wake)
    )

    @app.get("/healthz")
    async def healthz() -> PlainTextResponse:
        """The process is alive."""
        return PlainTextResponse("ok\n")

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        """The parts that it needs work; 503 names the ones that do not."""
        problems = runtime.readiness()
        return JSONResponse(
            {"ready": not problems, "problems": problems}, status_code=503 if problems else 200
        )

    @app.get("/metrics")
    def metrics() -> Response:
        """Prometheus's text format."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return app
