"""A running `dealgate serve` on a free port, as a real process."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

START_SECONDS = 30
STOP_SECONDS = 30


@dataclass
class Served:
    url: str
    process: subprocess.Popen[bytes]
    log: Path


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def serving(operator, **changed: str) -> Iterator[Served]:
    """The service in the operator's environment, once it says that it lives; stopped at the end.

    PUBLIC_BASE_URL is its own address unless a test says otherwise.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = operator.env | {"PUBLIC_BASE_URL": url, "LOG_FORMAT": "json"} | changed
    environment |= {"DEALGATE_PORT": str(port), "SETTLE_SECONDS": "0.2"}
    log = operator.folder / f"serve-{port}.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve"],
            env=environment,
            cwd=operator.folder,
            stdout=stream,
            stderr=stream,
        )
    try:
        end = time.monotonic() + START_SECONDS
        while not _lives(url):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)
        yield Served(url, process, log)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _lives(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=1).status_code == 200
    except httpx.TransportError:
        return False


def until(condition, seconds: float = 20) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not become true"
        time.sleep(0.05)
