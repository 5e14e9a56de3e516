"""One record of the portal: its values now and, once they change, what they were.

It refuses to know what a property means; definitions and roll-ups live elsewhere. Most records of
a large portal never change, so a history comes into being with the first change only; until then
the moment of creation and its actor tell all there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..changes import Actor


@dataclass(frozen=True, slots=True)
class Version:
    """One value that a property had from `at_ms` on; an empty string means cleared."""

    value: str
    at_ms: int
    actor: Actor


class Record:
    """The state of one record. Times are milliseconds since the epoch."""

    __slots__ = ("archived_ms", "created_ms", "creator", "history", "id", "updated_ms", "values")

    def __init__(self, record_id: int, values: dict[str, str], at_ms: int, creator: Actor) -> None:
        self.id = record_id
        self.values = values
        self.created_ms = at_ms
        self.updated_ms = at_ms
        self.archived_ms: int | None = None
        self.creator = creator
        self.history: dict[str, list[Version]] | None = None

    def put(self, name: str, value: str | None, at_ms: int, actor: Actor) -> bool:
        """Set or clear one value and remember the former one; False when nothing changed."""
        old = self.values.get(name)
        new = value or None
        if old == new:
            return False
        if self.history is None:
            self.history = {}
        past = self.history.get(name)
        if past is None:
            past = [] if old is None else [Version(old, self.created_ms, self.creator)]
            self.history[name] = past
        past.append(Version(new or "", at_ms, actor))
        if new is None:
            del self.values[name]
        else:
            self.values[name] = new
        return True

    def versions(self, name: str) -> list[Version]:
        """Every value the property had, newest first, as HubSpot lists them."""
        past = self.history.get(name) if self.history else None
        if past is not None:
            return sorted(past, key=lambda version: version.at_ms)[::-1]
        value = self.values.get(name)
        return [] if value is None else [Version(value, self.created_ms, self.creator)]

    def image(self) -> Record:
        """A copy that later writes leave alone; it carries no history, which no search shows."""
        copy = Record(self.id, dict(self.values), self.created_ms, self.creator)
        copy.updated_ms = self.updated_ms
        copy.archived_ms = self.archived_ms
        return copy


def kept(properties: Mapping[str, str | None]) -> dict[str, str]:
    """The properties that have a value: None and the empty string mean that there is none."""
    return {name: value for name, value in properties.items() if value}
