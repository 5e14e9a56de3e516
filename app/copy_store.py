"""What the gateway asks of whoever keeps copies of HubSpot's records.

A port beside those of `ports`, because the core never sees a copy: only the gateway writes and
reads them, and only the ledger keeps them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.deal import ObjectKind


@dataclass(frozen=True, slots=True)
class Copy:
    """A record as text of the gateway's own making, and HubSpot's time of its last change."""

    modified: str
    content: str


class CopyStore(Protocol):
    """Keeps copies by kind and id; a copy of another shape is as good as none."""

    def load(self, kind: ObjectKind, ids: Iterable[str], shape: str) -> Mapping[str, Copy]:
        """The copies of this shape that there are."""
        ...

    def store(
        self, kind: ObjectKind, shape: str, records: Mapping[str, Copy], now: datetime
    ) -> None:
        """Keep copies, in place of older ones."""
        ...

    def drop(self, kind: ObjectKind, ids: Collection[str]) -> None:
        """Forget copies."""
        ...
