"""What happens with a sweep's findings: files for managers, a digest for the channel.

A sweep that stopped before its end is told of as well, since what it found is true; a dry run and a
look at a few deals are not. What fails here fails alone: the portal is as it should be by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import structlog

from app.domain.night import Night
from app.domain.usefulness import Rate, for_digest_only
from app.ports import Failure
from app.slack.digest import digest, plain
from app.wiring import Runtime

from .files import write_files
from .night import night_of
from .report import Report

Say = Callable[[Iterable[str]], None]
"""Prints lines where there is no Slack."""

log = structlog.get_logger(__name__)


def found_by(runtime: Runtime, report: Report) -> Night | None:
    """The night of a sweep; None for one that left no record. Raises Failure."""
    run = runtime.ledger.sweeps.run(report.run_id)
    if run is None:
        return None
    stages = {each.stage_label: each.order for each in runtime.crm.portal.positions()}
    return night_of(
        runtime.ledger, run, runtime.clock.now(), stages, runtime.settings.targets_by_currency
    )


def file_report(runtime: Runtime, folder: Path, night: Night, report: Report) -> None:
    """Write the files. Raises OSError."""
    write_files(folder, night, report, titles_of(runtime))
    log.info("report_written", folder=str(folder), run=report.run_id)


def tell_digest(runtime: Runtime, night: Night, report: Report, say: Say) -> None:
    """Post the digest, or print it where there is no bot. Raises Failure."""
    titles = titles_of(runtime)
    bulletin = runtime.bulletin()
    if bulletin is None:
        say(plain(night, titles))
        return
    try:
        bulletin.post(digest(night, report.run_id, titles, noisy_in(runtime)))
    finally:
        bulletin.close()
    log.info("digest_posted", run=report.run_id)


def noisy_in(runtime: Runtime) -> tuple[Rate, ...]:
    """The criteria whose alerts too few people act on. Raises Failure."""
    rules = runtime.policy.alerts.usefulness
    rates = runtime.ledger.alerts.usefulness(runtime.clock.now(), rules.days)
    return for_digest_only(rates, rules)


def tell_all(runtime: Runtime, report: Report, say: Say) -> None:
    """What the settings ask for after a sweep by schedule; logs what fails."""
    settings = runtime.settings
    try:
        night = found_by(runtime, report)
        if night is None:
            return
        if settings.sweep_report_dir is not None:
            file_report(runtime, settings.sweep_report_dir, night, report)
        if settings.sweep_digest and not report.is_baseline:
            tell_digest(runtime, night, report, say)
    except (Failure, OSError) as failure:
        log.error("sweep_not_told", run=report.run_id, error=str(failure))  # noqa: TRY400 - expected


def titles_of(runtime: Runtime) -> dict[str, str]:
    """What each criterion asks, by its code."""
    return {str(code): title for code, title in runtime.policy.codes.items()}
