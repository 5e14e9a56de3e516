"""`dealgate backup`: a copy of the SQLite database while the service runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.common import console


def backup(
    file: Annotated[Path, typer.Argument(help="The file to make; it must not exist yet.")],
) -> None:
    """Copy the SQLite database to a new file, complete and checked, while the service runs.

    How to restore it: docs/runbook.md.
    """
    from app.ledger.backup import back_up
    from config.settings import load_settings

    size = back_up(load_settings().database_url, file)
    console.print(f"{file}: {size:,} bytes, checked.", markup=False)
