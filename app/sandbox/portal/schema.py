"""Property definitions and groups, by object type: what a portal's fields are.

It refuses nothing that an administrator can do; which edits the API allows is decided where the
API is. Calculated properties are defined here and computed in `calculated.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..clock import SandboxClock


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an enumeration."""

    value: str
    label: str
    display_order: int = -1
    hidden: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """One property. Times are epoch milliseconds; `hints` are the optional display fields."""

    name: str
    label: str
    type: str
    field_type: str
    group_name: str
    description: str = ""
    options: tuple[Option, ...] = ()
    display_order: int = -1
    has_unique_value: bool = False
    hidden: bool = False
    form_field: bool = False
    calculated: bool = False
    read_only: bool = False
    external_options: bool = False
    hubspot_defined: bool = False
    created_ms: int = 0
    updated_ms: int = 0
    archived_ms: int | None = None
    hints: tuple[tuple[str, str | bool], ...] = ()

    @property
    def is_multiple(self) -> bool:
        """Whether a value may name several options, separated by semicolons."""
        return self.type == "enumeration" and self.field_type == "checkbox"


@dataclass(frozen=True, slots=True)
class Group:
    """A property group."""

    name: str
    label: str
    display_order: int = -1


@dataclass(slots=True)
class Schema:
    """The definitions of one object type."""

    properties: dict[str, Definition] = field(default_factory=dict)
    archived: dict[str, Definition] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)


MAX_CUSTOM_PROPERTIES = 1_000


class Properties:
    """Definitions and groups of all object types; `max_custom` bounds what each may be given."""

    def __init__(self, clock: SandboxClock) -> None:
        self.max_custom = MAX_CUSTOM_PROPERTIES
        self._clock = clock
        self._schemas: dict[str, Schema] = {}

    def of(self, object_type: str) -> Schema:
        """The definitions of a type; empty for one that was never given any."""
        return self._schemas.setdefault(object_type, Schema())

    def get(self, object_type: str, name: str) -> Definition | None:
        """A definition that is not archived."""
        return self.of(object_type).properties.get(name)

    def listing(self, object_type: str, *, archived: bool = False) -> list[Definition]:
        """All definitions, by name."""
        schema = self.of(object_type)
        table = schema.archived if archived else schema.properties
        return [table[name] for name in sorted(table)]

    def custom(self, object_type: str) -> int:
        """How many properties of a type are not HubSpot's own."""
        return sum(not one.hubspot_defined for one in self.of(object_type).properties.values())

    def add_group(self, object_type: str, group: Group) -> None:
        """Create or replace a group."""
        self.of(object_type).groups[group.name] = group

    def remove_group(self, object_type: str, name: str) -> None:
        """Delete a group.

        Raises:
            KeyError: there is no such group.
        """
        del self.of(object_type).groups[name]

    def create(self, object_type: str, definition: Definition) -> Definition:
        """Create a property; one that was archived under this name comes back as defined now."""
        now = self._clock.epoch_ms()
        schema = self.of(object_type)
        schema.archived.pop(definition.name, None)
        entry = replace(definition, created_ms=now, updated_ms=now, archived_ms=None)
        schema.properties[definition.name] = entry
        return entry

    def update(self, object_type: str, definition: Definition) -> Definition:
        """Replace the definition of that name."""
        entry = replace(definition, updated_ms=self._clock.epoch_ms())
        self.of(object_type).properties[definition.name] = entry
        return entry

    def set_options(self, object_type: str, name: str, options: Iterable[Option]) -> None:
        """Replace the choices of an enumeration, as an administrator does.

        Raises:
            KeyError: there is no such property.
        """
        definition = self.of(object_type).properties[name]
        self.update(object_type, replace(definition, options=tuple(options)))

    def archive(self, object_type: str, name: str) -> None:
        """Delete a property: reads no longer show it, writes of it are refused.

        Raises:
            KeyError: there is no such property.
        """
        schema = self.of(object_type)
        definition = schema.properties.pop(name)
        schema.archived[name] = replace(definition, archived_ms=self._clock.epoch_ms())
