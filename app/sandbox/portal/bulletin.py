"""What a write request changed, kept until it is complete and then told to everyone at once.

It refuses to tell half a request: a listener never hears of a note before its association.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..changes import Change, ChangeKind
from ..clock import from_epoch_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..changes import Actor
    from .edges import EdgeType, Pair
    from .records import Record


class Bulletin:
    """The changes of the request under way, and who wants to know."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Sequence[Change]], None]] = []
        self._heard: list[Change] = []

    def subscribe(self, listener: Callable[[Sequence[Change]], None]) -> None:
        """Tell `listener` of everything from now on."""
        self._listeners.append(listener)

    def publish(self) -> None:
        """Tell what was heard since the last time; nothing when there was nothing."""
        if self._heard:
            changes, self._heard = self._heard, []
            for listener in self._listeners:
                listener(changes)

    def record(
        self, kind: ChangeKind, object_type: str, object_id: int, at_ms: int, *, actor: Actor
    ) -> None:
        """Something happened to a record as a whole."""
        self._heard.append(Change(kind, object_type, object_id, from_epoch_ms(at_ms), actor))

    def values(
        self,
        object_type: str,
        record: Record,
        names: Iterable[str],
        at_ms: int,
        *,
        actor: Actor,
    ) -> None:
        """Properties got the values that they have now; an empty text means cleared."""
        moment = from_epoch_ms(at_ms)
        self._heard.extend(
            Change(
                ChangeKind.UPDATED,
                object_type,
                record.id,
                moment,
                actor,
                property_name=name,
                property_value=record.values.get(name, ""),
            )
            for name in names
        )

    def edges(
        self,
        kind: ChangeKind,
        pair: Pair,
        ids: tuple[int, int],
        types: Iterable[EdgeType],
        at_ms: int,
        *,
        actor: Actor,
    ) -> None:
        """Two records began or ceased to belong together, in each of those ways."""
        moment = from_epoch_ms(at_ms)
        self._heard.extend(
            Change(
                kind,
                pair[0],
                ids[0],
                moment,
                actor,
                to_type=pair[1],
                to_id=ids[1],
                type_id=edge_type.type_id,
                category=edge_type.category,
                is_primary=edge_type.is_primary,
            )
            for edge_type in types
        )

    def merge(
        self,
        object_type: str,
        primary_id: int,
        merged_id: int,
        properties_moved: int,
        at_ms: int,
        *,
        actor: Actor,
    ) -> None:
        """A record became part of another one, which keeps its id."""
        self._heard.append(
            Change(
                ChangeKind.MERGED,
                object_type,
                primary_id,
                from_epoch_ms(at_ms),
                actor,
                merged_ids=(merged_id,),
                new_id=primary_id,
                properties_moved=properties_moved,
            )
        )
