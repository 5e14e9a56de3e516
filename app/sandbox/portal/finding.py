"""Finding the record that a caller means, by its id or by a property with unique values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import refusals

if TYPE_CHECKING:
    from .kinds import Kind
    from .portal import Portal
    from .records import Record


def record_id(text: object) -> int | None:
    """The number that an id is, or None for anything that cannot be one."""
    word = str(text)
    return int(word) if word.isdecimal() else None


def find(
    portal: Portal, kind: Kind, wanted: object, *, by: str | None = None, archived: bool = False
) -> Record | None:
    """The record with that id, or with that value of the unique property `by`.

    Raises:
        Refusal: the values of `by` are not unique.
    """
    table = portal.store.table(kind.plural)
    if by is None or by == "hs_object_id":
        number = record_id(wanted)
        if number is None:
            return None
        return table.archived.get(number) if archived else table.get(number)
    definition = portal.properties.get(kind.plural, by)
    if definition is None or not definition.has_unique_value:
        raise refusals.not_unique(by)
    return holder(portal, kind, by, str(wanted))


def holder(portal: Portal, kind: Kind, name: str, value: str) -> Record | None:
    """The live record that has that value of a property."""
    table = portal.store.table(kind.plural)
    value = value.lower() if name == "email" else value
    index = table.by_value.get(name)
    if index is not None:
        found = index.ids([value])
        return table.live[min(found)] if found else None
    return next((one for one in table.live.values() if one.values.get(name) == value), None)
