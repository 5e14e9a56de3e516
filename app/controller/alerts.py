"""The thread that tells the channel, so that a slow Slack never delays a write to HubSpot.

It sends what the ledger wishes, one message per deal and episode: post, later edit, and nothing
where nothing was ever said. Delivery is at least once: only a process that dies between a post
and its recording repeats one. Refuses to decide what is worth saying: see `episode`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread

import structlog

from app.ports import (
    Alert,
    AlertKind,
    Clock,
    Failure,
    Ledger,
    MessageGone,
    MessageRef,
    Notifier,
    Retryable,
)

from . import metrics
from .backoff import Backoff
from .bell import Bell
from .worker import SHORTEST_SLEEP_SECONDS

SHORT_PAUSE_SECONDS = 1.0
"""How long the whole channel is left alone after a failure that named no time."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SenderPace:
    """How the sender works.

    A wish that is refused for good `max_attempts` times is given up: about a day with waits of
    five minutes, so that a revoked token can be mended without losing what was to be said.
    """

    batch: int = 20
    poll_seconds: float = 1.0
    max_attempts: int = 300


class AlertSender:
    """Makes the channel show what the ledger wishes it to show."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        notifier: Notifier,
        clock: Clock,
        backoff: Backoff,
        pace: SenderPace,
    ) -> None:
        self._ledger = ledger
        self._notifier = notifier
        self._clock = clock
        self._backoff = backoff
        self._pace = pace
        self._bell = Bell()
        self._stopping = Event()
        self._paused_until: datetime | None = None
        self._said: list[tuple[Alert, MessageRef | None]] = []
        self._thread = Thread(target=self._run, name="alert-sender", daemon=True)

    def start(self) -> None:
        """Start the thread; once only."""
        self._thread.start()

    def stop(self, deadline_seconds: float) -> bool:
        """Finish the message under way and close the channel.

        True when that was done within the deadline; what was not said stays wished.
        """
        self._stopping.set()
        self._bell.ring()
        if self._thread.is_alive():
            self._thread.join(deadline_seconds)
        self._notifier.close()
        return not self._thread.is_alive()

    @property
    def is_alive(self) -> bool:
        """Whether the thread is running."""
        return self._thread.is_alive()

    def turn(self) -> int:
        """Send what is due now, oldest first; returns how many wishes were settled.

        Never raises: what fails is put off in the ledger, and the ledger's own failure is logged.
        """
        if self._pause_seconds():
            return 0
        try:
            return self._turn()
        except Failure as failure:
            log.warning("alerts_unreachable", error=str(failure))
        except Exception:
            # A defect here must not end the thread, or the channel would fall silent for good.
            log.exception("alerts_broke")
        self._pause(None)
        return 0

    def _turn(self) -> int:
        self._record_said()
        due = self._ledger.due_alerts(self._clock.now(), self._pace.batch)
        for number, alert in enumerate(due):
            if self._stopping.is_set() or self._pause_seconds():
                self._ledger.alerts_unsent(due[number:], self._clock.now())
                return number
            self._deliver(alert)
        return len(due)

    def _deliver(self, alert: Alert) -> None:
        bound = log.bind(deal=alert.deal_id, kind=alert.card.kind, attempts=alert.attempts + 1)
        try:
            shown, outcome = self._say(alert)
        except Retryable as failure:
            self._pause(failure.after_seconds)
            self._put_off(alert, str(failure), failure.after_seconds)
            bound.warning("alert_deferred", error=str(failure))
        except Exception as error:  # noqa: BLE001 - a card that breaks us must not hold up others
            said = str(error) if isinstance(error, Failure) else type(error).__name__
            given_up = alert.attempts + 1 >= self._pace.max_attempts
            self._put_off(alert, said, None, given_up=given_up)
            bound.error("alert_refused", error=said, given_up=given_up)
        else:
            self._said.append((alert, shown))
            self._record_said()
            metrics.ALERTS.labels(outcome).inc()
            bound.info("alert_sent", outcome=outcome)

    def _record_said(self) -> None:
        """Remember what was said, before anything else is: a busy database repeats no message."""
        while self._said:
            alert, shown = self._said[0]
            self._ledger.alert_sent(alert, shown, self._clock.now())
            self._said.pop(0)

    def _say(self, alert: Alert) -> tuple[MessageRef | None, str]:
        """Post, edit, or say nothing; the answer is what the channel now shows."""
        cleared = alert.card.kind is AlertKind.CLEARED
        if alert.shown is not None:
            try:
                self._notifier.edit(alert.shown, alert.card)
            except MessageGone:
                # Somebody deleted it. A gap still has to be said; that it closed does not.
                log.info("message_gone", deal=alert.deal_id)
            else:
                return alert.shown, "edited"
        if cleared:
            return None, "dropped"
        return self._notifier.post(alert.card), "posted"

    def _put_off(
        self, alert: Alert, error: str, after: float | None, *, given_up: bool = False
    ) -> None:
        now = self._clock.now()
        wait = timedelta(seconds=self._backoff.seconds(alert.attempts, after))
        self._ledger.alert_failed(alert, error, None if given_up else now + wait, now)
        metrics.ALERTS.labels("given_up" if given_up else "deferred").inc()

    def _pause(self, after_seconds: float | None) -> None:
        """Leave the whole channel alone: its limits are per channel, not per message."""
        wait = SHORT_PAUSE_SECONDS if after_seconds is None else after_seconds
        self._paused_until = self._clock.now() + timedelta(seconds=wait)

    def _pause_seconds(self) -> float:
        if self._paused_until is None:
            return 0.0
        return max(0.0, (self._paused_until - self._clock.now()).total_seconds())

    def _run(self) -> None:
        while not self._stopping.is_set():
            heard = self._bell.rings
            if self.turn() == 0 and not self._stopping.is_set():
                self._bell.wait(heard, self._sleep_seconds())

    def _sleep_seconds(self) -> float:
        pause = self._pause_seconds()
        wait = min(pause or self._pace.poll_seconds, self._pace.poll_seconds)
        return max(wait, SHORTEST_SLEEP_SECONDS)
