"""The single steps by which a portal gets what is needed, and how each one is taken.

A step says in a sentence what it does, so that a plan can be read before it is carried out. There
is none that deletes, renames or retypes anything. Options are the whole list to be, those that
are there first, because HubSpot replaces the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from app.domain.deal import ObjectKind
from app.hubspot import wire
from app.hubspot.client import HubSpotClient
from app.hubspot.errors import Conflict
from app.hubspot.owned import Definition
from app.hubspot.reading import PLURAL

GROUP_LABEL: Final = "Dealgate"


@dataclass(frozen=True, slots=True)
class CreateGroup:
    """The property group is missing for a kind of record."""

    kind: ObjectKind
    name: str

    def __str__(self) -> str:
        return f"create the property group {self.name} for {PLURAL[self.kind]}"


@dataclass(frozen=True, slots=True)
class CreateProperty:
    """A property is missing; `restores` says that a deleted one of the same type comes back."""

    definition: Definition
    group: str
    restores: bool = False

    def __str__(self) -> str:
        kind, name = self.definition.kind, self.definition.name
        if self.restores:
            return f"restore the deleted {kind} property {name}, with the values it had"
        return f"create the {kind} property {name} ({self.definition.label})"


@dataclass(frozen=True, slots=True)
class AddOptions:
    """A property lacks options; `options` is the whole list to be, those already there first."""

    kind: ObjectKind
    name: str
    options: tuple[Mapping[str, Any], ...]
    added: tuple[str, ...]

    def __str__(self) -> str:
        return f"add to the {self.kind} property {self.name} the options {', '.join(self.added)}"


Step = CreateGroup | CreateProperty | AddOptions


def provision(client: HubSpotClient, steps: Sequence[Step]) -> Iterator[Step]:
    """Take the steps, answering each when it is done. Raises Failure at the first that fails.

    Someone else may have taken a step meanwhile; that counts as done.
    """
    for step in steps:
        with suppress(Conflict):
            _take(client, step)
        yield step


def add_options(
    kind: ObjectKind, found: wire.Property, new: Sequence[tuple[str, str]]
) -> AddOptions:
    """The step that adds (value, label) pairs after the options that a property has."""
    kept = [each.model_dump(exclude_none=True) for each in found.options]
    first_free = 1 + max((each.displayOrder or 0 for each in found.options), default=-1)
    return AddOptions(
        kind,
        found.name,
        options=(*(_complete(each) for each in kept), *_options(new, first_free)),
        added=tuple(value for value, _ in new),
    )


def _complete(option: dict[str, Any]) -> dict[str, Any]:
    """An option as it is, with the fields that HubSpot requires on writes."""
    return {"label": option.get("value", ""), "displayOrder": -1, "hidden": False} | option


def _take(client: HubSpotClient, step: Step) -> None:
    if isinstance(step, CreateGroup):
        group = {"name": step.name, "label": GROUP_LABEL, "displayOrder": -1}
        client.create_property_group(PLURAL[step.kind], group)
    elif isinstance(step, CreateProperty):
        client.create_property(PLURAL[step.definition.kind], _created(step))
    else:
        client.update_property(PLURAL[step.kind], step.name, {"options": list(step.options)})


def _created(step: CreateProperty) -> dict[str, Any]:
    definition = step.definition
    created: dict[str, Any] = {
        "name": definition.name,
        "label": definition.label,
        "description": definition.description,
        "groupName": step.group,
        "type": definition.field.type,
        "fieldType": definition.field.field_type,
        "formField": False,
    }
    if definition.options:
        created["options"] = _options(definition.options, 0)
    return created


def _options(options: Sequence[tuple[str, str]], first: int) -> list[dict[str, Any]]:
    return [
        {"value": value, "label": label, "displayOrder": order, "hidden": False}
        for order, (value, label) in enumerate(options, first)
    ]
