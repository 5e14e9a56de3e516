"""Property definitions on the wire: read from a request, judged, and written back.

It refuses names that HubSpot refuses, types that do not go with their field type, and choices
without their four required parts.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import refusals
from .schema import Definition, Option
from .times import instant

if TYPE_CHECKING:
    from .schema import Group

NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
FIELD_TYPES = {
    "bool": {"booleancheckbox", "calculation_equation", "radio", "select", "checkbox"},
    "date": {"date"},
    "datetime": {"date"},
    "enumeration": {"booleancheckbox", "checkbox", "radio", "select", "calculation_equation"},
    "number": {"number", "calculation_equation"},
    "phone_number": {"phonenumber"},
    "string": {"text", "textarea", "html", "file", "phonenumber", "calculation_equation"},
}
REQUIRED = ("name", "label", "type", "fieldType", "groupName")
OPTION_PARTS = ("label", "value", "displayOrder", "hidden")
HINTS = ("numberDisplayHint", "textDisplayHint", "dataSensitivity", "referencedObjectType")
_PATCHES = {
    "label": "label",
    "type": "type",
    "fieldType": "field_type",
    "groupName": "group_name",
    "description": "description",
    "displayOrder": "display_order",
    "hidden": "hidden",
    "formField": "form_field",
}


def defined(given: dict[str, Any]) -> Definition:
    """The definition that a caller wants to create.

    Raises:
        Refusal: HubSpot would not create it.
    """
    missing = [name for name in REQUIRED if not given.get(name)]
    if missing:
        message = f"Some required fields were not set: [{', '.join(missing)}]"
        refusals.reject(message, context={"fields": missing})
    name = str(given["name"])
    if not NAME.fullmatch(name):
        refusals.reject(
            f"Property name {name} must begin with a letter and consist of lower-case letters, "
            "digits and underscores"
        )
    definition = Definition(
        name,
        str(given["label"]),
        str(given["type"]),
        str(given["fieldType"]),
        str(given["groupName"]),
        description=str(given.get("description") or ""),
        options=_options(given.get("options") or []),
        display_order=int(given.get("displayOrder", -1)),
        has_unique_value=bool(given.get("hasUniqueValue")),
        hidden=bool(given.get("hidden")),
        form_field=bool(given.get("formField")),
        calculated=given["fieldType"] == "calculation_equation",
        read_only=given["fieldType"] == "calculation_equation",
        external_options=bool(given.get("externalOptions")),
        hints=tuple((hint, given[hint]) for hint in HINTS if given.get(hint) is not None),
    )
    return _judged(definition)


def patched(old: Definition, given: dict[str, Any]) -> Definition:
    """A definition with a caller's changes; `options` replaces the list.

    Raises:
        Refusal: HubSpot would not change it like this.
    """
    changes: dict[str, Any] = {
        attribute: given[field] for field, attribute in _PATCHES.items() if field in given
    }
    if "options" in given:
        changes["options"] = _options(given["options"])
    return _judged(replace(old, **changes))


def _judged(definition: Definition) -> Definition:
    allowed = FIELD_TYPES.get(definition.type)
    if allowed is None:
        refusals.reject(f"Invalid type {definition.type}; allowed: {', '.join(FIELD_TYPES)}")
    if definition.field_type not in allowed:
        listed = ", ".join(sorted(allowed))
        refusals.reject(
            f"Field type {definition.field_type} does not fit type {definition.type}; "
            f"allowed: {listed}"
        )
    values = [option.value for option in definition.options]
    if definition.type == "bool" and sorted(values) != ["false", "true"]:
        refusals.reject("A bool property needs exactly the options true and false")
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        refusals.reject(f"Option values must be unique: [{', '.join(repeated)}]")
    return definition


def _options(given: Any) -> tuple[Option, ...]:
    if not isinstance(given, list):
        refusals.reject_json("options must be a list")
    return tuple(_option(one) for one in given)


def _option(given: Any) -> Option:
    missing = [part for part in OPTION_PARTS if not isinstance(given, dict) or part not in given]
    if missing:
        refusals.reject(f"Every option needs {', '.join(OPTION_PARTS)}; missing: {missing}")
    return Option(
        str(given["value"]),
        str(given["label"]),
        int(given["displayOrder"]),
        bool(given["hidden"]),
        str(given.get("description") or ""),
    )


def written(definition: Definition) -> dict[str, object]:
    """A definition as HubSpot writes it."""
    body: dict[str, object] = {
        "name": definition.name,
        "label": definition.label,
        "type": definition.type,
        "fieldType": definition.field_type,
        "description": definition.description,
        "groupName": definition.group_name,
        "options": [_written_option(option) for option in definition.options],
        "displayOrder": definition.display_order,
        "calculated": definition.calculated,
        "externalOptions": definition.external_options,
        "hasUniqueValue": definition.has_unique_value,
        "hidden": definition.hidden,
        "formField": definition.form_field,
        "hubspotDefined": definition.hubspot_defined,
        "dataSensitivity": "non_sensitive",
        "archived": definition.archived_ms is not None,
        "createdAt": instant(definition.created_ms),
        "updatedAt": instant(definition.updated_ms),
        "modificationMetadata": {
            "archivable": not definition.hubspot_defined,
            "readOnlyDefinition": definition.hubspot_defined,
            "readOnlyOptions": definition.hubspot_defined and definition.external_options,
            "readOnlyValue": definition.read_only,
        },
    }
    if definition.archived_ms is not None:
        body["archivedAt"] = instant(definition.archived_ms)
    body.update(definition.hints)
    return body


def written_group(group: Group) -> dict[str, object]:
    """A property group as HubSpot writes it."""
    return {
        "name": group.name,
        "label": group.label,
        "displayOrder": group.display_order,
        "archived": False,
    }


def _written_option(option: Option) -> dict[str, object]:
    return {
        "label": option.label,
        "value": option.value,
        "description": option.description,
        "displayOrder": option.display_order,
        "hidden": option.hidden,
    }
