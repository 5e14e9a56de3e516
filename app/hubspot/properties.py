"""How the properties that we own come to exist: `plan` says what is missing, `provision` does it.

Provisioning may run any number of times. It never deletes, never renames, never changes what an
admin edited, and keeps every option that is there: a PATCH of options replaces the whole list. A
property of our name but of another type is not touched; it is named as a problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from app.domain.deal import ObjectKind
from app.domain.desired import OwnedNames
from app.hubspot import wire
from app.hubspot.client import HubSpotClient
from app.hubspot.errors import Conflict
from app.hubspot.owned import Definition, Field
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
    """A property is missing."""

    definition: Definition
    group: str

    def __str__(self) -> str:
        return f"create the {self.definition.kind} property {self.definition.name}"


@dataclass(frozen=True, slots=True)
class AddOptions:
    """A property lacks options; `options` is the whole list to be, those already there first."""

    definition: Definition
    options: tuple[Mapping[str, Any], ...]
    added: tuple[str, ...]

    def __str__(self) -> str:
        name, kind = self.definition.name, self.definition.kind
        return f"add to the {kind} property {name} the options {', '.join(self.added)}"


Step = CreateGroup | CreateProperty | AddOptions


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be done, in order, and what a person has to sort out first."""

    steps: tuple[Step, ...]
    problems: tuple[str, ...] = ()


def plan(client: HubSpotClient, names: OwnedNames, wanted: Sequence[Definition]) -> Plan:
    """What the portal lacks. Raises Failure when it cannot be asked."""
    steps: list[Step] = []
    problems: list[str] = []
    for kind in dict.fromkeys(each.kind for each in wanted):
        if group_name(names) not in _groups(client, kind):
            steps.append(CreateGroup(kind, group_name(names)))
        existing = _existing(client, kind)
        for definition in (each for each in wanted if each.kind is kind):
            found = existing.get(definition.name)
            if found is None:
                steps.append(CreateProperty(definition, group_name(names)))
            elif not _fits(definition, found):
                problems.append(_clash(definition, found))
            elif missing := _missing_options(definition, found):
                steps.append(missing)
    return Plan(tuple(steps), tuple(problems))


def provision(client: HubSpotClient, steps: Sequence[Step]) -> Iterator[Step]:
    """Do the steps, answering each when it is done. Raises Failure at the first that fails.

    Someone else may have done a step meanwhile; that counts as done.
    """
    for step in steps:
        with suppress(Conflict):
            _do(client, step)
        yield step


def group_name(names: OwnedNames) -> str:
    """The internal name of our property group: the prefix and what we are."""
    return f"{names.prefix.strip('_')}_dealgate"


# ------------------------------------------------------------------ what the portal has


def _groups(client: HubSpotClient, kind: ObjectKind) -> frozenset[str]:
    document = client.property_groups(PLURAL[kind])
    answer = wire.shaped(wire.Groups, document, f"read the property groups of {PLURAL[kind]}")
    return frozenset(each.name for each in answer.results)


def _existing(client: HubSpotClient, kind: ObjectKind) -> Mapping[str, wire.Property]:
    document = client.properties(PLURAL[kind])
    operation = f"read the properties of {PLURAL[kind]}"
    answer = wire.shaped(wire.PropertyDefinitions, document, operation)
    return {each.name: each for each in answer.results if not each.archived}


def _fits(definition: Definition, found: wire.Property) -> bool:
    """Whether our values can be written: the type, and one choice or several."""
    several = found.fieldType == Field.CHOICES.field_type
    return found.type == definition.field.type and several is (definition.field is Field.CHOICES)


def _clash(definition: Definition, found: wire.Property) -> str:
    return (
        f"the {definition.kind} property {definition.name} exists as {found.type}/{found.fieldType}"
        f", but {definition.field} is needed; delete it in HubSpot or choose another prefix"
    )


def _missing_options(definition: Definition, found: wire.Property) -> AddOptions | None:
    there = {each.value for each in found.options}
    new = [(value, label) for value, label in definition.options if value not in there]
    if not new:
        return None
    kept = [each.model_dump(exclude_none=True) for each in found.options]
    first_free = 1 + max((each.displayOrder or 0 for each in found.options), default=-1)
    return AddOptions(
        definition,
        options=(*(_complete(each) for each in kept), *_options(new, first_free)),
        added=tuple(value for value, _ in new),
    )


def _complete(option: dict[str, Any]) -> dict[str, Any]:
    """An option as it is, with the fields that HubSpot requires on writes."""
    return {"label": option.get("value", ""), "displayOrder": -1, "hidden": False} | option


# ------------------------------------------------------------------ what is created


def _do(client: HubSpotClient, step: Step) -> None:
    if isinstance(step, CreateGroup):
        group = {"name": step.name, "label": GROUP_LABEL, "displayOrder": -1}
        client.create_property_group(PLURAL[step.kind], group)
    elif isinstance(step, CreateProperty):
        client.create_property(PLURAL[step.definition.kind], _created(step))
    else:
        change = {"options": list(step.options)}
        client.update_property(PLURAL[step.definition.kind], step.definition.name, change)


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
