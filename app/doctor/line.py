"""One line of the examination: what was looked at, how it is, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How something is. `wrong` keeps the service from doing its work; `warning` will, or may."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Line:
    """`what` is a short name that stays the same between versions; `mend` is empty when ok."""

    what: str
    state: State
    said: str
    mend: str = ""


def ok(what: str, said: str) -> Line:
    """It is as it should be."""
    return Line(what, State.OK, said)


def warning(what: str, said: str, mend: str) -> Line:
    """It works, but not as well or not for as long as it should."""
    return Line(what, State.WARNING, said, mend)


def wrong(what: str, said: str, mend: str) -> Line:
    """It does not work."""
    return Line(what, State.WRONG, said, mend)


def skipped(what: str, said: str) -> Line:
    """It was not looked at, and why."""
    return Line(what, State.SKIPPED, said)
