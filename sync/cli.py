"""The verb `sync`: sweep the portal now, by hand or from cron.

Runs beside a living service as well as without one; then it also tells the channel what it found,
once that has settled. Exit codes are those of `dealgate`: 0 done, 1 deals left over, 2 a wrong
setting or policy, 3 HubSpot or the database refused.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console

from app.ledger.sweeps import SweepKind
from app.ports import Failure
from config.policy import PolicyError
from config.settings import SettingsError, load_settings

from .correcting import undo
from .making import kind_of_next, sweep_of
from .report import Report
from .schedule import to_stderr
from .show import Difference, progress_on, summary
from .telling import file_report, found_by, tell_digest

if TYPE_CHECKING:
    from app.wiring import Runtime

LEFT_OVER = 1
WRONG_USE = 2
REFUSED = 3
INTERRUPTED = 130

CHANNEL_PATIENCE_SECONDS = 30.0
"""How long after its settling time the channel may take before the rest is left to the service."""
POLL_SECONDS = 0.5


def sync(
    *,
    full: Annotated[
        bool, typer.Option("--full", help="Read everything, not only what changed.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the differences and write nothing.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only so many deals; takes no baseline.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--report", help="A folder for the report: page, table, JSON.")
    ] = None,
    with_digest: Annotated[
        bool, typer.Option("--digest", help="Post the digest to the channel.")
    ] = False,
    undone: Annotated[
        str | None, typer.Option("--undo", help="Take back what this run corrected, and end.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print data as JSON.")] = False,
) -> None:
    """Look at every open deal now, and write what differs."""
    from app.logs import configure  # noqa: PLC0415 - the client library is slow to import,
    from app.wiring import build  # noqa: PLC0415 - and --help should not wait for it

    settings = load_settings()
    # A line for each deal is for a log; on a terminal it would bury the bar.
    configure(settings.log_format, logging.WARNING if sys.stderr.isatty() else logging.INFO)
    runtime = build(settings)
    try:
        if not dry_run:
            runtime.pause.refuse()
        if undone is not None:
            _undo(runtime, undone)
            return
        report = run_sweep(runtime, full=full, dry_run=dry_run, limit=limit, as_json=as_json)
        if not dry_run:
            _tell(runtime, report, folder, with_digest=with_digest)
            tell_channel(runtime)
    finally:
        runtime.close()
    if not report.is_complete:
        raise typer.Exit(LEFT_OVER)


def run_sweep(
    runtime: Runtime,
    *,
    full: bool,
    dry_run: bool,
    limit: int | None,
    as_json: bool = False,
) -> Report:
    """Sweep with a composed service and print what came of it.

    A sweep under way waits for a portal that went away; one whose first call already fails does
    not begin, so that whoever called it hears at once. Raises Failure.
    """
    runtime.crm.portal.account()
    settings = runtime.settings
    every = timedelta(days=settings.sweep_full_days)
    due = kind_of_next(runtime.ledger, runtime.clock.now(), every)
    sweep = sweep_of(runtime, SweepKind.FULL if full else due)
    found: list[Difference] = []
    # The bar goes to standard error, so that what is printed stays clean.
    with progress_on(Console(stderr=True)) as progress:
        if dry_run:
            report = sweep.rehearse(
                limit=limit,
                progress=progress,
                tell=lambda item, corrected: found.append(Difference.of(item, corrected)),
            )
        else:
            report = sweep.run(limit=limit, progress=progress)
    _print(report, found, as_json=as_json)
    return report


def _undo(runtime: Runtime, run_id: str) -> None:
    """Take back a run's corrections and say what came of it. Raises Failure."""
    if runtime.ledger.sweeps.run(run_id) is None:
        message = f"--undo {run_id}: no sweep has this run id; the log and the report name it"
        raise SettingsError(message)
    done = undo(run_id, contacts=runtime.crm, ledger=runtime.ledger, clock=runtime.clock)
    for said, corrections in (
        ("restored", done.restored),
        ("changed since and left alone", done.changed_since),
        ("refused by HubSpot", done.refused),
    ):
        typer.echo(f"{len(corrections)} {said}")
        for each in corrections:
            typer.echo(f"  {each.name} (contact {each.contact}): {each.after} → {each.before}")


def _tell(runtime: Runtime, report: Report, folder: Path | None, *, with_digest: bool) -> None:
    """Write the report and post the digest, if asked to. Raises Failure."""
    if folder is None and not with_digest:
        return
    night = found_by(runtime, report)
    if night is None:
        typer.echo("No report: a sweep with --limit keeps no record of itself.", err=True)
        return
    if folder is not None:
        try:
            file_report(runtime, folder, night, report)
        except OSError as error:
            message = f"--report {folder}: {error.strerror}; choose a writable folder"
            raise SettingsError(message) from error
    if with_digest:
        tell_digest(runtime, night, report, to_stderr)


def tell_channel(runtime: Runtime) -> None:
    """Say what the sweep found, once it has settled; what is left then is the service's."""
    sender = runtime.alert_sender(sys.stderr)
    end = time.monotonic() + runtime.settings.settle_seconds + CHANNEL_PATIENCE_SECONDS
    try:
        while runtime.ledger.backlog().alerts and time.monotonic() < end:
            if not sender.turn():
                time.sleep(POLL_SECONDS)
    finally:
        sender.stop(0)


def _print(report: Report, found: Sequence[Difference], *, as_json: bool) -> None:
    if as_json:
        data = {"report": report, "differences": found}
        typer.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())
        return
    for line in (*chain.from_iterable(item.lines() for item in found), *summary(report)):
        typer.echo(line)


def main() -> None:
    """`python -m sync`."""
    try:
        typer.run(sync)
    except (SettingsError, PolicyError) as error:
        _end(error, WRONG_USE)
    except Failure as failure:
        _end(failure, REFUSED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _end(error: Exception, code: int) -> None:
    typer.echo(f"sync: {error}", err=True)
    sys.exit(code)
