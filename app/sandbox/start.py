"""Starts a sandbox: from a command line, or in a thread for tests and the demo.

The command prints one JSON object as its first line of output (see `Site.info`) and serves until
it is told to stop. It refuses to listen elsewhere than on this machine unless asked.
"""

from __future__ import annotations

import argparse
import gc
import signal
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Self

import orjson
import uvicorn

from .app import create_app
from .connections import CuttableProtocol
from .options import Options
from .portal.limits import Quota
from .seeds import SCENARIOS
from .site import Site
from .webhooks.subscriptions import Form

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from .portal import Portal

START_TIMEOUT_SECONDS = 30.0
STOP_TIMEOUT_SECONDS = 10.0
POLL_SECONDS = 0.005


class Sandbox:
    """A sandbox on a real socket, served from a thread of its own while the block lasts."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self._socket = socket.create_server((self.options.host, self.options.port), backlog=2048)
        host, port = self._socket.getsockname()[:2]
        self.site = Site(self.options, f"http://{host}:{port}")
        config = uvicorn.Config(
            create_app(self.site),
            http=CuttableProtocol,
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="sandbox", daemon=True
        )

    @property
    def info(self) -> dict[str, Any]:
        """Where the sandbox is and what opens it."""
        return self.site.info()

    @property
    def base_url(self) -> str:
        """Where the sandbox is."""
        return self.site.base_url

    @property
    def portal(self) -> Portal:
        """The HubSpot account; writes to its store are told like any other change."""
        return self.site.portal

    def __enter__(self) -> Self:
        """Serve.

        Raises:
            RuntimeError: The server does not come up.
        """
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                message = f"the sandbox did not start on {self.base_url}"
                raise RuntimeError(message)
            time.sleep(POLL_SECONDS)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Stop serving; requests under way may finish."""
        self._server.should_exit = True
        self._thread.join(STOP_TIMEOUT_SECONDS)
        self._socket.close()

    def wait_for_webhooks(self, timeout_seconds: float = 10.0) -> None:
        """Wait until every event so far was sent once (retries that lie ahead do not count).

        Raises:
            TimeoutError: Something is still under way then.
        """
        deadline = time.monotonic() + timeout_seconds
        while not self.site.sender.is_idle:
            if time.monotonic() > deadline:
                message = f"webhooks are still under way after {timeout_seconds} s"
                raise TimeoutError(message)
            time.sleep(POLL_SECONDS)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    defaults = Options()
    parser = argparse.ArgumentParser(
        prog="dealgate sandbox",
        description="A simulated HubSpot portal and Slack workspace on this machine. "
        "Prints its addresses, tokens and secrets as one JSON line, then serves until stopped.",
    )
    add = parser.add_argument
    add("--host", default=defaults.host, help="address to listen on (default %(default)s)")
    add("--port", type=int, default=8765, help="port to listen on, 0 for a free one (%(default)s)")
    add("--scenario", choices=sorted(SCENARIOS), default=defaults.scenario, help="what is in it")
    add("--deals", type=_count, default=0, metavar="N", help="add N generated open deals")
    add("--seed", type=int, default=defaults.seed, help="decides ids, secrets and chance")
    add("--webhook-url", metavar="URL", help="where HubSpot's deliveries go")
    add("--slack-request-url", metavar="URL", help="where Slack's interactions go")
    add("--form", choices=list(Form), default=defaults.form, help="form of the subscriptions")
    add("--latency", type=_duration, default=0.0, metavar="MS", help="added to every answer")
    add(
        "--search-lag",
        type=_duration,
        default=defaults.search_lag_seconds,
        metavar="SECONDS",
        help="until a write is found by search (default %(default)s)",
    )
    add(
        "--batch-ms",
        type=_duration,
        default=defaults.batch_ms,
        metavar="MS",
        help="how long events wait to travel together (default %(default)s)",
    )
    add(
        "--retry-compression",
        type=_positive,
        default=1.0,
        metavar="X",
        help="divide HubSpot's retry times by X (86400 makes the day a second)",
    )
    add(
        "--calls-per-10-seconds",
        type=_count,
        default=Quota().calls_per_10_seconds,
        metavar="N",
        help="HubSpot's burst limit (default %(default)s)",
    )
    add(
        "--api-version",
        choices=("2026-03", "2026-09", "classic"),
        default=defaults.api_version,
        help="HUBSPOT_API_VERSION to hand out (default %(default)s)",
    )
    add("--no-slack-limits", action="store_true", help="let posts to Slack come at any rate")
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if value <= 0:
        message = f"must be more than 0, got {text}"
        raise argparse.ArgumentTypeError(message)
    return value


def _duration(text: str) -> float:
    value = float(text)
    if value < 0:
        message = f"must not be negative, got {text}"
        raise argparse.ArgumentTypeError(message)
    return value


def _count(text: str) -> int:
    return int(_duration(str(int(text))))


def read_options(argv: Sequence[str]) -> Options:
    """Options from a command line; exits with a message when it is not understood."""
    given = parser().parse_args(argv)
    return Options(
        host=given.host,
        port=given.port,
        scenario=given.scenario,
        deals=given.deals,
        seed=given.seed,
        webhook_url=given.webhook_url,
        slack_request_url=given.slack_request_url,
        api_version=given.api_version,
        form=Form(given.form),
        latency_ms=given.latency,
        search_lag_seconds=given.search_lag,
        batch_ms=given.batch_ms,
        retry_compression=given.retry_compression,
        quota=Quota(calls_per_10_seconds=given.calls_per_10_seconds),
        slack_rate_limits=not given.no_slack_limits,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run a sandbox until SIGINT or SIGTERM; returns the exit code (1: the port is taken)."""
    options = read_options(sys.argv[1:] if argv is None else argv)
    stop = threading.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda _number, _frame: stop.set())
    try:
        sandbox = Sandbox(options)
    except OSError as taken:
        address = f"{options.host}:{options.port}"
        sys.stderr.write(f"cannot listen on {address}: {taken}; choose another --port\n")
        return 1
    gc.freeze()  # a large portal's records live as long as the process; do not look at them again
    with sandbox:
        sys.stdout.write(orjson.dumps(sandbox.info).decode() + "\n")
        sys.stdout.flush()
        stop.wait()
    return 0
