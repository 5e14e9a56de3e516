"""The loop put together over a real ledger on SQLite, with time standing still."""

from __future__ import annotations

import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

from app.controller.alerts import AlertSender, SenderPace
from app.controller.backoff import Backoff
from app.controller.breaker import Breaker
from app.controller.judgement import Judge
from app.controller.reconcile import BASELINE_FACT, Reconciler
from app.controller.worker import Pace, Worker
from app.domain.deal import DealId, ObjectKey, ObjectKind, deal_key
from app.domain.quiet import QuietHours
from app.domain.routing import AlertRules, Delivery, Destination, Usefulness
from app.ledger import SqlLedger, open_ledger
from app.ports import MAIN_CHANNEL, Clock, Priority
from tests.loop.fakes import NAMES, START, FakeChannel, FakeCrm, ManualClock, evaluate

SETTLE_SECONDS = 15.0
MERGE_SECONDS = 1.0
MAX_ATTEMPTS = 3
WORKER = "w1"
RULES = AlertRules(
    default=Destination(Delivery.CHANNEL),
    routes=(),
    quiet=QuietHours(ZoneInfo("UTC")),
    cooldown_minutes=0,
    group_above=5,
    fallback=None,
    mentions=(),
    usefulness=Usefulness(days=7, floor=0.3, at_least=20),
)


class Rig:
    """Everything between a mark and a message; `drain` and `speak` are the threads' turns."""

    def __init__(
        self,
        database: Path,
        *,
        baseline: bool = True,
        clock: Clock | None = None,
        rules: AlertRules = RULES,
    ) -> None:
        self.clock = clock or ManualClock()
        self.crm = FakeCrm()
        self.channel = FakeChannel()
        self.ledger: SqlLedger = open_ledger(
            f"sqlite:///{database}", merge_seconds=MERGE_SECONDS, max_wait_seconds=10
        )
        if baseline:
            self.ledger.set_fact(BASELINE_FACT, START.isoformat())
        self.judge = Judge(crm=self.crm, ledger=self.ledger, evaluate=evaluate, names=NAMES)
        backoff = self.backoff = Backoff(base_seconds=1, cap_seconds=60, chance=lambda: 1.0)
        self.reconciler = Reconciler(
            crm=self.crm,
            ledger=self.ledger,
            judge=self.judge,
            clock=self.clock,
            backoff=backoff,
            recipient_of=lambda *_: MAIN_CHANNEL,
            settle_seconds=SETTLE_SECONDS,
            max_attempts=MAX_ATTEMPTS,
            patience_seconds=0,
        )
        self.breaker = Breaker(backoff)
        self.worker = self.new_worker(Pace(threads=1))
        self.rules = rules
        self.sender = self.new_sender()

    def new_sender(self) -> AlertSender:
        return AlertSender(
            book=self.ledger.alerts,
            rules=self.rules,
            notifier=self.channel,
            clock=self.clock,
            backoff=self.backoff,
            pace=SenderPace(max_attempts=MAX_ATTEMPTS),
        )

    def new_worker(self, pace: Pace) -> Worker:
        return Worker(
            name="w",
            reconciler=self.reconciler,
            ledger=self.ledger,
            clock=self.clock,
            breaker=self.breaker,
            beat=lambda _: None,
            pace=pace,
        )

    def mark(self, *deal_ids: DealId, priority: Priority = Priority.LIVE) -> None:
        self.ledger.mark(map(deal_key, deal_ids), priority, self.clock.now())

    def mark_contact(self, contact: str) -> None:
        key = ObjectKey(ObjectKind.CONTACT, contact)
        self.ledger.mark([key], Priority.LIVE, self.clock.now())

    def drain(self, turns: int = 20) -> None:
        """Take turns until nothing is due now."""
        for _ in range(turns):
            if self.worker.turn(WORKER) == 0:
                return

    def look(self, *deal_ids: DealId, priority: Priority = Priority.LIVE) -> None:
        """Mark deals after everything merged, and reconcile them."""
        self.clock.advance(MERGE_SECONDS)
        self.mark(*deal_ids, priority=priority)
        self.drain()

    def speak(self) -> None:
        """Let what was recorded settle, and tell the channel."""
        self.clock.advance(SETTLE_SECONDS)
        while self.sender.turn():
            pass

    def close(self) -> None:
        self.ledger.close()


def template(folder: Path) -> Path:
    """A migrated, empty database, to be copied for each example."""
    path = folder / "template.sqlite3"
    open_ledger(f"sqlite:///{path}").close()
    return path


def rig_on_copy(source: Path, target: Path, *, baseline: bool = True) -> Rig:
    """A rig on a fresh copy of a template."""
    for leftover in target.parent.glob(f"{target.name}*"):
        leftover.unlink()
    shutil.copy(source, target)
    return Rig(target, baseline=baseline)
