"""The stage: a rehearsal portal and the service beside it, as real processes on free ports.

Starts, waits until each is ready, and ends them whatever happens. It knows nothing of the story
that is played on it.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

import httpx

START_SECONDS = 60
STOP_SECONDS = 10
TAIL_LINES = 20


class StageError(Exception):
    """A program did not start; the text holds the end of what it printed."""


@dataclass(frozen=True, slots=True)
class StageOptions:
    """`latency_ms` is what each call to HubSpot takes; `settle_seconds` how long Slack waits."""

    folder: Path
    latency_ms: int = 50
    seed: int = 1
    settle_seconds: float = 0.5


@dataclass(slots=True)
class Stage:
    """Two running programs; use as a context manager."""

    options: StageOptions
    info: dict[str, Any] = field(default_factory=dict)
    service_url: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        try:
            self._start_sandbox()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def run(self, *verb: str) -> str:
        """Run one of the operator's verbs to its end; returns what it printed."""
        done = subprocess.run(  # noqa: S603 - our own program with our own arguments
            _command(*verb),
            env=self.environment,
            cwd=self.options.folder,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
        if done.returncode:
            message = f"`dealgate {' '.join(verb)}` ended with {done.returncode}:\n"
            raise StageError(message + (done.stdout + done.stderr)[-2_000:])
        return done.stdout

    def serve(self) -> None:
        """Start the service and wait until it says that it is ready."""
        log = self._log("service.log")
        process = self._spawn(("serve",), self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.service_url}/readyz", timeout=1).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise StageError("the service did not become ready:\n" + self._tail("service.log"))

    def _start_sandbox(self) -> None:
        port = _free_port()
        self.service_url = f"http://127.0.0.1:{port}"
        process = self._spawn(
            (
                "sandbox",
                "--port=0",
                f"--seed={self.options.seed}",
                f"--latency={self.options.latency_ms}",
                f"--webhook-url={self.service_url}/webhooks/hubspot",
            ),
            dict(os.environ),
            stdout=subprocess.PIPE,
            stderr=self._log("sandbox.log"),
        )
        assert process.stdout is not None  # noqa: S101 - asked for a pipe just above
        line = process.stdout.readline()
        if not line:
            raise StageError("the sandbox did not start:\n" + self._tail("sandbox.log"))
        _drain(process.stdout)
        self.info = json.loads(line)
        self.environment = _environment(self.info["env"], self.options, port)

    def _spawn(
        self, verb: tuple[str, ...], environment: Mapping[str, str], **streams: Any
    ) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 - our own program with our own arguments
            _command(*verb), env=dict(environment), cwd=self.options.folder, **streams
        )
        self._stack.callback(_end, process)
        return process

    def _log(self, name: str) -> IO[bytes]:
        stream = (self.options.folder / name).open("ab")
        self._stack.callback(stream.close)
        return stream

    def _tail(self, name: str) -> str:
        lines = (self.options.folder / name).read_text(errors="replace").splitlines()
        return "\n".join(lines[-TAIL_LINES:])


def _command(*verb: str) -> list[str]:
    return [sys.executable, "-m", "app.cli", *verb]


def _environment(given: Mapping[str, str], options: StageOptions, port: int) -> dict[str, str]:
    """The service's whole environment: the sandbox's addresses and nothing of the operator's."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        **given,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "DEALGATE_PORT": str(port),
        "DATABASE_URL": f"sqlite:///{options.folder / 'dealgate.sqlite3'}",
        "SETTLE_SECONDS": str(options.settle_seconds),
        "HUBSPOT_BURST_PER_10_SECONDS": "190",
        "LOG_FORMAT": "json",
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _drain(stream: IO[bytes]) -> None:
    """Keep reading a pipe, so that its writer never blocks."""
    threading.Thread(target=stream.read, daemon=True).start()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()
