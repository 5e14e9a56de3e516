"""What the verbs share: exit codes, options, and a runtime that is closed whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.console import Console

from config.settings import Settings, load_settings

if TYPE_CHECKING:
    from app.domain.needs import Needs
    from app.wiring import Runtime


class Exit(IntEnum):
    """The codes that every verb ends with; see docs/operations.md."""

    OK = 0
    NOT_WELL = 1
    WRONG_USE = 2
    REFUSED = 3
    INTERRUPTED = 130


JsonOption = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]

console = Console(highlight=False, soft_wrap=True)
complaints = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def runtime(also: Needs | None = None) -> Iterator[Runtime]:
    """The composed service, closed at the end; `also` is read besides what the policy needs.

    Raises SettingsError, PolicyError or Failure, which `app.cli.main` turns into a line and a code.
    """
    from app.logs import configure
    from app.telemetry import telemetry
    from app.wiring import build

    settings: Settings = load_settings()
    configure(settings.log_format)
    built = build(settings, also)
    try:
        with telemetry():
            yield built
    finally:
        built.close()


def refuse_writes(built: Runtime) -> None:
    """Raise Terminal where nothing may be written: in read-only mode, and while paused."""
    from app.ports import Terminal

    if built.settings.read_only:
        message = "READ_ONLY is on, so nothing is written to HubSpot: unset it first"
        raise Terminal(message)
    built.pause.refuse()


def print_json(data: Any) -> None:
    """Write one JSON document to standard output, indented, keys in the order given."""
    typer.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())
