"""Fixtures for everything that runs against a whole sandbox on real sockets."""

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
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
    delay_seconds: float = 0.0
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for request in self.requests for event in request.events]

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Take the time that an answer is to take, and see how many do so together."""
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            time.sleep(self.delay_seconds)
            yield
        finally:
            with self.lock:
                self.at_once -= 1

    def next_answer(self) -> tuple[int, bytes]:
        """What to say this time."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Something that listens where the service would."""
    receiver = Receiver()

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append(Received(self.path, headers, body))
            with receiver.busy(), suppress(ConnectionError):
                status, answer = receiver.next_answer()
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with Server(("127.0.0.1", 0), Handler) as server:
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


@pytest.fixture
def slack_site(open_sandbox, receiver):
    """A workspace whose interactions go to the receiver."""
    return open_sandbox(slack_request_url=f"{receiver.url}/webhooks/slack")


@pytest.fixture
def bot(slack_site, client_of):
    """Calls a method with JSON as the bot; returns the parsed body."""
    client = client_of(slack_site, slack_site.info["slack"]["bot_token"])

    def call(method, **arguments):
        body = orjson.dumps(arguments)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return client.post(f"/slack/api/{method}", content=body, headers=headers).json()

    return call


@pytest.fixture
def channel(slack_site):
    """The sales channel's id."""
    return slack_site.info["slack"]["channel"]
