"""`dealgate sandbox` and `dealgate demo`: the service's world without anybody's portal."""

from __future__ import annotations

from typing import Annotated

import typer

from app.commands.common import console

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""The sandbox reads its own options, because it knows nothing of this program."""


def sandbox(context: typer.Context) -> None:
    """Run a simulated HubSpot and Slack; its first line of output is a JSON object."""
    from app.sandbox.start import main

    raise typer.Exit(main(context.args))


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave everything running and print the addresses.")
    ] = False,
    latency: Annotated[int, typer.Option(min=0, max=2_000, help="Milliseconds per call.")] = 50,
    seed: Annotated[int, typer.Option(help="Seed of the rehearsal portal.")] = 1,
) -> None:
    """Play AEs at work on a rehearsal portal, explain each step, and check the outcome."""
    from app.demo.run import run

    raise typer.Exit(run(console=console, latency_ms=latency, seed=seed, keep=keep))
