"""Sweeps: which one is running, how far it got, and what earlier ones came to.

A lease row lets one process sweep at a time: whoever holds it renews it, and that of a process
that died runs out. Where a sweep stands is kept beside it, so that the next process goes on from
there. Knows nothing of deals but how far their ids were counted through.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, or_, select

from app.domain.deal import DealId
from app.ledger.database import Database
from app.ledger.tables import sweep_lease, sweeps

LEASE_SECONDS = 60.0
"""How long a sweep that nobody renews keeps others out."""
_ONLY = "sweep"


class SweepKind(StrEnum):
    """What a sweep reads of HubSpot: everything, or what changed since an earlier one."""

    FULL = "full"
    INCREMENTAL = "incremental"


class SweepState(StrEnum):
    """How a sweep stands; one that is `stopped` or was killed is taken up again."""

    RUNNING = "running"
    STOPPED = "stopped"
    FINISHED = "finished"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class SweepRun:
    """One sweep. All deals with an id up to `cursor` are through; None: none is yet.

    `policy` is the stamp of the policy that it judges by. `calls` and `calls_saved` count HubSpot
    calls. `reason` says why it stopped before its end.
    """

    run_id: str
    kind: SweepKind
    policy: str
    started_at: datetime
    state: SweepState = SweepState.RUNNING
    cursor: DealId | None = None
    finished_at: datetime | None = None
    deals: int = 0
    calls: int = 0
    calls_saved: int = 0
    reason: str | None = None


class Sweeps:
    """The table of sweeps and the lease over them; every method is one transaction.

    Raises Retryable when the database is busy or away and Terminal when it is unusable.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_lease(self, holder: str, now: datetime) -> str | None:
        """Become the one who sweeps, or stay it; answers who is instead, None when it worked."""
        until = now + timedelta(seconds=LEASE_SECONDS)
        insert = self._database.insert(sweep_lease).values(name=_ONLY, holder=holder, until=until)
        free = or_(sweep_lease.c.holder == holder, sweep_lease.c.until <= now)
        with self._database.writing() as connection:
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=[sweep_lease.c.name],
                    set_={"holder": holder, "until": until},
                    where=free,
                )
            )
            held_by = connection.execute(select(sweep_lease.c.holder)).scalar_one()
        return None if held_by == holder else str(held_by)

    def leave_lease(self, holder: str) -> None:
        """Let another process sweep; nothing happens when the lease was lost already."""
        with self._database.writing() as connection:
            connection.execute(delete(sweep_lease).where(sweep_lease.c.holder == holder))

    def save(self, run: SweepRun) -> None:
        """Remember how a sweep stands."""
        values = asdict(run)
        with self._database.writing() as connection:
            connection.execute(
                self._database.insert(sweeps)
                .values(**values)
                .on_conflict_do_update(index_elements=[sweeps.c.run_id], set_=values)
            )

    def unfinished(self) -> SweepRun | None:
        """The latest sweep, if it has not come to its end."""
        with self._database.reading() as connection:
            run = _latest(connection)
        over = {SweepState.FINISHED, SweepState.ABANDONED}
        return None if run is None or run.state in over else run

    def abandon(self, run: SweepRun, reason: str) -> None:
        """Give up on a sweep that will not be taken up again."""
        self.save(replace(run, state=SweepState.ABANDONED, reason=reason))

    def last_finished(self, kind: SweepKind | None = None) -> SweepRun | None:
        """The latest sweep that came to its end, of one kind or of any."""
        with self._database.reading() as connection:
            return _latest(connection, state=SweepState.FINISHED, kind=kind)

    def run(self, run_id: str) -> SweepRun | None:
        """The sweep with this id."""
        with self._database.reading() as connection:
            return _latest(connection, run_id=run_id)

    def before(self, run: SweepRun) -> SweepRun | None:
        """The latest finished sweep that began before this one."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(sweeps)
                .where(
                    sweeps.c.state == SweepState.FINISHED,
                    sweeps.c.started_at < run.started_at,
                )
                .order_by(sweeps.c.started_at.desc())
                .limit(1)
            ).one_or_none()
        return None if row is None else _run(row)


def _latest(connection: Connection, **wanted: object) -> SweepRun | None:
    query = select(sweeps).order_by(sweeps.c.started_at.desc(), sweeps.c.run_id.desc()).limit(1)
    for name, value in wanted.items():
        if value is not None:
            query = query.where(sweeps.c[name] == value)
    row = connection.execute(query).one_or_none()
    return None if row is None else _run(row)


def _run(row: Row[Any]) -> SweepRun:
    values = {field.name: getattr(row, field.name) for field in fields(SweepRun)}
    values["kind"] = SweepKind(values["kind"])
    values["state"] = SweepState(values["state"])
    return SweepRun(**values)
