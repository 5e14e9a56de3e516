"""Sends what happened in the portal to the app, as HubSpot's webhook executor does.

Events wait a moment and travel in arrays of up to a hundred; at most ten requests are under way; an
answer that is late by five seconds or says 4xx or 5xx is a failure, and the same events are sent
again, freshly signed, up to ten times over a day. After that they are lost.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import orjson

from ..clock import SandboxClock
from .behaviour import MAX_EVENTS_PER_DELIVERY, MAX_RETRIES, Behaviour, Disturbance
from .deliveries import Attempt, Delivery, DeliveryLog, Outcome
from .payloads import Wording, events_of
from .signature import sign_v1, sign_v3

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Sequence

    from ..changes import Change
    from .subscriptions import Book, Settings

TIMEOUT_SECONDS = 5.0
RETRY_POLL_SECONDS = 0.02
USER_AGENT = (
    "HubSpot Connect 2.0 (http://dev.hubspot.com/) (namespace: webhooks-nio-http-client) - "
    "WebhooksExecutorDaemon-executor"
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose webhooks these are."""

    portal_id: int
    app_id: int
    client_secret: str


class Sender:
    """Turns changes into deliveries while `running`; changes before that are not sent.

    Args:
        clock: The portal's clock; retries fall due by it, so that a rehearsal can skip the day.
        seed: Makes event ids.
    """

    def __init__(
        self,
        *,
        identity: Identity,
        book: Book,
        settings: Settings,
        clock: SandboxClock,
        seed: int,
        behaviour: Behaviour | None = None,
    ) -> None:
        self.identity = identity
        self.book = book
        self.settings = settings
        self.log = DeliveryLog()
        self._clock = clock
        self._wall_clock = SandboxClock()
        chance = random.Random(f"events-{seed}")
        self._wording = Wording(
            identity.portal_id, identity.app_id, lambda: chance.randint(1, 2**32 - 1)
        )
        self._disturbance = Disturbance(behaviour or Behaviour())
        self._limiter = anyio.CapacityLimiter(settings.max_concurrent_requests)
        self._client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False)
        self._pending: list[dict[str, Any]] = []
        self._retries: list[tuple[int, int, Delivery]] = []
        self._order = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._arrived = asyncio.Event()
        self._failed = asyncio.Event()
        self._handed_over = 0
        self._taken_over = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def behaviour(self) -> Behaviour:
        """The options in force."""
        return self._disturbance.behaviour

    def behave(self, behaviour: Behaviour) -> None:
        """Use other options from now on; the dice start anew from their seed."""
        self._disturbance = Disturbance(behaviour)
        self._arrived.set()

    @property
    def pending_events(self) -> int:
        """Events that wait to be sent for the first time."""
        return len(self._pending)

    @property
    def waiting_retries(self) -> int:
        """Deliveries that failed and will be tried again."""
        return len(self._retries)

    @property
    def is_idle(self) -> bool:
        """Nothing waits to be sent and nothing is under way; retries of the future do not count."""
        busy = self._pending or self._tasks or self._handed_over != self._taken_over
        return not busy

    def on_changes(self, changes: Sequence[Change]) -> None:
        """Take note of what happened; may be called from any thread."""
        if self._loop is not None and self.settings.target_url:
            self._handed_over += 1
            self._loop.call_soon_threadsafe(self._take_over, tuple(changes))

    def _take_over(self, changes: tuple[Change, ...]) -> None:
        self._taken_over += 1
        for change in changes:
            self._pending.extend(events_of(change, self.book, self._wording))
        if self._pending:
            self._arrived.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send in the background for as long as the block lasts."""
        self._loop = asyncio.get_running_loop()
        async with self._client:
            background = [
                asyncio.create_task(self._send_pending()),
                asyncio.create_task(self._send_due_retries()),
            ]
            try:
                yield
            finally:
                self._loop = None
                for task in (*background, *self._tasks):
                    task.cancel()
                await asyncio.gather(*background, *self._tasks, return_exceptions=True)

    async def _send_pending(self) -> None:
        while True:
            await self._arrived.wait()
            await asyncio.sleep(self.behaviour.batch_ms / 1_000)
            self._arrived.clear()
            if self.behaviour.paused:
                continue
            events, self._pending = self._pending, []
            arranged = self._disturbance.arrange(events)
            for start in range(0, len(arranged), MAX_EVENTS_PER_DELIVERY):
                self._open(arranged[start : start + MAX_EVENTS_PER_DELIVERY])

    def _open(self, events: list[dict[str, Any]]) -> None:
        delivery = self.log.open(events)
        self._start(self._send_first(delivery))
        if self._disturbance.duplicates():
            twin = self.log.open([dict(event) for event in events], duplicate_of=delivery.id)
            self._start(self._send_first(twin))

    async def _send_due_retries(self) -> None:
        while True:
            await self._failed.wait()
            await asyncio.sleep(RETRY_POLL_SECONDS)
            now_ms = self._clock.epoch_ms()
            while self._retries and self._retries[0][0] <= now_ms:
                _, _, delivery = heapq.heappop(self._retries)
                self._start(self._send(delivery))
            if not self._retries:
                self._failed.clear()

    def _start(self, sending: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(sending)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send_first(self, delivery: Delivery) -> None:
        await asyncio.sleep(self._disturbance.delay_seconds())
        await self._send(delivery)

    async def _send(self, delivery: Delivery) -> None:
        self._limiter.total_tokens = self.settings.max_concurrent_requests
        async with self._limiter:
            attempt = await self._attempt(delivery)
        self.log.record(delivery, attempt)
        delivery.next_attempt_at = None
        if attempt.status is not None and attempt.status < 400:
            delivery.outcome = Outcome.DELIVERED
        elif attempt.number >= MAX_RETRIES:
            delivery.outcome = Outcome.LOST
        else:
            self._schedule_retry(delivery, attempt.number)

    def _schedule_retry(self, delivery: Delivery, retries_made: int) -> None:
        delay = timedelta(seconds=self._disturbance.retry_delay_seconds(retries_made))
        delivery.outcome = Outcome.RETRYING
        delivery.next_attempt_at = self._clock.now() + delay
        due_ms = self._clock.epoch_ms() + round(delay.total_seconds() * 1_000)
        heapq.heappush(self._retries, (due_ms, next(self._order), delivery))
        self._failed.set()

    async def _attempt(self, delivery: Delivery) -> Attempt:
        """One request with all events of the delivery, freshly signed."""
        number = len(delivery.attempts)
        for event in delivery.events:
            event["attemptNumber"] = number
        url = self.settings.target_url or ""
        body = orjson.dumps(delivery.events)
        at, began = self._clock.now(), asyncio.get_running_loop().time()
        status, error = None, None
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                answer = await self._client.post(
                    url, content=body, headers=self._headers(url, body)
                )
            status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as problem:
            error = type(problem).__name__
        ms = round((asyncio.get_running_loop().time() - began) * 1_000, 1)
        return Attempt(number, at, ms, status, error)

    def _headers(self, url: str, body: bytes) -> dict[str, str]:
        """What HubSpot sends along; the timestamp is real time, since the receiver's clock is."""
        timestamp_ms = self._wall_clock.epoch_ms()
        secret = self.identity.client_secret
        return {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "Accept-Encoding": "snappy,gzip,deflate",
            "X-HubSpot-Timeout-Millis": str(round(TIMEOUT_SECONDS * 1_000)),
            "X-HubSpot-Request-Timestamp": str(timestamp_ms),
            "X-HubSpot-Signature": sign_v1(secret, body),
            "X-HubSpot-Signature-Version": "v1",
            "X-HubSpot-Signature-v3": sign_v3(secret, "POST", url, body, timestamp_ms),
        }
