"""`dealgate notes`: read notes from a file and say what each answers, one line per note."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import orjson
import typer

from app.commands.common import Exit, complaints

if TYPE_CHECKING:
    from app.domain.notes import Segment

MAX_SHOWN_CHARS = 80


def notes(
    file: Annotated[str, typer.Argument(help="JSON lines of {id, body, created}; - is stdin.")],
    explain: Annotated[
        bool, typer.Option("--explain", help="Say how each segment was judged, and why.")
    ] = False,
) -> None:
    """Read notes and print what each answers, as JSON lines in the same order.

    A line that is not a note is named on standard error and skipped; the exit code is then 1.
    """
    from app.domain.notes import Reader, answers_as_json

    reader = Reader()
    wrong = 0
    for number, line in _lines(file):
        note = _note(line)
        if isinstance(note, str):
            wrong += 1
            complaints.print(f"{file}:{number}: {note}", markup=False)
            continue
        key, body, created = note
        if explain:
            typer.echo(f"{key}")
            for segment in reader.explain(body, created):
                typer.echo(_explained(segment))
        else:
            answer = {"id": key, **answers_as_json(reader.read(body, created))}
            sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
    sys.stdout.flush()
    if wrong:
        raise typer.Exit(Exit.NOT_WELL)


def _explained(segment: Segment) -> str:
    """One judged stretch of a note; what steers terminals is left out of other people's words."""
    words = "".join(char if char.isprintable() else " " for char in segment.text)
    return (
        f"  {segment.question}: {segment.state} ({segment.reason}), {segment.why}\n      “{words}”"
    )


def _lines(file: str) -> Iterator[tuple[int, bytes]]:
    """The non-empty lines with their numbers, read as they come."""
    if file == "-":
        yield from _numbered(sys.stdin.buffer)
        return
    path = Path(file)
    if not path.is_file():
        complaints.print(f"{file}: no such file", markup=False)
        raise typer.Exit(Exit.WRONG_USE)
    with path.open("rb") as stream:
        yield from _numbered(stream)


def _numbered(stream: BinaryIO | Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(stream, 1):
        if line.strip():
            yield number, line


def _note(line: bytes) -> tuple[object, str, datetime] | str:
    """The note in a line, or what is wrong with it."""
    try:
        data = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return f"not JSON ({error})"
    if not isinstance(data, dict):
        return 'expected an object with "id", "body" and "created"'
    body, created = data.get("body"), data.get("created")
    if "id" not in data or not isinstance(body, str) or not isinstance(created, str):
        return 'expected "id", "body" (text) and "created" (ISO 8601 time)'
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        shown = created[:MAX_SHOWN_CHARS]
        return f'"created" is {shown!r}, expected ISO 8601 such as 2026-03-01T10:00:00Z'
    return data["id"], body, moment if moment.tzinfo else moment.replace(tzinfo=UTC)
