"""What has to happen so that a portal has the properties that we own: `plan`.

A plan has three parts. Steps are what we may do. Problems are what a person has to decide first: a
property of our name but of another type, no room for more properties, a deleted property that
would come back as something else. Notes are drift that is left as it is, because an admin may
have meant it: another label, another group, options that no policy names any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.desired import OwnedNames
from app.hubspot import wire
from app.hubspot.client import HubSpotClient
from app.hubspot.inventory import Inventory, inventory, rooms
from app.hubspot.owned import Definition, Field
from app.hubspot.reading import PLURAL
from app.hubspot.steps import CreateGroup, CreateProperty, Step, add_options

MAX_LISTED: Final = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be done, in order; what a person has to sort out; what is left as it is."""

    steps: tuple[Step, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __add__(self, other: Plan) -> Plan:
        return Plan(
            self.steps + other.steps, self.problems + other.problems, self.notes + other.notes
        )

    @property
    def is_settled(self) -> bool:
        """Whether nothing has to be done by anyone."""
        return not self.steps and not self.problems


def plan(client: HubSpotClient, names: OwnedNames, wanted: Sequence[Definition]) -> Plan:
    """What the portal lacks. Raises Failure when it cannot be asked."""
    left = rooms(client)
    planned = Plan()
    for kind in dict.fromkeys(each.kind for each in wanted):
        of_kind = [each for each in wanted if each.kind is kind]
        planned += _for_kind(inventory(client, kind, left), group_name(names), of_kind)
    return planned


def group_name(names: OwnedNames) -> str:
    """The internal name of our property group: the prefix and what we are."""
    return f"{names.prefix.strip('_')}_dealgate"


def _for_kind(there: Inventory, group: str, wanted: Sequence[Definition]) -> Plan:
    steps: list[Step] = []
    problems: list[str] = []
    notes: list[str] = []
    new: list[CreateProperty] = []
    for definition in wanted:
        found = there.properties.get(definition.name)
        deleted = there.archived.get(definition.name)
        if found is not None and (clash := _clash(definition, found)):
            problems.append(clash)
        elif found is not None:
            steps += _missing_options(definition, found)
            notes += _drift(definition, found, group)
        elif deleted is not None and (clash := _clash(definition, deleted)):
            problems.append(f"{clash}; it was deleted, and would come back as it was")
        else:
            new.append(CreateProperty(definition, group, restores=deleted is not None))
    if len(new) > there.room:
        problems.append(_no_room(new, there.room))
        new = []
    if new and group not in there.groups:
        steps.insert(0, CreateGroup(new[0].definition.kind, group))
    return Plan((*steps, *new), tuple(problems), tuple(notes))


def _no_room(new: Sequence[CreateProperty], room: int) -> str:
    kind = new[0].definition.kind
    return (
        f"the portal has room for {max(room, 0)} more {kind} properties and {len(new)} are needed "
        f"({', '.join(each.definition.name for each in new)}): delete custom properties of "
        f"{PLURAL[kind]} that nobody uses, or raise the account's limit"
    )


# ------------------------------------------------------------------ a property that is there


def _clash(definition: Definition, found: wire.Property) -> str | None:
    """Why our values cannot be written into this property; None when they can."""
    several = found.fieldType == Field.CHOICES.field_type
    fits = found.type == definition.field.type and several is (definition.field is Field.CHOICES)
    named = f"the {definition.kind} property {definition.name}"
    if not fits:
        return (
            f"{named} exists as {found.type}/{found.fieldType}, but {definition.field} is needed; "
            "delete it for good in HubSpot, or choose another PROPERTY_PREFIX"
        )
    if found.calculated or found.is_read_only:
        why = "calculated" if found.calculated else "read-only"
        return f"{named} exists and is {why}, so we cannot write it; choose another PROPERTY_PREFIX"
    return None


def _missing_options(definition: Definition, found: wire.Property) -> Iterator[Step]:
    there = {each.value for each in found.options}
    new = [(value, label) for value, label in definition.options if value not in there]
    if new:
        yield add_options(definition.kind, found, new)


def _drift(definition: Definition, found: wire.Property, group: str) -> Iterator[str]:
    """How it differs from what we would create, where that does no harm."""
    named = f"the {definition.kind} property {definition.name}"
    if found.label and found.label != definition.label:
        yield f"{named} is labelled {found.label!r} here, {definition.label!r} by us; left as it is"
    if found.groupName and found.groupName != group:
        yield f"{named} stands in the group {found.groupName}, not in {group}; left as it is"
    wanted = dict(definition.options)
    surplus = [each.value for each in found.options if each.value and each.value not in wanted]
    if surplus:
        yield (
            f"{named} has options that this policy does not name ({_listed(surplus)}); "
            "left as they are, since saved filters may use them"
        )
    relabelled = [
        each.value
        for each in found.options
        if each.value in wanted and each.label and each.label != wanted[each.value]
    ]
    if relabelled:
        yield f"{named} has options with another label ({_listed(relabelled)}); left as they are"


def _listed(values: Iterable[str | None]) -> str:
    shown = [value for value in values if value]
    more = f" and {len(shown) - MAX_LISTED} more" if len(shown) > MAX_LISTED else ""
    return ", ".join(shown[:MAX_LISTED]) + more
