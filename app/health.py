"""Whether the service does its work: the answer of /readyz, from what is known without asking.

Costs one look into the database and no call to HubSpot: what HubSpot thinks of the token is
remembered from its last answer. Not ready never means that deliveries should go elsewhere, since
they are stored all the same; it means that somebody should look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.controller.alerts import AlertSender
from app.controller.worker import Worker
from app.ports import Failure
from app.wiring import Runtime

MAX_MARK_AGE: Final = timedelta(minutes=15)
"""A deal that waits longer than this is not being looked at."""
MAX_TURN: Final = timedelta(minutes=5)
"""A batch that takes longer than this hangs; HubSpot's own time limits end it long before."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to work; `said` is how it is, and what to do when it does not."""

    name: str
    ok: bool
    said: str


def health(built: Runtime, worker: Worker, sender: AlertSender) -> Iterator[Check]:
    """Every check, always all of them and in the same order. Raises nothing."""
    yield from _database(built)
    yield _token(built)
    yield Check("policy", ok=True, said=f"{built.policy.stamp} is in force")
    yield _worker(built, worker)
    yield Check(
        "channel",
        ok=sender.is_alive,
        said="the sender lives" if sender.is_alive else "the sender has ended: restart the service",
    )


def _database(built: Runtime) -> Iterator[Check]:
    try:
        backlog, paused = built.ledger.backlog(), built.pause.state()
    except Failure as failure:
        yield Check("database", ok=False, said=f"does not answer: {failure}")
        yield Check("oldest mark", ok=False, said="not known, because the database does not answer")
        return
    yield Check("database", ok=True, said="answers")
    age = built.clock.now() - (backlog.oldest_marked_at or built.clock.now())
    waited = f"{backlog.marks} marks wait, the oldest for {max(age.total_seconds(), 0):.0f} s"
    if paused is not None:
        yield Check("oldest mark", ok=True, said=f"{waited}; writes are paused since {paused}")
    else:
        yield Check("oldest mark", ok=age <= MAX_MARK_AGE, said=waited)


def _token(built: Runtime) -> Check:
    denied_at = built.client.meter.denied_at
    if denied_at is None:
        return Check("token", ok=True, said="HubSpot takes it, or was not asked yet")
    said = f"HubSpot refuses it since {denied_at:%Y-%m-%d %H:%M} UTC: renew HUBSPOT_ACCESS_TOKEN"
    return Check("token", ok=False, said=said)


def _worker(built: Runtime, worker: Worker) -> Check:
    if not worker.is_alive:
        return Check("worker", ok=False, said="a thread has ended: restart the service")
    quiet = built.clock.now() - worker.turned_at
    said = f"last turn {max(quiet.total_seconds(), 0):.0f} s ago"
    if quiet > MAX_TURN:
        return Check("worker", ok=False, said=f"{said}: it hangs, restart the service")
    return Check("worker", ok=True, said=said)
