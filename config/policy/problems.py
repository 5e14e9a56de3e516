"""pydantic's findings on a policy file, told as one line for the person who wrote the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.policy.document import Document, Place, PolicyError

MAX_SHOWN_VALUE_CHARS = 60


def described(
    document: Document, model: type[BaseModel], error: ValidationError, base: Place
) -> PolicyError:
    """The first of pydantic's findings with its line; `base` is where the model stands.

    An unknown key goes first, because a misspelt key is also reported as a missing one.
    """
    details = error.errors(include_url=False)
    first = next((d for d in details if d["type"] == "extra_forbidden"), details[0])
    place = (*base, *first["loc"])
    return document.error(place, _problem(model, first), more=len(details) - 1)


def _problem(model: type[BaseModel], detail: ErrorDetails) -> str:
    place = detail["loc"]
    if detail["type"] == "missing":
        return f"the key {place[-1]!r} is missing"
    if detail["type"] == "extra_forbidden":
        allowed = ", ".join(_keys(_model_at(model, place[:-1])))
        return f"unknown key {place[-1]!r}; allowed here: {allowed or 'none'}"
    said = detail["msg"].removeprefix("Value error, ")
    value = detail["input"]
    if isinstance(value, str | int | float | bool) and len(str(value)) <= MAX_SHOWN_VALUE_CHARS:
        return f"{said}, not {value!r}"
    return said


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield field.alias or name


def _model_at(model: type[BaseModel], place: Place) -> type[BaseModel]:
    """The model that describes the mapping at a place."""
    for step in place:
        for name, field in model.model_fields.items():
            if step == (field.alias or name):
                model = next(_models(field.annotation), model)
    return model


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
