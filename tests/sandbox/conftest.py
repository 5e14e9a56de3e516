"""Fixtures for everything that runs against a whole sandbox on real sockets."""

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest

from app.sandbox.options import Options
from app.sandbox.start import Sandbox


@dataclass
class Received:
    """One request that reached the receiver."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def events(self) -> list[dict[str, Any]]:
        return orjson.loads(self.body)


@dataclass
class Receiver:
    """A server that keeps what it gets; `answers` are given in turn, the last one for ever."""

    url: str = ""
    requests: list[Received] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [(204, b"")])

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for request in self.requests for event in request.events]

    def next_answer(self) -> tuple[int, bytes]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Something that listens where the service would."""
    receiver = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append(Received(self.path, headers, body))
            status, answer = receiver.next_answer()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()


@pytest.fixture
def open_sandbox() -> Iterator[Callable[..., Sandbox]]:
    """Start sandboxes with given options; they stop when the test ends."""
    with ExitStack() as stack:

        def start(**options: Any) -> Sandbox:
            settings = {"scenario": "empty", "search_lag_seconds": 0.0, "batch_ms": 5.0} | options
            return stack.enter_context(Sandbox(Options(**settings)))

        yield start


@pytest.fixture
def client_of() -> Iterator[Callable[[Sandbox, str], httpx.Client]]:
    """HTTP clients for a sandbox, with one of its tokens."""
    with ExitStack() as stack:

        def connect(sandbox: Sandbox, token: str = "") -> httpx.Client:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            client = httpx.Client(base_url=sandbox.base_url, headers=headers, trust_env=False)
            return stack.enter_context(client)

        yield connect
