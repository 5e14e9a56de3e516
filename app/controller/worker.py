"""The threads that turn marks into reconciles: claim, reconcile, done, sleep until woken.

An idle worker takes a live mark at once: it sleeps on a bell that the receiver rings, and
otherwise until the ledger's next due time, looking by itself every `poll_seconds` for what other
processes marked. While the portal or the database is away it claims one key at a time, with
growing pauses: marks wait and none is spent. Stopping finishes what is under way, or gives it back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from time import monotonic

import structlog

from app.ports import Claim, Clock, Failure, Ledger, Priority, Retryable
from app.telemetry import span

from . import metrics
from .backoff import MAX_DOUBLINGS
from .bell import Bell
from .breaker import Breaker
from .pause import never
from .reconcile import Reconciler

SHORTEST_SLEEP_SECONDS = 0.05
"""What is overdue but in other hands (an alert, a lease) must not make an idle thread spin."""

Beat = Callable[[datetime], None]
"""Says at a time that this process lives; may raise Failure."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How a worker works. `heartbeat_seconds` has to be well under the ledger's lease.

    With no threads of its own, whoever started the worker takes its turns, as the sweep does.
    """

    threads: int = 2
    batch: int = 100
    poll_seconds: float = 1.0
    heartbeat_seconds: float = 5.0
    recheck_seconds: float = 10.0


class Worker:
    """Drains the ledger with `pace.threads` threads; `name` is unique among all processes.

    While `paused` says so nothing is claimed.
    """

    def __init__(
        self,
        *,
        name: str,
        reconciler: Reconciler,
        ledger: Ledger,
        clock: Clock,
        breaker: Breaker,
        pace: Pace,
        beat: Beat,
        paused: Callable[[], bool] = never,
    ) -> None:
        self._name = name
        self._reconciler = reconciler
        self._ledger = ledger
        self._clock = clock
        self._breaker = breaker
        self._pace = pace
        self._say_alive = beat
        self._paused = paused
        self._bell = Bell()
        self._stopping = Event()
        self._lock = Lock()
        self._held: dict[str, Sequence[Claim]] = {}
        self._rechecked_at: datetime | None = None
        self._turned_at = dict.fromkeys(range(pace.threads), clock.now())
        self._threads = [
            Thread(target=self._run, args=(number,), name=f"worker-{number}")
            for number in range(pace.threads)
        ]
        self._heart = Thread(target=self._beat, name="worker-heartbeat")

    # ----------------------------------------------------------------- life

    def start(self) -> None:
        """Start the threads; once only."""
        for thread in (*self._threads, self._heart):
            # A thread that hangs in a call must not keep a stopped process alive.
            thread.daemon = True
            thread.start()

    def wake(self) -> None:
        """Something was marked: look now. Callable from any thread, as often as one likes."""
        self._bell.ring()

    def stop(self, deadline_seconds: float) -> bool:
        """Let the threads finish what they hold; give back what is left at the deadline.

        True when everything was finished. A thread that comes back later finds its leases gone
        and its `done` without effect.
        """
        self._stopping.set()
        self._bell.ring()
        end = monotonic() + deadline_seconds
        for thread in (*self._threads, self._heart):
            if thread.is_alive():
                thread.join(max(0.0, end - monotonic()))
        with self._lock:
            left = dict(self._held)
        for worker, claims in left.items():
            self._release(worker, claims, self._clock.now())
        log.info("worker_stopped", worker=self._name, released=sum(map(len, left.values())))
        return not left

    @property
    def name(self) -> str:
        """What the leases of this worker begin with."""
        return self._name

    @property
    def is_alive(self) -> bool:
        """Whether every thread is still running."""
        return all(thread.is_alive() for thread in (*self._threads, self._heart))

    @property
    def turned_at(self) -> datetime:
        """When the thread that is longest at its turn began it; now for one without threads."""
        return min(self._turned_at.values(), default=self._clock.now())

    # ----------------------------------------------------------------- one turn

    def turn(self, worker: str) -> int:
        """Claim one batch and reconcile it; 0 says that there is nothing to do for now.

        Never raises: a standstill is logged, counted and answered with a pause.
        """
        try:
            return self._turn(worker)
        except Failure as failure:
            self._stand_still("claim", failure)
        except Exception as error:
            # A defect here must not end the thread, or marks would wait without a word.
            log.exception("worker_broke", worker=worker)
            self._stand_still("worker", Failure(f"{type(error).__name__}: {error}"))
        return 0

    def _turn(self, worker: str) -> int:
        now = self._clock.now()
        room = self._breaker.room(now, self._pace.batch)
        if not room or self._paused():
            return 0
        claims = self._ledger.claim(worker, now, room)
        live = [claim for claim in claims if claim.priority is not Priority.SWEEP]
        swept = [claim for claim in claims if claim.priority is Priority.SWEEP]
        self._hold(worker, claims)
        try:
            # What a person just did does not wait for the notes of a hundred other deals.
            for batch in filter(None, (live, swept)):
                with span("reconcile", keys=len(batch)):
                    self._reconciler.reconcile(worker, batch)
        except Failure as failure:
            self._release(worker, claims, self._stand_still("reconcile", failure))
        else:
            if claims:
                self._breaker.succeeded(self._clock.now())
            else:
                self._breaker.unused()
        finally:
            self._hold(worker, ())
        return len(claims) + self._recheck(now, is_idle=not claims)

    def _recheck(self, now: datetime, *, is_idle: bool) -> int:
        """Turn what has come due by time alone into marks: when idle, and now and then.

        A sweep looks at every deal anyway, so hands without threads of their own leave it be.
        """
        if not self._threads:
            return 0
        with self._lock:
            since = abs(now - self._rechecked_at) if self._rechecked_at else timedelta.max
            if not is_idle and since < timedelta(seconds=self._pace.recheck_seconds):
                return 0
            self._rechecked_at = now
        marked = self._ledger.mark_due_rechecks(now)
        if marked:
            log.info("rechecks_due", deals=marked)
        return marked

    def _stand_still(self, step: str, failure: Failure) -> datetime:
        after = failure.after_seconds if isinstance(failure, Retryable) else None
        until = self._breaker.trip(self._clock.now(), after)
        metrics.STANDSTILLS.labels(step).inc()
        log.error("standstill", step=step, error=str(failure), until=until.isoformat())
        return until

    def _release(self, worker: str, claims: Sequence[Claim], due_at: datetime) -> None:
        try:
            self._ledger.release(worker, claims, due_at, self._clock.now())
        except Failure as failure:
            # Not lost: the leases run out by themselves.
            log.warning("release_failed", worker=worker, error=str(failure))

    def _hold(self, worker: str, claims: Sequence[Claim]) -> None:
        with self._lock:
            if claims:
                self._held[worker] = claims
            else:
                self._held.pop(worker, None)

    # ----------------------------------------------------------------- the threads

    def _run(self, number: int) -> None:
        worker = f"{self._name}.{number}"
        idle_turns = 0
        while not self._stopping.is_set():
            self._turned_at[number] = self._clock.now()
            heard = self._bell.rings
            if self.turn(worker):
                idle_turns = 0
            elif not self._stopping.is_set():
                self._bell.wait(heard, self._sleep_seconds(idle_turns))
                idle_turns += 1

    def _sleep_seconds(self, idle_turns: int) -> float:
        """Until something falls due; ever longer while what is due is in other hands."""
        now, poll = self._clock.now(), self._pace.poll_seconds
        if pause := self._breaker.wait_seconds(now):
            return min(pause, poll)
        try:
            due = self._ledger.next_due(now)
        except Failure:
            return poll
        wait = (due - now).total_seconds() if due else poll
        shortest = SHORTEST_SLEEP_SECONDS * 2.0 ** min(idle_turns, MAX_DOUBLINGS)
        return min(max(wait, shortest if wait <= 0 else SHORTEST_SLEEP_SECONDS), poll)

    def _beat(self) -> None:
        while True:
            try:
                self._say_alive(self._clock.now())
            except Failure as failure:
                log.warning("heartbeat_refused", worker=self._name, error=str(failure))
            if self._stopping.wait(self._pace.heartbeat_seconds):
                return
            with self._lock:
                held = dict(self._held)
            for worker, claims in held.items():
                try:
                    self._ledger.renew(worker, claims, self._clock.now())
                except Failure as failure:
                    log.warning("heartbeat_failed", worker=worker, error=str(failure))
