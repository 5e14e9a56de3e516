"""The history of a record's properties: what each was set to, when, and by whom.

HubSpot answers histories newest first and leaves out who it does not know. A history that is not
there, or that has a time which cannot be read, is unread: half a history would be a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from app.domain.deal import PropertyMove, Unread
from app.hubspot import wire

Person = Callable[[str], str | None]
"""The name of the person with a HubSpot user id."""


def moves_of(
    record: wire.Record, asked: Sequence[str], person: Person
) -> Mapping[str, tuple[PropertyMove, ...]] | Unread:
    """The moves of each asked property, newest first; a property never set has none."""
    if record.propertiesWithHistory is None:
        return Unread("HubSpot's answer holds no property history")
    histories: dict[str, tuple[PropertyMove, ...]] = {}
    for name in asked:
        moves = _moves(record.propertiesWithHistory.get(name) or (), person)
        if isinstance(moves, Unread):
            return moves
        histories[name] = moves
    return histories


def _moves(versions: Iterable[wire.Version], person: Person) -> tuple[PropertyMove, ...] | Unread:
    moves = []
    for version in versions:
        at = wire.moment(version.timestamp)
        if at is None:
            return Unread("HubSpot's property history has an entry without a time")
        by = (person(version.user_id) if version.user_id else None) or version.sourceLabel
        moves.append(PropertyMove(version.value or None, at, version.sourceType, by))
    return tuple(sorted(moves, key=lambda move: move.at, reverse=True))
