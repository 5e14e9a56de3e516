"""Single fields of request bodies, read with the type that they must have.

It refuses a field of another type by its name; an absent one is the default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import refusals

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_WHOLE = 2**31 - 1


def text(given: Mapping[str, Any], name: str, default: str = "") -> str:
    """A text; null counts as absent.

    Raises:
        Refusal: it is something else.
    """
    value = given.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        refusals.reject_json(f"{name} must be text")
    return value


def whole(given: Mapping[str, Any], name: str, default: int) -> int:
    """A whole number of 32 bits; null counts as absent.

    Raises:
        Refusal: it is something else.
    """
    value = given.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _MAX_WHOLE:
        refusals.reject_json(f"{name} must be a whole number")
    return value


def flag(given: Mapping[str, Any], name: str, *, default: bool = False) -> bool:
    """A boolean; null counts as absent.

    Raises:
        Refusal: it is something else.
    """
    value = given.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        refusals.reject_json(f"{name} must be true or false")
    return value
