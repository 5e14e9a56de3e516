"""One real HTTP server for the whole session, whose application each test may exchange.

Starting a server takes longer than most tests; a fresh portal behind a running one takes none.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

import uvicorn

START_LIMIT_SECONDS = 10


class Stage:
    """An ASGI application that plays whatever application is put on it."""

    def __init__(self):
        self.playing = None

    async def __call__(self, scope, receive, send):
        await self.playing(scope, receive, send)


@contextmanager
def serving(application):
    """Serve an ASGI application on a free port of this host; gives its base URL."""
    config = uvicorn.Config(application, port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server took too long to start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(START_LIMIT_SECONDS)
