"""Ten senders that post signed deliveries as fast as they are answered, on connections that stay.

A program of its own (`python -m tests.bench.flood PORT URI DELIVERIES`), so that the sender's
work is not in the receiver's process; requests are built and signed beforehand. Prints one JSON
object: seconds in all, the wait for each answer in milliseconds, and how often each status came.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import orjson

from tests.doors.signing import signed_headers

SENDERS = 10
EVENTS = 100
DEALS = 2_000
PATH = "/webhooks/hubspot"
SEED = 7


def bodies(deliveries: int, first: int = 0) -> Iterator[bytes]:
    """Deliveries of a hundred events each, as HubSpot words them, over DEALS deals."""
    chance = random.Random(SEED + first)  # noqa: S311 - the same deliveries in every run
    for number in range(deliveries):
        yield orjson.dumps([_event(chance, number * EVENTS + each) for each in range(EVENTS)])


def _event(chance: random.Random, number: int) -> dict[str, object]:
    return {
        "eventId": 3_816_279_340 + number,
        "subscriptionId": 25_000 + number % 7,
        "portalId": 33_000_001,
        "appId": 1_160_452,
        "occurredAt": 1_790_000_000_000 + number,
        "subscriptionType": "object.propertyChange",
        "attemptNumber": 0,
        "objectId": 40_000_000_000 + chance.randrange(DEALS),
        "objectTypeId": "0-3",
        "propertyName": "dealstage",
        "propertyValue": f"{chance.randrange(10_000_000)}",
        "changeSource": "CRM_UI",
        "sourceId": "userId:9586504",
        "isSensitive": False,
    }


def request(body: bytes, uri: str, at: datetime) -> bytes:
    """One delivery as it goes over the wire."""
    headers = signed_headers(body, uri, at) | {
        "host": "127.0.0.1",
        "content-length": str(len(body)),
        "user-agent": "HubSpot Connect 2.0 (http://dev.hubspot.com/)",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + body


async def _send_all(port: int, requests: list[bytes]) -> tuple[float, list[float], Counter[int]]:
    waiting, waits, statuses = iter(requests), [], Counter()

    async def sender() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for each in waiting:
            began = time.perf_counter()
            writer.write(each)
            head = await reader.readuntil(b"\r\n\r\n")
            waits.append((time.perf_counter() - began) * 1000)
            statuses[int(head[9:12])] += 1
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(SENDERS)))
    return time.perf_counter() - began, waits, statuses


def main() -> None:
    """Send and tell."""
    port, uri, deliveries = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    now = datetime.now(UTC)  # noqa: TID251 - the receiver goes by the real time
    requests = [request(body, uri, now) for body in bodies(deliveries)]
    seconds, waits, statuses = asyncio.run(_send_all(port, requests))
    print(json.dumps({"seconds": seconds, "waits": waits, "statuses": statuses}))  # noqa: T201 - a program speaks


if __name__ == "__main__":
    main()
