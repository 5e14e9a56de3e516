"""`dealgate serve` and `dealgate worker`: the service, and a worker alone."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from app.commands.common import Exit, complaints, runtime
from config.settings import SettingsError, load_settings

if TYPE_CHECKING:
    from app.wiring import Runtime

WORKER_STOP_SECONDS = 20.0

log = structlog.get_logger(__name__)


def serve(
    host: Annotated[str | None, typer.Option(help="Instead of DEALGATE_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of DEALGATE_PORT.")] = None,
) -> None:
    """Receive webhooks and work, in one process, until told to stop."""
    import uvicorn

    from app.main import create_app
    from app.patience import PatientProtocol
    from app.startup import Refusal, look

    with runtime() as built:
        for problem in look(built, must_listen=True):
            complaints.print(str(problem), markup=False)
            if isinstance(problem, Refusal):
                raise typer.Exit(Exit.REFUSED)
        _rotate_on_hangup(built)
        for number in (signal.SIGTERM, signal.SIGINT):
            # uvicorn stops on these and raises them once more at its end, when closing is ours.
            signal.signal(number, lambda *_: None)
        uvicorn.run(
            create_app(built),
            host=host or built.settings.dealgate_host,
            port=built.settings.dealgate_port if port is None else port,
            log_config=None,
            access_log=False,
            server_header=False,
            http=PatientProtocol,
            ws="none",
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
        _rotate_on_hangup(built)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        threads, sender = built.worker(), built.alert_sender()
        threads.start()
        sender.start()
        built.ledger.listen(threads.wake)
        stop.wait()
        threads.stop(WORKER_STOP_SECONDS)
        sender.stop(WORKER_STOP_SECONDS)


def _rotate_on_hangup(built: Runtime) -> None:
    """On SIGHUP take over the secrets that `.env` and the files hold now."""

    def take_over(*_: object) -> None:
        try:
            built.secrets.reload(load_settings())
        except SettingsError as error:
            log.warning("secrets_kept", error=str(error))
        else:
            log.info("secrets_reloaded")

    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, take_over)
