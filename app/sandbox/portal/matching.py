"""Whether one record meets one search filter, worked out once per filter.

It refuses to look anything up in an index; `search.py` narrows records down before it asks here.
Text compares without case, options with it, numbers and times as numbers. A negative operator
holds for a record without a value, as a negated query does in HubSpot's index.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from .times import parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .kinds import Kind
    from .portal import Portal
    from .query import Filter
    from .records import Record

    Test = Callable[[Record], bool]
    Getter = Callable[[Record], str | None]

_T = TypeVar("_T", float, str)
_TOKEN = re.compile(r"[\w@.+-]+")
_NEGATIVE = {
    "NEQ": "EQ",
    "NOT_IN": "IN",
    "NOT_HAS_PROPERTY": "HAS_PROPERTY",
    "NOT_CONTAINS_TOKEN": "CONTAINS_TOKEN",
}
_TEXT = {
    "contacts": ("firstname", "lastname", "email", "phone", "company", "jobtitle"),
    "companies": ("name", "domain", "website", "phone"),
    "deals": ("dealname", "description", "dealtype"),
    "notes": ("hs_note_body",),
    "tasks": ("hs_task_subject", "hs_task_body"),
    "calls": ("hs_call_title", "hs_call_body"),
    "meetings": ("hs_meeting_title", "hs_meeting_body"),
    "emails": ("hs_email_subject", "hs_email_text"),
}


def test_of(portal: Portal, kind: Kind, condition: Filter) -> Test:
    """The test that a filter stands for."""
    positive = _NEGATIVE.get(condition.operator)
    if positive is not None:
        holds = _positive(portal, kind, condition, positive)
        return lambda record: not holds(record)
    return _positive(portal, kind, condition, condition.operator)


def text_test(kind: Kind, text: str) -> Test:
    """Whether every word of a free text begins a word in what is searched by default."""
    words = [word.lower() for word in _TOKEN.findall(text)]
    names = _TEXT[kind.plural]

    def test(record: Record) -> bool:
        content = " ".join(record.values.get(name, "") for name in names).lower()
        tokens = _TOKEN.findall(content)
        return all(any(token.startswith(word) for token in tokens) for word in words)

    return test


def number_getter(
    portal: Portal, kind: Kind, name: str, type_: str
) -> Callable[[Record], float | None]:
    """How to read a number or a time (in epoch milliseconds) from a record."""
    if name == "hs_object_id":
        return lambda record: record.id
    if name == kind.modified_property:
        return lambda record: record.updated_ms
    if name == kind.created_property:
        return lambda record: (
            parse_instant(record.values[name]) if name in record.values else record.created_ms
        )
    get = getter(portal, kind, name)
    if type_ == "number":
        return lambda record: _number(get(record))
    return lambda record: parse_instant(get(record) or "")


def getter(portal: Portal, kind: Kind, name: str) -> Getter:
    """How to read a property from a record, calculated or not."""
    return portal.calculated.getter(kind.plural, name) or (lambda record: record.values.get(name))


def _positive(portal: Portal, kind: Kind, condition: Filter, operator: str) -> Test:
    if condition.other is not None:
        return _associated(portal, kind, condition.other, condition.values)
    get = getter(portal, kind, condition.name)
    if operator == "HAS_PROPERTY":
        return lambda record: bool(get(record))
    if operator == "CONTAINS_TOKEN":
        return _tokens(get, condition.values[0])
    return _comparison(portal, kind, condition, operator)


def _comparison(portal: Portal, kind: Kind, condition: Filter, operator: str) -> Test:
    definition, values = condition.definition, list(condition.values)
    get = getter(portal, kind, condition.name)
    if definition is not None and condition.is_numeric:
        read = number_getter(portal, kind, condition.name, definition.type)
        return _compare(read, operator, [float(value) for value in values])
    if definition is not None and definition.is_multiple:
        wanted = set(values)
        return lambda record: not wanted.isdisjoint((get(record) or "").split(";"))
    if definition is not None and definition.type == "enumeration":
        return _compare(get, operator, values)
    return _compare(lambda record: _lower(get(record)), operator, values)


def _associated(portal: Portal, kind: Kind, other: Kind, values: Iterable[str]) -> Test:
    wanted = {int(value) for value in values if value.isdecimal()}
    store = portal.store
    return lambda record: (
        not wanted.isdisjoint(store.associated(kind.plural, record.id, other.plural))
    )


def _compare(read: Callable[[Record], _T | None], operator: str, operands: list[_T]) -> Test:
    """A comparison; a record without a value meets none."""
    first, last, among = operands[0], operands[-1], frozenset(operands)
    holds: dict[str, Callable[[_T], bool]] = {
        "EQ": lambda value: value == first,
        "IN": lambda value: value in among,
        "LT": lambda value: value < first,
        "LTE": lambda value: value <= first,
        "GT": lambda value: value > first,
        "GTE": lambda value: value >= first,
        "BETWEEN": lambda value: first <= value <= last,
    }
    compare = holds[operator]

    def test(record: Record) -> bool:
        value = read(record)
        return value is not None and compare(value)

    return test


def _tokens(get: Getter, pattern: str) -> Test:
    """Every word of the pattern is a word of the value; `*` stands for any characters."""
    wanted = [
        re.compile(".*".join(re.escape(part) for part in word.split("*")))
        for word in pattern.lower().split()
    ]

    def test(record: Record) -> bool:
        tokens = _TOKEN.findall((get(record) or "").lower())
        return all(any(one.fullmatch(token) for token in tokens) for one in wanted)

    return test


def _number(text: str | None) -> float | None:
    """The number that a text is; none where a property became a number after it was written."""
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
