"""The thread that tells the channel, so that a slow Slack never delays a write to HubSpot.

It says what the book wishes: one message per deal, recipient and episode, or one for many deals
when they come at once. It sleeps until something falls due or the book wakes it. Refuses to decide
what is worth saying (see `episode`), when (`pacing`) and how it is said once (`telling`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread

import structlog

from app.domain.routing import AlertRules
from app.ports import Alert, AlertBook, Clock, Failure, MessageRef, Notifier, Retryable, Uncertain
from app.telemetry import span

from . import metrics
from .backoff import Backoff
from .bell import Bell
from .pacing import Pacing, alone
from .pause import never
from .telling import Outcome, Teller
from .worker import SHORTEST_SLEEP_SECONDS

SHORT_PAUSE_SECONDS = 1.0
"""How long the whole channel is left alone after a failure that named no time."""

Said = tuple[Alert, MessageRef | None]
"""An alert and the message that shows it now, None when none does."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SenderPace:
    """How the sender works.

    `idle_seconds` is the longest sleep, for what another process wished. A wish that is refused
    for good `max_attempts` times is given up: about a day with waits of five minutes, so that a
    revoked token can be mended without losing what was to be said.
    """

    batch: int = 100
    idle_seconds: float = 15.0
    max_attempts: int = 300


class AlertSender:
    """Makes the channel show what the book wishes it to show, except while `paused`."""

    def __init__(
        self,
        *,
        book: AlertBook,
        rules: AlertRules,
        notifier: Notifier,
        clock: Clock,
        backoff: Backoff,
        pace: SenderPace,
        paused: Callable[[], bool] = never,
    ) -> None:
        self._book = book
        self._notifier = notifier
        self._clock = clock
        self._backoff = backoff
        self._pace = pace
        self._paused = paused
        self._pacing = Pacing(rules, book)
        self._teller = Teller(book, notifier, clock)
        self._bell = Bell()
        self._stopping = Event()
        self._paused_until: datetime | None = None
        self._said: list[Said] = []
        self._thread = Thread(target=self._run, name="alert-sender", daemon=True)

    # ----------------------------------------------------------------- life

    def start(self) -> None:
        """Start the thread; once only."""
        self._book.listen(self._bell.ring)
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

    # ----------------------------------------------------------------- one turn

    def turn(self) -> int:
        """Send what is due now, oldest first; returns how many wishes were handled.

        Never raises: what fails is put off in the book, and the book's own failure is logged.
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
        if self._paused():
            return 0
        now = self._clock.now()
        due = [each for each in self._book.due(now, self._pace.batch) if not self._held(each, now)]
        groups = self._pacing.grouped(due, now)
        jobs: list[tuple[str | None, Sequence[Alert]]] = [*groups.items()]
        jobs += [(None, (alert,)) for alert in alone(due, groups)]
        for number, (group, alerts) in enumerate(jobs):
            if self._stopping.is_set() or self._pause_seconds():
                left = [each for _, several in jobs[number:] for each in several]
                self._book.give_back(left, self._clock.now())
                break
            self._say(group, alerts)
        return len(due)

    def _held(self, alert: Alert, now: datetime) -> bool:
        until = self._pacing.hold_until(alert, now)
        if until is None:
            return False
        self._book.put_off(alert, until, now)
        metrics.ALERTS.labels("held").inc()
        return True

    def _say(self, group: str | None, alerts: Sequence[Alert]) -> None:
        """Tell one alert, or a group of them, and remember what came of it."""
        try:
            with span("slack", alerts=len(alerts)):
                told, outcome = self._told(group, alerts)
        except Retryable as failure:
            self._pause(failure.after_seconds)
            is_certain = not isinstance(failure, Uncertain)
            self._fail(alerts, str(failure), failure.after_seconds, is_certain=is_certain)
        except Exception as error:  # noqa: BLE001 - a card that breaks us must not hold up others
            said = str(error) if isinstance(error, Failure) else type(error).__name__
            self._fail(alerts, said, None, may_give_up=True)
        else:
            self._remember(told, outcome)

    def _told(self, group: str | None, alerts: Sequence[Alert]) -> tuple[Sequence[Said], Outcome]:
        if group is not None:
            joined = self._book.join(group, alerts, self._clock.now())
            ref = self._teller.tell_group(joined)
            return [(alert, ref) for alert in alerts], Outcome.GROUPED
        (alert,) = alerts
        told = self._teller.tell(alert)
        if told.outcome is Outcome.LOST:
            return (), told.outcome
        return [(told.alert, told.shown)], told.outcome

    # ----------------------------------------------------------------- what came of it

    def _remember(self, told: Sequence[tuple[Alert, MessageRef | None]], outcome: Outcome) -> None:
        self._said.extend(told)
        self._record_said()
        for alert, _ in told:
            metrics.ALERTS.labels(outcome).inc()
            log.info("alert_sent", deal=alert.deal_id, kind=alert.card.kind, outcome=outcome)

    def _record_said(self) -> None:
        """Remember what was said, before anything else is: a busy database repeats no message."""
        while self._said:
            alert, shown = self._said[0]
            self._book.sent(alert, shown, self._clock.now())
            self._said.pop(0)

    def _fail(
        self,
        alerts: Sequence[Alert],
        error: str,
        after_seconds: float | None,
        *,
        is_certain: bool = True,
        may_give_up: bool = False,
    ) -> None:
        now = self._clock.now()
        for alert in alerts:
            given_up = may_give_up and alert.attempts + 1 >= self._pace.max_attempts
            wait = timedelta(seconds=self._backoff.seconds(alert.attempts, after_seconds))
            retry_at = None if given_up else now + wait
            self._book.failed(alert, error, retry_at, now, is_certain=is_certain)
            metrics.ALERTS.labels("given_up" if given_up else "deferred").inc()
            log.warning("alert_deferred", deal=alert.deal_id, error=error, given_up=given_up)

    # ----------------------------------------------------------------- time

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
        """Until something falls due, or the pause is over."""
        longest = self._pace.idle_seconds
        if pause := self._pause_seconds():
            return min(pause, longest)
        try:
            due = self._book.next_due()
        except Failure:
            return SHORT_PAUSE_SECONDS
        wait = longest if due is None else (due - self._clock.now()).total_seconds()
        return max(min(wait, longest), SHORTEST_SLEEP_SECONDS)
