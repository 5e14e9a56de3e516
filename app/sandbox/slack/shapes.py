"""Small combinators that check a JSON value and word the complaint as Slack words it.

A check is called with the value, its JSON pointer and the list of complaints, and appends to that
list; it never raises. The wording follows what Slack's Web API returns in
`response_metadata.messages`, because clients show it to people and people search for it.
"""

from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[Any, str, list[str]], None]


def complain(complaints: list[str], pointer: str, message: str) -> None:
    """Record one complaint in Slack's format."""
    complaints.append(f"{message} [json-pointer:{pointer}]")


def anything(_value: Any, _pointer: str, _complaints: list[str]) -> None:
    """Accept whatever is there: Slack's own deeper rules are outside this sandbox."""


def boolean(value: Any, pointer: str, complaints: list[str]) -> None:
    """Accept true and false."""
    if not isinstance(value, bool):
        complain(complaints, pointer, "must provide a boolean")


def integer(value: Any, pointer: str, complaints: list[str]) -> None:
    """Accept a whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        complain(complaints, pointer, "must provide a number")


def string(most: int, *, least: int = 0) -> Check:
    """Accept a string of `least` to `most` characters."""

    def check(value: Any, pointer: str, complaints: list[str]) -> None:
        if not isinstance(value, str):
            complain(complaints, pointer, "must provide a string")
        elif len(value) < least:
            complain(complaints, pointer, f"must be more than {least - 1} characters")
        elif len(value) > most:
            complain(complaints, pointer, f"must be less than {most + 1} characters")

    return check


def choice(*allowed: str) -> Check:
    """Accept one of a closed set of words."""

    def check(value: Any, pointer: str, complaints: list[str]) -> None:
        if value not in allowed:
            complain(complaints, pointer, f"must be one of: {', '.join(allowed)}")

    return check


def items(check_one: Check, *, most: int, least: int = 1) -> Check:
    """Accept an array of `least` to `most` items, each of which passes `check_one`."""

    def check(value: Any, pointer: str, complaints: list[str]) -> None:
        if not isinstance(value, list):
            complain(complaints, pointer, "must provide an array")
            return
        if len(value) > most:
            complain(complaints, pointer, f"no more than {most} items allowed")
        elif len(value) < least:
            complain(complaints, pointer, f"no fewer than {least} items required")
        for index, item in enumerate(value):
            check_one(item, f"{pointer}/{index}", complaints)

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Accept an object with these fields and no others; `type` is always allowed."""
    known = {"type": anything, **(optional or {}), **required}

    def check(value: Any, pointer: str, complaints: list[str]) -> None:
        if not isinstance(value, dict):
            complain(complaints, pointer, "must provide an object")
            return
        for name in required:
            if name not in value:
                complain(complaints, pointer, f"missing required field: {name}")
        for name, field in value.items():
            if name in known:
                known[name](field, f"{pointer}/{name}", complaints)
            else:
                complain(complaints, pointer, f"invalid additional property: {name}")

    return check


def either(first: str, second: str, check_shape: Check) -> Check:
    """Accept an object that has at least one of two fields and passes `check_shape`."""

    def check(value: Any, pointer: str, complaints: list[str]) -> None:
        if isinstance(value, dict) and first not in value and second not in value:
            complain(complaints, pointer, f"must define either `{first}` or `{second}`")
        check_shape(value, pointer, complaints)

    return check


def by_type(table: Mapping[str, Check]) -> Check:
    """Accept an object whose `type` names a check of `table` that it passes."""

    def check(value: Any, pointer: str, complaints: list[str]) -> None:
        if not isinstance(value, dict):
            complain(complaints, pointer, "must provide an object")
        elif "type" not in value:
            complain(complaints, pointer, "missing required field: type")
        elif not isinstance(value["type"], str) or value["type"] not in table:
            complain(complaints, f"{pointer}/type", f"unsupported type: {value['type']}")
        else:
            table[value["type"]](value, pointer, complaints)

    return check
