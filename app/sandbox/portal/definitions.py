"""Property definitions on the wire: read from a request, judged, and written back.

It refuses names that HubSpot refuses, types that do not go with their field type, and choices
without their four required parts.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import refusals
from .fields import flag, text, whole
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


def defined(given: dict[str, Any]) -> Definition:
    """The definition that a caller wants to create.

    Raises:
        Refusal: HubSpot would not create it.
    """
    missing = [name for name in REQUIRED if not text(given, name)]
    if missing:
        message = f"Some required fields were not set: [{', '.join(missing)}]"
        refusals.reject(message, context={"fields": missing})
    name = text(given, "name")
    if not NAME.fullmatch(name):
        refusals.reject(
            f"Property name {name} must begin with a letter and consist of lower-case letters, "
            "digits and underscores"
        )
    is_formula = text(given, "fieldType") == "calculation_equation"
    blank = Definition(
        name,
        "",
        "",
        "",
        "",
        has_unique_value=flag(given, "hasUniqueValue"),
        calculated=is_formula,
        read_only=is_formula,
        external_options=flag(given, "externalOptions"),
        hints=tuple((hint, text(given, hint)) for hint in HINTS if given.get(hint) is not None),
    )
    return patched(blank, given)


def patched(old: Definition, given: dict[str, Any]) -> Definition:
    """A definition with a caller's changes; `options` replaces the list.

    Raises:
        Refusal: HubSpot would not change it like this.
    """
    options = given.get("options")
    return _judged(
        replace(
            old,
            label=text(given, "label", old.label),
            type=text(given, "type", old.type),
            field_type=text(given, "fieldType", old.field_type),
            group_name=text(given, "groupName", old.group_name),
            description=text(given, "description", old.description),
            display_order=whole(given, "displayOrder", old.display_order),
            hidden=flag(given, "hidden", default=old.hidden),
            form_field=flag(given, "formField", default=old.form_field),
            options=old.options if options is None else _options(options),
        )
    )


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
        text(given, "value"),
        text(given, "label"),
        whole(given, "displayOrder", -1),
        flag(given, "hidden"),
        text(given, "description"),
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
