"""Observed deals in a file: one JSON line each, exactly there and back.

So that a draft can be tried again and again without asking the portal. The lines hold what people
wrote about customers: the file stays on this machine and only its owner may read it. Refuses to
guess at a line that this version cannot read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from pydantic import TypeAdapter, ValidationError

from app.domain.deal import Snapshot
from app.domain.verdict import Waiver
from app.ports import Terminal

OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Observed:
    """A deal as it was seen, with the deviations that the ledger knew of it."""

    snapshot: Snapshot
    waivers: tuple[Waiver, ...] = ()


_OBSERVED: TypeAdapter[Observed] = TypeAdapter(Observed)


def to_line(observed: Observed) -> bytes:
    """One deal as a line of JSON with its newline."""
    return _OBSERVED.dump_json(observed) + b"\n"


def from_line(line: bytes) -> Observed:
    """The deal in a line. Raises pydantic's ValidationError."""
    return _OBSERVED.validate_json(line)


class SavedDeals:
    """Writes deals into a file that only its owner may read; a context manager.

    An earlier file of that name is replaced when the block ends well, and stays otherwise.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}.part")
        self._stream: BinaryIO | None = None

    def __enter__(self) -> Self:
        """Raises Terminal when the file cannot be written."""
        try:
            self._draft.unlink(missing_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            self._stream = os.fdopen(os.open(self._draft, flags, OWNER_ONLY), "wb")
        except OSError as error:
            message = f"{self._path}: cannot be written ({error.strerror}); name another file"
            raise Terminal(message) from error
        return self

    def add(self, observed: Observed) -> None:
        """Write one deal."""
        assert self._stream is not None  # noqa: S101 - used inside its block alone
        self._stream.write(to_line(observed))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Put the file in its place, or leave no trace."""
        if self._stream is not None:
            self._stream.close()
        if kind is None:
            self._draft.replace(self._path)
        else:
            self._draft.unlink(missing_ok=True)


def count_lines(path: Path) -> int:
    """How many deals a file holds. Raises Terminal when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return sum(1 for line in stream if line.strip())
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror}); make one with --save"
        raise Terminal(message) from error


def read_saved(path: Path) -> Iterator[Observed]:
    """The deals of a file, one at a time. Raises Terminal with the line that is no deal."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield _read(path, number, line)


def _read(path: Path, number: int, line: bytes) -> Observed:
    try:
        return from_line(line)
    except ValidationError as error:
        message = (
            f"{path}:{number}: is no saved deal of this version ({error.error_count()} fields do "
            "not fit); save the deals anew with --save"
        )
        raise Terminal(message) from None
