"""Counts what was asked of the sandbox, by operation and by status.

An operation is a method and a path with its ids taken out. Classic and dated paths of the same
operation share one name, so that a program can be compared with itself across API versions.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .portal.kinds import kind_named


class Side(StrEnum):
    """Whose interface was called."""

    HUBSPOT = "hubspot"
    SLACK = "slack"


_VERSION = r"(?:v\d|20\d\d-\d\d(?:-beta)?)"
_CLASSIC = re.compile(rf"^/crm/{_VERSION}/([a-z-]+)(?=/|$)")
_DATED = re.compile(rf"/{_VERSION}(?=/|$)")
_TYPES = re.compile(r"^(/crm/(?:objects|properties|pipelines|associations)/\{ver\})/([^/]+)")
_SECOND_TYPE = re.compile(r"^(/crm/associations/\{ver\}/[^/]+)/([^/]+)")
_OTHER_END = re.compile(r"(/\{id\}/associations(?:/default)?)/([^/]+)")
_RECORD_VERBS = r"batch/|search$|merge$|gdpr-delete$"
_IDS = (
    (
        re.compile(r"^(/crm/objects/\{ver\}/[^/]+)/(?!batch/|search$|merge$|gdpr-delete$)[^/]+"),
        "id",
    ),
    (re.compile(r"^(/crm/objects/.*/associations/(?:default/)?[^/]+)/[^/]+(?:/.*)?"), "id"),
    (re.compile(r"^(/crm/properties/\{ver\}/[^/]+/groups)/[^/]+"), "name"),
    (re.compile(r"^(/crm/properties/\{ver\}/[^/]+)/(?!batch/|groups(?:/|$))[^/]+"), "name"),
    (re.compile(r"^(/crm/pipelines/\{ver\}/[^/]+)/[^/]+"), "id"),
    (re.compile(r"^(/crm/pipelines/\{ver\}/[^/]+/\{id\}/stages)/[^/]+"), "id"),
    (re.compile(r"^(/crm/owners/\{ver\})/[^/]+"), "id"),
    (re.compile(r"^(/crm/associations/.*/labels)/\d+"), "id"),
    (re.compile(r"^(/oauth/[^/]+/access-tokens)/[^/]+"), "token"),
    (re.compile(r"^(/(?:app-)?webhooks/\{ver\})/\d+"), "app"),
    (re.compile(r"^(/.*/subscriptions)/\d+"), "id"),
    (re.compile(r"^(/slack/(?:services|actions))/.*"), "secret"),
)


def side_of(path: str) -> Side:
    """Slack's interface lies under one prefix, everything else is HubSpot's."""
    return Side.SLACK if path.startswith("/slack/") else Side.HUBSPOT


def operation(method: str, path: str) -> str:
    """`POST /crm/v3/objects/0-3/batch/read` → `POST /crm/objects/{ver}/deals/batch/read`."""
    template = _CLASSIC.sub(r"/crm/\1/{ver}", path)
    template = _DATED.sub("/{ver}", template, count=1)
    template = _TYPES.sub(_named, template)
    template = _SECOND_TYPE.sub(_named, template)
    for pattern, placeholder in _IDS:
        template = pattern.sub(rf"\1/{{{placeholder}}}", template)
    return f"{method} {_OTHER_END.sub(_named, template)}"


def _named(match: re.Match[str]) -> str:
    kind = kind_named(match[2])
    return f"{match[1]}/{kind.plural if kind else match[2]}"


@dataclass(slots=True)
class Tally:
    """The counts of one side; a dropped connection has the status `dropped`."""

    by_operation: Counter[str] = field(default_factory=Counter)
    by_status: Counter[str] = field(default_factory=Counter)

    def shown(self) -> dict[str, Any]:
        """The counts with their total, most frequent operations first."""
        return {
            "total": self.by_operation.total(),
            "by_operation": dict(self.by_operation.most_common()),
            "by_status": dict(sorted(self.by_status.items())),
        }


class Calls:
    """All calls since the last reset; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tallies = {side: Tally() for side in Side}

    def count(self, side: Side, name: str, status: int | str) -> None:
        """Enter one call."""
        with self._lock:
            tally = self._tallies[side]
            tally.by_operation[name] += 1
            tally.by_status[str(status)] += 1

    def reset(self) -> None:
        """Begin at zero."""
        with self._lock:
            self._tallies = {side: Tally() for side in Side}

    def shown(self) -> dict[str, Any]:
        """HubSpot's counts at the top level, Slack's beside them."""
        with self._lock:
            shown = self._tallies[Side.HUBSPOT].shown()
            return {**shown, "slack": self._tallies[Side.SLACK].shown()}
