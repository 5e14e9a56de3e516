"""A sweep's progress and figures for people: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from app.controller.judgement import Judgement
from app.domain.correction import Correction

from .report import Report

PLAIN_LINE_SECONDS = 5.0
"""How often a line is written where no bar can be drawn."""
MAX_VALUE_CHARS = 60

Heard = Callable[[int, int], None]


@contextmanager
def progress_on(console: Console, doing: str = "sweeping") -> Iterator[Heard]:
    """A listener that shows how far a run over many deals is."""
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (
        TextColumn(doing),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("deals", total=None)
        yield lambda done, deals: bar.update(task, completed=done, total=deals)


class RateColumn(ProgressColumn):
    """How many deals a second are looked at."""

    def render(self, task: Task) -> Text:
        """The rate of late, nothing while it is not known."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f} deals/s" if speed else "")


def _lines(console: Console) -> Heard:
    began_at = said_at = monotonic()

    def hear(done: int, deals: int) -> None:
        nonlocal said_at
        if monotonic() - said_at >= PLAIN_LINE_SECONDS:
            said_at = monotonic()
            rate = done / (said_at - began_at)
            left = f", {(deals - done) / rate:.0f} s left" if rate else ""
            console.print(f"{done} of {deals} deals, {rate:.0f} a second{left}", markup=False)

    return hear


def summary(report: Report) -> Iterator[str]:
    """The report in a few lines."""
    seconds = (report.finished_at - report.started_at).total_seconds()
    written = "would be written to" if report.is_dry_run else "written to"
    yield f"{_deals(report.deals)} in {seconds:.1f} s, {report.changed} {written}."
    yield (
        f"{report.blocked} blocked ({report.newly_blocked} newly), {report.clear} clear, "
        f"{report.waived} waived, {report.unknown} unknown; {report.newly_cleared} no longer "
        f"blocked; {report.closed} not judged, {report.gone} gone."
    )
    yield f"{report.calls} calls to HubSpot, {report.calls_saved} saved; run {report.run_id}."
    if report.corrected:
        undo = f"dealgate sync --undo {report.run_id}"
        yield f"{report.corrected} lead statuses were corrected; take that back with `{undo}`."
    if report.is_baseline:
        yield "This was the first full sweep: all is recorded, and nobody was alerted."
        yield from _kept_back(report)
    if report.dead:
        yield f"Given up: {_deals(report.dead)}; see `dealgate dead-letters`."
    if report.stopped:
        yield f"Stopped before the end: {report.stopped}. The next sweep goes on from there."
    if report.unfinished:
        kept = "" if report.is_dry_run else ", marked for the next try"
        yield f"Not judged this time: {_deals(report.unfinished)}{kept}; the log says why."


def _kept_back(report: Report) -> Iterator[str]:
    """What would have alerted, had it not been the first look."""
    if not report.alerting:
        return
    yield f"Otherwise {_deals(report.alerting)} would have alerted:"
    for title, counts in (
        ("by criterion", report.alerting_by_criterion),
        ("by owner", report.alerting_by_owner),
    ):
        yield f"  {title}: {', '.join(f'{name} {count}' for name, count in counts.items())}"


def _deals(number: int) -> str:
    return f"{number} deal" if number == 1 else f"{number} deals"


@dataclass(frozen=True, slots=True)
class Difference:
    """What a dry run would write to a deal and its records; `changes` by record, then name."""

    name: str
    link: str
    changes: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, item: Judgement, corrected: Iterable[Correction] = ()) -> Difference:
        """The part of a judgement worth keeping until the end, with what it corrects."""
        changes = {str(change.key): dict(change.properties) for change in item.changes}
        for each in corrected:
            changes.setdefault(f"contact {each.contact}", {})[each.property] = each.after
        return cls(item.snapshot.name, item.snapshot.link, changes)

    def lines(self) -> Iterator[str]:
        """For people, with long values cut."""
        yield f"{self.name} ({self.link})"
        for key, properties in self.changes.items():
            for name, value in properties.items():
                said = " ".join(value.split())
                cut = said if len(said) <= MAX_VALUE_CHARS else said[: MAX_VALUE_CHARS - 1] + "…"
                yield f"  {key}: {name} = {cut!r}"
