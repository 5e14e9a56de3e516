"""What can be examined without leaving the house: settings, policy, database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from app.doctor.line import Line, ok, skipped, warning, wrong
from app.ports import Backlog, Failure
from app.wiring import Runtime

MAX_MARK_AGE = timedelta(minutes=15)
"""A mark that waits longer is waiting for somebody: no worker runs, or the portal is away."""


def examine_house(built: Runtime) -> Iterator[Line]:
    """Settings, policy and database, in the order in which to mend them."""
    yield _secrets(built)
    yield _writes(built)
    yield _policy(built)
    yield from _database(built)


def _secrets(built: Runtime) -> Line:
    if not built.secrets.client_secrets():
        return warning(
            "settings",
            "HUBSPOT_CLIENT_SECRET is not set, so POST /webhooks/hubspot is closed",
            "set the app's client secret; without it only `dealgate sync` sees changes",
        )
    return ok("settings", "access token and client secret are set")


def _writes(built: Runtime) -> Line:
    if built.settings.read_only:
        return ok("writes", "READ_ONLY is on: deals are judged and shown, HubSpot is not written")
    paused = built.pause.state()
    if paused is not None:
        return warning("writes", f"paused since {paused}", "`dealgate resume` goes on")
    return ok("writes", "on")


def _policy(built: Runtime) -> Line:
    policy, today = built.policy, built.clock.now().date()
    said = f"{policy.stamp}: {len(policy.processes)} processes, {len(policy.codes)} criteria"
    if policy.effective > today:
        return warning(
            "policy",
            f"{said}; it is in force only from {policy.effective}",
            "put the version that is in force today into POLICY_FILE, or correct `effective`",
        )
    return ok("policy", said)


def _database(built: Runtime) -> Iterator[Line]:
    try:
        schema, backlog = built.ledger.schema(), built.ledger.backlog()
    except Failure as failure:
        yield wrong("database", str(failure), "check DATABASE_URL")
        yield skipped("backlog", "the database does not answer")
        return
    yield ok("database", f"{built.ledger.place} answers, schema {schema}")
    yield _backlog(built, backlog)


def _backlog(built: Runtime, backlog: Backlog) -> Line:
    said = (
        f"{backlog.marks} marks wait, {backlog.alerts} alerts, {backlog.dead_letters} dead letters"
    )
    oldest = backlog.oldest_marked_at
    if oldest is not None and built.clock.now() - oldest > MAX_MARK_AGE:
        return warning(
            "backlog",
            f"{said}; the oldest mark is from {oldest:%Y-%m-%d %H:%M} UTC",
            "is `dealgate serve` or `dealgate worker` running? Its log says what it waits for",
        )
    if backlog.dead_letters:
        return warning(
            "backlog", said, "`dealgate dead-letters list` says why; mend it, then replay"
        )
    return ok("backlog", said)
