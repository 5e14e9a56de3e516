"""Runs the demonstration from beginning to end and says, by its exit code, whether it came true.

0: the portal and the channel show what the story expects. 1: they do not; the difference is
printed. 2: a program could not be started.
"""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from app.demo.play import Difference, Play
from app.demo.portal import AePortal
from app.demo.stage import Stage, StageError, StageOptions
from app.demo.story import STORY, Cast


def run(*, console: Console, latency_ms: int = 50, seed: int = 1, keep: bool = False) -> int:
    """Play the story; returns the exit code. With `keep`, serve on until interrupted."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dealgate-demo-") as folder:
        options = StageOptions(folder=Path(folder), latency_ms=latency_ms, seed=seed)
        try:
            with Stage(options) as stage:
                code = _perform(stage, console)
                console.print(f"[dim]{time.monotonic() - started:.0f} s in all[/dim]")
                if keep:
                    _keep(stage, console)
                return code
        except StageError as error:
            console.print(f"[red]{escape(str(error))}[/red]")
            return 2


def _perform(stage: Stage, console: Console) -> int:
    portal = AePortal(stage.info["base_url"], stage.info["ae_token"])
    try:
        console.print("[bold]A rehearsal portal and a Slack workspace are up.[/bold] Setting up …")
        stage.run("setup")
        console.print("First sweep: every open deal is judged and nothing alerts (the baseline) …")
        stage.run("sync", "--full")
        if portal.messages():
            console.print("[red]The baseline alerted.[/red]")
            return 1
        stage.serve()
        console.print("The service listens. The AEs go to work.")
        Play(portal, Cast(portal, _now), console).perform(STORY)
    except Difference as difference:
        console.print(f"\n[red bold]Not as expected.[/red bold] {escape(str(difference))}")
        return 1
    finally:
        portal.close()
    console.print("\n[green bold]All as expected.[/green bold]")
    return 0


def _keep(stage: Stage, console: Console) -> None:
    info = stage.info
    console.print(
        f"\nEverything keeps running; stop it with Ctrl-C.\n"
        f"  HubSpot   {info['base_url']}   an AE's token: {info['ae_token']}\n"
        f"  Slack     {info['base_url']}/_sandbox/slack\n"
        f"  Service   {stage.service_url}\n"
        f"  Files     {stage.options.folder}",
        markup=False,
        highlight=False,
    )
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print("Stopping.")


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the AE of the story lives in real time
