"""Operations on property definitions and property groups.

A PATCH of options replaces the whole list, a property that was deleted comes back when it is
created again, and HubSpot's own properties cannot be deleted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import refusals
from .batches import completed
from .definitions import defined, patched, written, written_group
from .door import Call, Operation, Reply
from .fields import text, whole
from .refusal import Refusal
from .schema import Group

if TYPE_CHECKING:
    from collections.abc import Callable

    from .kinds import Kind
    from .schema import Definition

MAX_INPUTS = 100
ROOTS = (
    "/crm/v3/properties/{object_type}",
    "/crm/properties/{version:version}/{object_type}",
)
GROUP, ONE = "/groups/{group_name}", "/{property_name}"


def _paths(rest: str) -> tuple[str, ...]:
    return tuple(f"{root}{rest}" for root in ROOTS)


def _family(kind: Kind) -> str:
    """Activities have no schema scopes of their own; those of contacts count."""
    return "contacts" if kind.is_activity else kind.plural


def _reads(call: Call) -> list[list[str]]:
    kind = call.kind()
    return [[f"crm.schemas.{_family(kind)}.read"], [kind.read_scope]]


def _writes(call: Call) -> list[list[str]]:
    return [[f"crm.schemas.{_family(call.kind())}.write"]]


def _find(call: Call, name: str, *, archived: bool = False) -> Definition:
    schema = call.portal.properties.of(call.kind().plural)
    found = (schema.archived if archived else schema.properties).get(name)
    if found is None:
        raise refusals.property_not_found(name)
    return found


def _list(call: Call) -> Reply:
    listed = call.portal.properties.listing(call.kind().plural, archived=call.flag("archived"))
    return Reply(200, {"results": [written(one) for one in listed]})


def _get(call: Call) -> Reply:
    found = _find(call, call.path["property_name"], archived=call.flag("archived"))
    return Reply(200, written(found))


def _create(call: Call) -> Reply:
    return Reply(201, written(_created(call, call.mapping())))


def _created(call: Call, given: dict[str, Any]) -> Definition:
    definition, plural = defined(given), call.kind().plural
    schema = call.portal.properties.of(plural)
    if definition.name in schema.properties:
        raise refusals.property_exists(definition.name)
    if definition.group_name not in schema.groups:
        refusals.reject(f"Property group {definition.group_name} does not exist")
    most = call.portal.properties.max_custom
    if call.portal.properties.custom(plural) >= most:
        refusals.reject(f"This account can have at most {most} custom properties of {plural}")
    return call.portal.properties.create(plural, definition)


def _update(call: Call) -> Reply:
    definition = patched(_find(call, call.path["property_name"]), call.mapping())
    plural = call.kind().plural
    if definition.group_name not in call.portal.properties.of(plural).groups:
        refusals.reject(f"Property group {definition.group_name} does not exist")
    return Reply(200, written(call.portal.properties.update(plural, definition)))


def _archive(call: Call) -> Reply:
    _archive_one(call, call.path["property_name"])
    return Reply(204)


def _archive_one(call: Call, name: str) -> None:
    if _find(call, name).hubspot_defined:
        refusals.reject(f"Property {name} is defined by HubSpot and cannot be deleted")
    call.portal.properties.archive(call.kind().plural, name)


def _batch(
    call: Call, act: Callable[[dict[str, Any]], Definition]
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    results, errors = [], []
    for given in call.inputs(MAX_INPUTS):
        try:
            results.append(written(act(given)))
        except Refusal as refusal:
            name = str(given.get("name"))
            errors.append(refusal.item({"name": [name]}))
    return results, errors


def _batch_create(call: Call) -> Reply:
    results, errors = _batch(call, lambda given: _created(call, given))
    return completed(call, results, errors, status=201)


def _batch_read(call: Call) -> Reply:
    archived = call.mapping().get("archived") is True
    results, errors = _batch(
        call, lambda given: _find(call, str(given.get("name")), archived=archived)
    )
    return completed(call, results, errors)


def _batch_archive(call: Call) -> Reply:
    for given in call.inputs(MAX_INPUTS):
        _archive_one(call, str(given.get("name")))
    return Reply(204)


def _groups(call: Call) -> Reply:
    groups = call.portal.properties.of(call.kind().plural).groups
    return Reply(200, {"results": [written_group(group) for group in groups.values()]})


def _group(call: Call) -> Group:
    name = call.path["group_name"]
    group = call.portal.properties.of(call.kind().plural).groups.get(name)
    if group is None:
        raise refusals.absent(name, "Property group")
    return group


def _get_group(call: Call) -> Reply:
    return Reply(200, written_group(_group(call)))


def _create_group(call: Call) -> Reply:
    body, plural = call.mapping(), call.kind().plural
    name, label = text(body, "name"), text(body, "label")
    if not name or not label:
        refusals.reject("A property group needs name and label")
    if name in call.portal.properties.of(plural).groups:
        raise refusals.group_exists(name)
    group = Group(name, label, whole(body, "displayOrder", -1))
    call.portal.properties.add_group(plural, group)
    return Reply(201, written_group(group))


def _update_group(call: Call) -> Reply:
    group, body = _group(call), call.mapping()
    changed = replace(
        group,
        label=text(body, "label", group.label),
        display_order=whole(body, "displayOrder", group.display_order),
    )
    call.portal.properties.add_group(call.kind().plural, changed)
    return Reply(200, written_group(changed))


def _delete_group(call: Call) -> Reply:
    group, plural = _group(call), call.kind().plural
    listed = call.portal.properties.listing(plural)
    if any(one.group_name == group.name for one in listed):
        refusals.reject(f"Property group {group.name} still has properties")
    call.portal.properties.remove_group(plural, group.name)
    return Reply(204)


OPERATIONS = (
    Operation("GET", _paths(""), _list, _reads),
    Operation("POST", _paths(""), _create, _writes),
    Operation("POST", _paths("/batch/create"), _batch_create, _writes),
    Operation("POST", _paths("/batch/read"), _batch_read, _reads),
    Operation("POST", _paths("/batch/archive"), _batch_archive, _writes),
    Operation("GET", _paths("/groups"), _groups, _reads),
    Operation("POST", _paths("/groups"), _create_group, _writes),
    Operation("GET", _paths(GROUP), _get_group, _reads),
    Operation("PATCH", _paths(GROUP), _update_group, _writes),
    Operation("DELETE", _paths(GROUP), _delete_group, _writes),
    Operation("GET", _paths(ONE), _get, _reads),
    Operation("PATCH", _paths(ONE), _update, _writes),
    Operation("DELETE", _paths(ONE), _archive, _writes),
)
