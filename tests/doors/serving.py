"""The receiver behind a real uvicorn on a real socket, and a clock that stands still."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI

from app.ports import Wake
from webhooks.commit import Marker
from webhooks.receiver import ReceiverSettings, receiver

from .signing import SECRET

PUBLIC_BASE_URL = "https://gate.example.com/dealgate"
PUBLIC_URI = PUBLIC_BASE_URL + "/webhooks/hubspot"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MAX_BODY_BYTES = 64 * 1024
START_SECONDS = 10


@dataclass
class FixedClock:
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


def settings(**overrides: object) -> ReceiverSettings:
    """The receiver's settings with some of them replaced."""
    values = {
        "public_base_url": PUBLIC_BASE_URL,
        "client_secrets": lambda: (SECRET,),
        "max_body_bytes": MAX_BODY_BYTES,
    }
    return ReceiverSettings(**(values | overrides))


@contextmanager
def serving(
    ledger: Marker, wake: Wake = lambda: None, door: ReceiverSettings | None = None
) -> Iterator[int]:
    """A running server; yields its port."""
    app = FastAPI()
    app.include_router(receiver(door or settings(), ledger, FixedClock(), wake))
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            deadline = time.monotonic() + START_SECONDS
            while not server.started:
                assert thread.is_alive(), "the server did not start"
                assert time.monotonic() < deadline, "the server took too long to start"
                time.sleep(0.01)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(START_SECONDS)
