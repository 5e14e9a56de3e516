"""A search as the caller worded it, judged and made ready to run.

It refuses what HubSpot refuses: too many groups, filters or sorts, operators without their
operands, a body of more than 3,000 characters, and everything past the 10,000th result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import refusals
from .kinds import Kind, kind_named
from .schema import Definition
from .times import parse_instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .portal import Portal

MAX_GROUPS = 5
MAX_FILTERS_PER_GROUP = 6
MAX_FILTERS = 18
MAX_PAGE = 200
MAX_RESULTS = 10_000
DEFAULT_PAGE = 10
OPERANDS = {
    "EQ": ("value",),
    "NEQ": ("value",),
    "LT": ("value",),
    "LTE": ("value",),
    "GT": ("value",),
    "GTE": ("value",),
    "BETWEEN": ("value", "highValue"),
    "IN": ("values",),
    "NOT_IN": ("values",),
    "HAS_PROPERTY": (),
    "NOT_HAS_PROPERTY": (),
    "CONTAINS_TOKEN": ("value",),
    "NOT_CONTAINS_TOKEN": ("value",),
}
ASSOCIATION = "associations."


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition. `other` is set for conditions on associated records, else `definition`."""

    name: str
    operator: str
    values: tuple[str, ...]
    definition: Definition | None = None
    other: Kind | None = None

    @property
    def is_numeric(self) -> bool:
        """Whether values compare as numbers, dates among them."""
        types = {"number", "date", "datetime"}
        return self.definition is not None and self.definition.type in types


@dataclass(frozen=True, slots=True)
class Query:
    """A search: filter groups of which one must hold, a text, an order, a page."""

    groups: tuple[tuple[Filter, ...], ...]
    text: str
    sort: Definition | None
    descending: bool
    after: int
    limit: int


def parse(portal: Portal, kind: Kind, body: Mapping[str, Any]) -> Query:
    """The query in a search body.

    Raises:
        Refusal: HubSpot would not run it.
    """
    groups = body.get("filterGroups") or []
    if not groups and body.get("filters"):
        groups = [{"filters": body["filters"]}]
    _check_shape(groups)
    sort, descending = _sort(portal, kind, body.get("sorts") or [])
    after, limit = _page(body)
    return Query(
        tuple(tuple(_filter(portal, kind, one) for one in group["filters"]) for group in groups),
        str(body.get("query") or ""),
        sort,
        descending,
        after,
        limit,
    )


def _check_shape(groups: Any) -> None:
    if not isinstance(groups, list) or not all(
        isinstance(group, dict)
        and isinstance(group.get("filters"), list)
        and all(isinstance(one, dict) for one in group["filters"])
        for group in groups
    ):
        refusals.reject_json("filterGroups must be a list of objects with filters")
    if len(groups) > MAX_GROUPS:
        message = f"Too many filterGroups: {len(groups)}. The maximum allowed is {MAX_GROUPS}."
        refusals.reject(message)
    counts = [len(group["filters"]) for group in groups]
    if any(count > MAX_FILTERS_PER_GROUP for count in counts):
        message = f"Too many filters in a group. The maximum allowed is {MAX_FILTERS_PER_GROUP}."
        refusals.reject(message)
    if sum(counts) > MAX_FILTERS:
        message = f"Too many filters: {sum(counts)}. The maximum allowed is {MAX_FILTERS}."
        refusals.reject(message)


def _page(body: Mapping[str, Any]) -> tuple[int, int]:
    after, limit = _whole(body, "after", 0), _whole(body, "limit", DEFAULT_PAGE)
    if not 1 <= limit <= MAX_PAGE:
        refusals.reject(f"limit must be between 1 and {MAX_PAGE}, got {limit}")
    if after < 0 or after + limit > MAX_RESULTS:
        message = (
            f"Paging past {MAX_RESULTS} results is not supported: after {after}, limit {limit}"
        )
        refusals.reject(message)
    return after, limit


def _whole(body: Mapping[str, Any], key: str, default: int) -> int:
    value = body.get(key)
    if value is None or value == "":
        return default
    if isinstance(value, bool) or not str(value).isdecimal():
        refusals.reject(f"{key} must be a whole number, got {value}")
    return int(value)


def _sort(portal: Portal, kind: Kind, sorts: Any) -> tuple[Definition | None, bool]:
    if not isinstance(sorts, list) or len(sorts) > 1:
        refusals.reject("Only one sort is allowed per search request")
    if not sorts:
        return None, False
    if isinstance(sorts[0], str):
        name, descending = sorts[0].lstrip("-"), sorts[0].startswith("-")
    elif isinstance(sorts[0], dict):
        name = str(sorts[0].get("propertyName"))
        descending = sorts[0].get("direction") == "DESCENDING"
    else:
        refusals.reject_json("a sort is a property name or an object")
    return _defined(portal, kind, name), descending


def _defined(portal: Portal, kind: Kind, name: str) -> Definition:
    definition = portal.properties.get(kind.plural, name)
    if definition is None:
        message = f"There was a problem with the request. Property {name} does not exist"
        refusals.reject(message, context={"propertyName": [name]})
    return definition


def _filter(portal: Portal, kind: Kind, given: Mapping[str, Any]) -> Filter:
    name, operator = str(given.get("propertyName")), str(given.get("operator"))
    if operator not in OPERANDS:
        refusals.reject(f"Invalid operator {operator} on property {name}")
    operands = [given.get(key) for key in OPERANDS[operator]]
    if any(one is None or one in ("", []) for one in operands):
        message = f"operator {operator} requires {' and '.join(OPERANDS[operator])} on {name}"
        refusals.reject(message)
    values = operands[0] if OPERANDS[operator] == ("values",) else operands
    if not isinstance(values, list):
        refusals.reject_json(f"values of {name} must be a list")
    if name.startswith(ASSOCIATION):
        return _on_associated(name, operator, values)
    definition = _defined(portal, kind, name)
    comparable = tuple(_comparable(definition, str(value)) for value in values)
    return Filter(name, operator, comparable, definition)


def _on_associated(name: str, operator: str, values: list[Any]) -> Filter:
    other = kind_named(name.removeprefix(ASSOCIATION))
    if other is None or operator not in {"EQ", "IN", "NEQ", "NOT_IN"}:
        refusals.reject(f"Cannot filter on {name} with {operator}")
    return Filter(name, operator, tuple(str(value) for value in values), other=other)


def _comparable(definition: Definition, text: str) -> str:
    """An operand in the form in which it is compared: times as epoch milliseconds."""
    if definition.type in {"date", "datetime"}:
        moment = parse_instant(text)
        if moment is None:
            refusals.reject(f"{text} is not a valid date for {definition.name}")
        return str(moment)
    if definition.type == "number":
        try:
            float(text)
        except ValueError:
            message = f"{text} is not a valid number for {definition.name}"
            refusals.reject(message)
    return text if definition.type == "enumeration" else text.lower()
