"""The receiver alone in a process (`python -m tests.bench.door KIND PORT DATABASE_URL`).

KIND `ours` is the product's route over a real ledger; `bare` is the least that any receiver does:
it reads the body, verifies the signature and answers 204, in the same framework and server.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from app.ledger import open_ledger
from tests.bench.flood import PATH
from tests.doors.signing import SECRET
from webhooks.receiver import ReceiverSettings, receiver
from webhooks.signature import is_signed

BASE = "https://gate.example.com"


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The current time in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - signatures are checked against real time


def bare() -> FastAPI:
    """The floor."""
    app, clock = FastAPI(), SystemClock()

    async def answer(request: Request) -> Response:
        is_ours = is_signed(
            secrets=(SECRET,),
            method=request.method,
            uri=(BASE + PATH).encode(),
            body=await request.body(),
            signature=request.headers["x-hubspot-signature-v3"].encode(),
            timestamp=request.headers["x-hubspot-request-timestamp"].encode(),
            now=clock.now(),
        )
        return Response(status_code=204 if is_ours else 401)

    app.add_route(PATH, answer, methods=["POST"])
    return app


def ours(database_url: str) -> FastAPI:
    """The product's door over an empty ledger."""
    app = FastAPI()
    settings = ReceiverSettings(public_base_url=BASE, client_secrets=lambda: (SECRET,))
    app.include_router(receiver(settings, open_ledger(database_url), SystemClock(), lambda: None))
    return app


def main() -> None:
    """Serve until ended."""
    kind, port = sys.argv[1], int(sys.argv[2])
    app = bare() if kind == "bare" else ours(sys.argv[3])
    uvicorn.run(app, port=port, log_config=None, access_log=False, server_header=False)


if __name__ == "__main__":
    main()
