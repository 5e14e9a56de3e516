"""One HTTP exchange with HubSpot: bytes out, parsed JSON in, or a Failure.

It stands in for the REST layer of hubspot-api-client, which has no default timeout, prints
nothing useful on a cut connection, opens one pool per API object and turns an error page that is
not UTF-8 into a UnicodeDecodeError. It refuses to follow redirects, to retry, and to read an
answer for longer or in more bytes than it was told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import orjson
import urllib3

from app.hubspot import errors
from app.hubspot.meter import Meter

MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024
CHUNK_BYTES: Final = 64 * 1024

Moments = Callable[[], errors.Moment]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for a connection, for the next bytes, and for a whole body."""

    connect_seconds: float = 3.0
    read_seconds: float = 10.0
    body_seconds: float = 30.0


class Transport:
    """A pool of connections to one HubSpot, shared by every API object and thread."""

    def __init__(
        self, *, connections: int, timeouts: Timeouts, moment: Moments, meter: Meter
    ) -> None:
        self._timeouts = timeouts
        self._moment = moment
        self._meter = meter
        self._pool = urllib3.PoolManager(
            num_pools=1,
            maxsize=connections,
            block=True,
            retries=False,
            timeout=urllib3.Timeout(timeouts.connect_seconds, timeouts.read_seconds),
        )

    def exchange(
        self,
        method: str,
        url: str,
        query: Sequence[tuple[str, Any]] | None,
        headers: Mapping[str, str],
        body: object,
    ) -> Any:
        """Send one request and answer its parsed JSON, None for an empty body.

        Raises Failure for anything but a 2xx with JSON or nothing in it.
        """
        operation = f"{method} {urlsplit(url).path}"
        try:
            status, answered, content = self._send(
                method,
                f"{url}?{urlencode(query)}" if query else url,
                {**headers, "Accept-Encoding": "gzip"},
                None if body is None else orjson.dumps(body),
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise errors.breakage(operation, error) from error
        moment = self._moment()
        self._meter.answered(status, answered, moment.now)
        if not 200 <= status <= 299:
            raise errors.refusal(operation, status, answered, content, moment)
        if not content:
            return None
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise errors.not_json(operation, status) from error

    def close(self) -> None:
        """Close every idle connection; one that is in use closes when it is given back."""
        self._pool.clear()

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        response = self._pool.request(
            method, url, headers=headers, body=body, redirect=False, preload_content=False
        )
        try:
            deadline = time.monotonic() + self._timeouts.body_seconds
            return response.status, response.headers, _content(response, deadline)
        except BaseException:
            response.close()
            raise
        finally:
            response.release_conn()


def _content(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    """The whole body; a peer that drips it out is cut off at the deadline."""
    chunks: list[bytes] = []
    size = 0
    while chunk := response.read1(CHUNK_BYTES):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            message = f"more than {MAX_ANSWER_BYTES} bytes"
            raise urllib3.exceptions.ProtocolError(message)
        if time.monotonic() > deadline:
            message = "the answer took too long"
            raise urllib3.exceptions.TimeoutError(message)
    return b"".join(chunks)
