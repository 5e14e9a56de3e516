"""HubSpot's ways of saying no, each in HubSpot's own words.

It refuses to invent: texts, categories and fields are those of HubSpot's pages and of captured
answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import orjson

from .refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .limits import Policy

_NO_CREDENTIALS = (
    "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can "
    "find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
)
_NO_SCOPES = (
    "This app hasn't been granted all required scopes to make this call. Read more about required "
    "scopes here: https://developers.hubspot.com/scopes."
)
_HISTORY_INPUTS = (
    "The maximum number of inputs supported in a batch request for property histories is {limit}. "
    "Please reduce the number of items and try again"
)


@dataclass(frozen=True, slots=True)
class Invalid:
    """One property value that a portal does not take."""

    name: str
    code: str
    message: str


def unauthenticated() -> Refusal:
    """No token, or one that the portal does not know."""
    return Refusal(401, _NO_CREDENTIALS, "INVALID_AUTHENTICATION")


def missing_scopes(scopes: Iterable[str]) -> Refusal:
    """The token may not do this."""
    detail = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": sorted(scopes)},
    }
    links = {"scopes": "https://developers.hubspot.com/scopes"}
    return Refusal(403, _NO_SCOPES, "MISSING_SCOPES", errors=[detail], links=links)


def not_found() -> Refusal:
    """What HubSpot says of a path or record that is not there; it has no category."""
    return Refusal(404, "resource not found")


def object_not_found(
    message: str,
    *,
    context: Mapping[str, Sequence[str]] | None = None,
    sub_category: str | None = None,
) -> Refusal:
    """Something named in the path is not there, with a category."""
    return Refusal(404, message, "OBJECT_NOT_FOUND", sub_category, context)


def absent(name: object, what: str) -> Refusal:
    """A pipeline, stage or group that a path names is not there."""
    return object_not_found(f"{what} {name} does not exist")


def method_not_allowed(method: str) -> Refusal:
    """The path exists, with other methods."""
    return Refusal(405, f"HTTP method {method} is not supported by this URL", "METHOD_NOT_ALLOWED")


def url_too_long() -> Refusal:
    """More than the edge takes; many properties belong into a batch read."""
    return Refusal(414, "URI Too Long", "VALIDATION_ERROR")


def invalid(
    message: str,
    *,
    context: Mapping[str, Sequence[str]] | None = None,
    errors: Sequence[Mapping[str, object]] = (),
    sub_category: str | None = None,
) -> Refusal:
    """A request that makes no sense as it stands."""
    return Refusal(400, message, "VALIDATION_ERROR", sub_category, context, errors)


def reject(
    message: str,
    *,
    context: Mapping[str, Sequence[str]] | None = None,
    sub_category: str | None = None,
) -> NoReturn:
    """Refuse a request that makes no sense as it stands."""
    raise invalid(message, context=context, sub_category=sub_category)


def reject_json(detail: str) -> NoReturn:
    """Refuse a body that is not the JSON that the call takes."""
    reject(f"Invalid input JSON on line 1, column 1: {detail}")


def unknown_object_type(name: str) -> Refusal:
    """A path names an object type that the portal does not have."""
    return invalid(f"Unable to infer object type from: {name}")


def too_many_inputs(limit: int) -> Refusal:
    """A batch with more inputs than one call takes."""
    return invalid(f"The maximum number of inputs supported in a batch request is {limit}.")


def too_many_histories(limit: int) -> Refusal:
    """A batch read that asks for histories of too many records."""
    return invalid(_HISTORY_INPUTS.format(limit=limit))


def duplicate_ids(ids: Sequence[str]) -> Refusal:
    """A batch that names a record twice."""
    listed = ", ".join(ids)
    message = f"Duplicate IDs found in batch input: [{listed}]. IDs must be unique"
    return invalid(message, context={"ids": ids})


def missing_required(singular: str, names: Sequence[str]) -> Refusal:
    """A record that cannot be without those properties."""
    message = f"Error creating {singular}. Some required properties were not set."
    return invalid(message, context={"properties": names})


def invalid_properties(problems: Sequence[Invalid], portal_id: int) -> Refusal:
    """Property values that do not fit their definitions, all of them at once."""
    listed = [
        {
            "isValid": False,
            "message": problem.message,
            "error": problem.code,
            "name": problem.name,
            "localizedErrorMessage": problem.message,
            "portalId": portal_id,
        }
        for problem in problems
    ]
    details = [
        {
            "message": problem.message,
            "code": problem.code,
            "context": {"propertyName": [problem.name]},
        }
        for problem in problems
    ]
    text = orjson.dumps(listed).decode()
    return invalid(f"Property values were not valid: {text}", errors=details)


def objects_missing(constant: str, ids: Sequence[str]) -> Refusal:
    """Some records of a batch are not there; the others are answered."""
    message = (
        f"Could not get some {constant} objects, they may be deleted or not exist. "
        "Check that ids are valid."
    )
    return object_not_found(message, context={"ids": ids})


def not_an_association(type_id: object, category: str = "type") -> Refusal:
    """An association type that the two object types do not have."""
    message = f"Invalid association {category} {type_id}: it is not defined for these objects"
    return invalid(message, sub_category="crm.associations.INVALID_ASSOCIATION_TYPE")


def no_associations(from_type: str, from_id: str, to_type: str) -> dict[str, object]:
    """The entry of a batch read for a record that has no associations; normal, not a failure."""
    return object_not_found(
        f"No {to_type} is associated with {from_type} {from_id}.",
        sub_category="crm.associations.NO_ASSOCIATIONS_FOUND",
    ).item({"fromObjectId": [from_id], "fromObjectType": [from_type], "toObjectType": [to_type]})


def cannot_associate(constant: str, object_id: object) -> Refusal:
    """One end of an association does not exist."""
    return invalid(
        f"{constant}={object_id} is not valid",
        context={constant: [str(object_id)]},
        sub_category="crm.associations.INVALID_OBJECT_IDS",
    )


def not_unique(name: str) -> Refusal:
    """A property cannot serve to find one record."""
    message = f"idProperty {name} is not a property with unique values"
    return invalid(message, context={"idProperty": [name]})


def missing_values(broken: Sequence[tuple[str, str | None]]) -> Refusal:
    """Required properties without a value, each with the property that requires it, if any."""
    details = []
    for name, when in broken:
        if when is None:
            code, message = "MISSING_REQUIRED_PROPERTY", f"A value for {name} must be provided"
        else:
            code = "MISSING_CONDITIONAL_REQUIRED_PROPERTY"
            message = f"{name} is required because of a conditional property rule based on [{when}]"
        details.append({"message": message, "code": code, "context": {"propertyName": [name]}})
    return invalid("The property values provided are invalid", errors=details)


def contact_exists(existing_id: int) -> Refusal:
    """There is a contact with that email address."""
    return Refusal(409, f"Contact already exists. Existing ID: {existing_id}", "CONFLICT")


def unique_value_taken(name: str, value: str, owner_id: int) -> Refusal:
    """Another record has this value of a property whose values must be unique."""
    message = f"{owner_id} already has that value."
    detail = {
        "message": message,
        "code": "CONFLICTING_UNIQUE_VALUE",
        "context": {"propertyName": [name], "value": [value]},
    }
    return invalid(
        f"Cannot set PropertyValueCoordinates{{propertyName={name}, value={value}}}. {message}",
        errors=[detail],
    )


def property_exists(name: str) -> Refusal:
    """A property of that name is there already."""
    return Refusal(
        409,
        f"A property named '{name}' already exists.",
        "OBJECT_ALREADY_EXISTS",
        "Properties.PROPERTY_WITH_NAME_EXISTS",
        {"propertyName": [name]},
    )


def group_exists(name: str) -> Refusal:
    """A property group of that name is there already."""
    return Refusal(
        409,
        f"A property group named '{name}' already exists.",
        "OBJECT_ALREADY_EXISTS",
        "Properties.PROPERTY_GROUP_WITH_NAME_EXISTS",
    )


def property_not_found(name: str) -> Refusal:
    """No such property definition."""
    return object_not_found(f"Property {name} does not exist", context={"propertyName": [name]})


def rate_limited(policy: Policy, request_id: str) -> Refusal:
    """One of the account's limits is used up."""
    words = {
        "TEN_SECONDLY_ROLLING": "ten_secondly_rolling",
        "SECONDLY": "secondly",
        "DAILY": "daily",
    }
    return Refusal(
        429,
        f"You have reached your {words[policy]} limit.",
        extra={"errorType": "RATE_LIMIT", "policyName": policy, "requestId": request_id},
    )
