"""Which version of the policy was in force at a moment of the past.

The policy in use and its earlier versions stand in one folder, each with its own title, version
and effective date; a version is in force from its date until the next one's. Refuses to guess: a
moment before the first of them has no policy, and two versions of one date are an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from app.domain.policy import Policy
from config.policy import load_policy
from config.policy.document import PolicyError
from config.policy.examples import EXAMPLES_SUFFIX


def policy_at(path: Path, moment: datetime) -> Policy:
    """The policy of this file, or the earlier version beside it, that was in force then.

    `moment` is aware. Versions have the title of the file in use; what takes effect after that one
    is a draft and counts as little as files of other titles. Raises PolicyError.
    """
    current = load_policy(path)
    day = moment.date()
    if current.effective <= day:
        return current
    versions = [(beside, policy) for beside, policy in _earlier(path, current)]
    in_force = [pair for pair in versions if pair[1].effective <= day]
    if not in_force:
        first = min((policy.effective for _, policy in versions), default=current.effective)
        message = (
            f"{path}: no version of “{current.title}” was in force on {day}; the first one in "
            f"{path.parent} takes effect on {first}"
        )
        raise PolicyError(message)
    latest = max(policy.effective for _, policy in in_force)
    same = [(beside, policy) for beside, policy in in_force if policy.effective == latest]
    if len(same) > 1:
        names = ", ".join(beside.name for beside, _ in same)
        message = f"{path.parent}: {names} all take effect on {latest}; give each its own date"
        raise PolicyError(message)
    return same[0][1]


def _earlier(path: Path, current: Policy) -> Iterator[tuple[Path, Policy]]:
    """The policies beside the file that have its title and took effect before it."""
    for beside in sorted(path.parent.glob("*.yaml")):
        if beside.name.endswith(EXAMPLES_SUFFIX) or beside.samefile(path):
            continue
        policy = load_policy(beside)
        if policy.title == current.title and policy.effective < current.effective:
            yield beside, policy
