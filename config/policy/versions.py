"""Which version of the policy was in force at a moment of the past.

The policy in use and its earlier versions stand in one folder, each with its own version and
effective date; a version is in force from its date until the next one's. Refuses to guess: a
moment before the first of them has no policy, and two versions of one date are an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from config.policy import read_policy
from config.policy.document import PolicyError
from config.policy.examples import EXAMPLES_SUFFIX


def file_at(path: Path, moment: datetime) -> Path:
    """This policy file, or the one of the earlier version beside it, that was in force then.

    `moment` is aware. Versions have the title of the file in use; what takes effect after that one
    is a draft and counts as little as files of other titles. Raises PolicyError.
    """
    _, current = read_policy(path)
    day = moment.date()
    if current.effective <= day:
        return path
    versions = dict(_earlier(path, current.title, current.effective))
    latest = max((each for each in versions.values() if each <= day), default=None)
    if latest is None:
        first = min(versions.values(), default=current.effective)
        message = (
            f"{path}: no version of “{current.title}” was in force on {day}; the first one in "
            f"{path.parent} takes effect on {first}"
        )
        raise PolicyError(message)
    in_force = [beside for beside, effective in versions.items() if effective == latest]
    if len(in_force) > 1:
        names = ", ".join(beside.name for beside in in_force)
        message = f"{path.parent}: {names} all take effect on {latest}; give each its own date"
        raise PolicyError(message)
    return in_force[0]


def _earlier(path: Path, title: str, before: date) -> Iterator[tuple[Path, date]]:
    """The policies beside the file that have this title and took effect before that day."""
    for beside in sorted(path.parent.glob("*.yaml")):
        if beside.name.endswith(EXAMPLES_SUFFIX) or beside.samefile(path):
            continue
        _, wire = read_policy(beside)
        if wire.title == title and wire.effective < before:
            yield beside, wire.effective
