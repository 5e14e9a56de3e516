"""`dealgate doctor`: say what is wrong with an installation, and how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from app.commands.common import Exit, JsonOption, console, print_json, runtime

if TYPE_CHECKING:
    from app.doctor.line import Line

MARKS = {
    "ok": "[green]ok[/green]     ",
    "warning": "[yellow]warning[/yellow]",
    "wrong": "[red]wrong[/red]  ",
    "skipped": "[dim]skipped[/dim]",
}


def doctor(
    offline: Annotated[
        bool, typer.Option("--offline", help="Look only at settings, policy and database.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what is wrong with the settings, the database, the portal, the webhook and Slack.

    Each line says what was looked at, how it is, and how to mend it. Exit code 1 when anything is
    wrong; a warning alone is 0.
    """
    from app.doctor.examination import examine
    from app.doctor.line import State

    lines: list[Line] = []
    with runtime() as built:
        for line in examine(built, offline=offline):
            lines.append(line)
            if not as_json:
                _show(line)
    wrong = [line for line in lines if line.state is State.WRONG]
    warnings = [line for line in lines if line.state is State.WARNING]
    if as_json:
        print_json(
            {
                "well": not wrong,
                "problems": [f"{line.what}: {line.said}" for line in wrong],
                "warnings": [f"{line.what}: {line.said}" for line in warnings],
                "lines": lines,
            }
        )
    elif wrong or warnings:
        console.print(f"{len(wrong)} wrong, {len(warnings)} to think about.", markup=False)
    else:
        console.print("All is well.")
    if wrong:
        raise typer.Exit(Exit.NOT_WELL)


def _show(line: Line) -> None:
    mend = f"\n          → {escape(line.mend)}" if line.mend else ""
    console.print(f"{MARKS[line.state]} {line.what}: {escape(line.said)}{mend}")
