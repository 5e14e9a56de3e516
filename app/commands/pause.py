"""`dealgate pause` and `dealgate resume`: the freeze switch for every process on the database."""

from __future__ import annotations

from typing import Annotated

import typer

from app.commands.common import console, runtime


def pause(
    reason: Annotated[str, typer.Option(help="Why, for whoever finds it paused.")] = "",
) -> None:
    """Write nothing more to HubSpot and Slack; deliveries are still taken and wait.

    Work in hand is finished, which takes seconds. Holds for all processes on the database, also
    after a restart, until `dealgate resume`.
    """
    with runtime() as built:
        paused = built.pause.begin(reason)
    console.print(f"Paused since {paused}. Deliveries are kept.", markup=False)


def resume() -> None:
    """Let writes go on after `dealgate pause`."""
    with runtime() as built:
        before = built.pause.end()
        waiting = built.ledger.backlog().marks
    if before is None:
        console.print("Nothing was paused.")
    else:
        console.print(f"Going on; {waiting} marks waited since {before}.", markup=False)
