"""A sweep put together from the living service: of which kind, and what it reads through."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Event

from app.controller.judgement import Judge
from app.domain.correction import corrections
from app.domain.evaluate import evaluate
from app.domain.gist import gist_of
from app.hubspot.stored_crm import StoredCrm
from app.ledger import SqlLedger
from app.ledger.sweeps import SweepKind, SweepRun
from app.wiring import Runtime
from config.settings import NEVER

from .correcting import Corrector
from .course import Means, Source
from .guard import QuotaGuard
from .leftovers import SweepPace
from .night import REMEMBERED
from .reader_stamp import reader_stamp
from .schedule import Schedule, to_stderr
from .sweep import Sweep
from .telling import tell_all

STOPPING = "the service is stopping"
OVERLAP = timedelta(minutes=10)
"""How far before the last sweep changes are asked for: HubSpot's index lags behind its records."""


def kind_of_next(ledger: SqlLedger, now: datetime, full_every: timedelta) -> SweepKind:
    """What the next sweep has to read: everything when that was not done for long enough."""
    unfinished = ledger.sweeps.unfinished()
    if unfinished is not None:
        return unfinished.kind
    last = ledger.sweeps.last_finished(SweepKind.FULL)
    is_recent = last is not None and now - last.started_at < full_every
    return SweepKind.INCREMENTAL if is_recent else SweepKind.FULL


@dataclass(frozen=True, slots=True)
class Copied:
    """What a sweep does with copies before and after."""

    crm: StoredCrm
    ledger: SqlLedger

    def prepare(self, run: SweepRun) -> None:
        """Say which copies count for this sweep. Raises Failure."""
        before = self.ledger.sweeps.before(run)
        if run.kind is SweepKind.FULL or before is None:
            self.crm.read_afresh(run.started_at)
        else:
            self.crm.catch_up(before.started_at - OVERLAP)

    def finish(self, run: SweepRun) -> None:
        """Forget copies of records that no open deal has any more, and what no report looks at.

        Raises Failure.
        """
        if run.kind is SweepKind.FULL:
            self.ledger.copies.drop_older(run.started_at)
            self.ledger.sightings.forget_before(run.started_at - REMEMBERED)


def sweep_of(runtime: Runtime, kind: SweepKind, stopping: Event | None = None) -> Sweep:
    """A sweep of this kind over the runtime's portal and ledger; `stopping` ends it early."""
    halt = stopping or Event()
    policy, meter = runtime.policy, runtime.crm.meter
    crm = runtime.crm.through(
        runtime.ledger.copies,
        gist_of=partial(gist_of, policy),
        reads_notes_as=reader_stamp(policy),
    )
    judge = Judge(
        crm=crm,
        ledger=runtime.ledger,
        evaluate=partial(evaluate, policy),
        names=runtime.names,
    )
    copied = Copied(crm, runtime.ledger)
    quota = QuotaGuard(meter, runtime.settings.sweep_quota_share_left)
    source = Source(
        crm=crm,
        judge=judge,
        meter=lambda: (meter.calls, meter.saved),
        guard=lambda: (STOPPING if halt.is_set() else None) or quota() or _paused(runtime),
        prepare=copied.prepare,
        finish=copied.finish,
    )
    means = Means(
        source=source,
        ledger=runtime.ledger,
        reconciler=runtime.reconciler,
        clock=runtime.clock,
        wait=halt.wait,
        pace=SweepPace(),
        corrector=Corrector(
            contacts=runtime.crm,
            ledger=runtime.ledger,
            clock=runtime.clock,
            propose=lambda item, now: corrections(policy, item.snapshot, item.verdict, now),
        ),
    )
    return Sweep(
        means,
        hands=runtime.hands,
        policy=policy.stamp,
        kind=kind,
        new_run_id=lambda: new_run_id(runtime.clock.now()),
    )


def _paused(runtime: Runtime) -> str | None:
    """Why a sweep under way has to stop: somebody switched writes off."""
    paused = runtime.pause.state()
    return f"writes are paused since {paused}" if paused else None


def new_run_id(now: datetime) -> str:
    """A name for a sweep that sorts by time, such as 20261120T020003-9f3a."""
    return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"


def schedule_of(runtime: Runtime) -> Schedule | None:
    """The schedule that the settings ask for; None when they ask for none."""
    settings, sweeps = runtime.settings, runtime.ledger.sweeps
    if settings.sweep_schedule == NEVER:
        return None

    def sweep(stopping: Event) -> None:
        every = timedelta(days=settings.sweep_full_days)
        kind = kind_of_next(runtime.ledger, runtime.clock.now(), every)
        report = sweep_of(runtime, kind, stopping).run(limit=None, progress=lambda *_: None)
        tell_all(runtime, report, to_stderr)

    def last() -> datetime | None:
        run = sweeps.last_finished()
        return None if run is None else run.started_at

    return Schedule(
        cron=settings.sweep_schedule,
        clock=runtime.clock,
        zone=runtime.crm.portal.zone,
        last=last,
        sweep=sweep,
    )
