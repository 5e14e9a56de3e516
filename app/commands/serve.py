"""`dealgate serve` and `dealgate worker`: the service, and a worker alone."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from app.commands.common import Exit, complaints, runtime

WORKER_STOP_SECONDS = 20.0


def serve(
    host: Annotated[str | None, typer.Option(help="Instead of DEALGATE_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of DEALGATE_PORT.")] = None,
) -> None:
    """Receive webhooks and work, in one process, until told to stop."""
    import uvicorn

    from app.main import create_app
    from app.startup import Refusal, look

    with runtime() as built:
        for problem in look(built, must_listen=True):
            complaints.print(str(problem), markup=False)
            if isinstance(problem, Refusal):
                raise typer.Exit(Exit.REFUSED)
        uvicorn.run(
            create_app(built),
            host=host or built.settings.dealgate_host,
            port=built.settings.dealgate_port if port is None else port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=30,
            limit_concurrency=256,
            backlog=512,
        )


def worker() -> None:
    """Work without receiving; several of them share one PostgreSQL database."""
    from app.startup import Refusal, look

    stop = threading.Event()
    with runtime() as built:
        for problem in look(built, must_listen=False):
            complaints.print(str(problem), markup=False)
            if isinstance(problem, Refusal):
                raise typer.Exit(Exit.REFUSED)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        threads, sender = built.worker(), built.alert_sender()
        threads.start()
        sender.start()
        built.ledger.listen(threads.wake)
        stop.wait()
        threads.stop(WORKER_STOP_SECONDS)
        sender.stop(WORKER_STOP_SECONDS)
