"""What the gateway asks of whoever keeps copies of HubSpot's records.

A port beside those of `ports`, because the core never sees a copy: only the gateway writes and
reads them, and only the ledger keeps them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Copy:
    """A record as text of the gateway's own making, and HubSpot's time of its last change."""

    modified: str
    content: str


class CopyStore(Protocol):
    """Keeps copies by place (such as a kind of record) and id.

    A copy of another shape is as good as none.
    """

    def load(
        self, place: str, ids: Iterable[str], shape: str, since: datetime | None
    ) -> Mapping[str, Copy]:
        """The copies of this shape that there are, kept at `since` or later."""
        ...

    def store(self, place: str, shape: str, records: Mapping[str, Copy], now: datetime) -> None:
        """Keep copies, in place of older ones."""
        ...

    def drop(self, place: str, ids: Collection[str]) -> None:
        """Forget copies."""
        ...
