"""`dealgate policy`: look at a policy file without touching any portal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.common import console

policy_app = typer.Typer(help="The policy file's own checks.", no_args_is_help=True)

FileArgument = Annotated[
    Path | None, typer.Argument(help="A policy file; default: POLICY_FILE or the shipped one.")
]


@policy_app.command()
def validate(file: FileArgument = None) -> None:
    """Read a policy file and say whether it holds together. Exit code 2 when it does not."""
    from config.policy import load_policy

    path = _path(file)
    policy = load_policy(path)
    console.print(
        f"{path}: policy {policy.stamp} holds together: {len(policy.processes)} processes, "
        f"{sum(1 for _ in policy.all_criteria())} criteria, {len(policy.questions)} questions.",
        markup=False,
    )


def _path(file: Path | None) -> Path:
    from config.settings import load_settings

    return file or load_settings().policy_file
