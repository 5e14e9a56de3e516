"""What a written property value must look like, and what HubSpot makes of it.

Judges values against the portal's definitions; it refuses to write anything. All problems of one
record are found at once, since HubSpot reports them together.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NoReturn

from .refusals import Invalid, invalid_properties
from .times import instant, parse_date, parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .kinds import Kind
    from .portal import Portal
    from .schema import Definition

MAX_TEXT_CHARACTERS = 65_536
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


class _Unfit(Exception):
    """A value that its definition does not take: code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def _reject(code: str, message: str) -> NoReturn:
    raise _Unfit(code, message)


def accepted(
    portal: Portal, kind: Kind, raw: Mapping[str, object], present: Mapping[str, str]
) -> dict[str, str]:
    """The values to store for what a caller wrote; an empty text clears.

    Args:
        portal: Whose definitions, owners and pipelines judge.
        kind: The object type.
        raw: Property values as they came in.
        present: The record's values before the write; empty for a new record.

    Raises:
        Refusal: at least one value does not fit.
    """
    values: dict[str, str] = {}
    problems: list[Invalid] = []
    for name, value in raw.items():
        try:
            values[name] = _accept(portal, kind, name, value, present)
        except _Unfit as unfit:
            problems.append(Invalid(name, unfit.code, unfit.message))
    if kind.plural == "deals":
        problems += _misplaced(portal, values, present)
    if problems:
        raise invalid_properties(problems, portal.portal_id)
    return values


def _accept(
    portal: Portal, kind: Kind, name: str, value: object, present: Mapping[str, str]
) -> str:
    definition = portal.properties.get(kind.plural, name)
    if definition is None:
        _reject("PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if definition.read_only:
        message = f'"{name}" is a read only property; its value cannot be set.'
        _reject("READ_ONLY_VALUE", message)
    if isinstance(value, (dict, list)):
        _reject("INVALID_VALUE", f"{name} must be text")
    text = _text(value)
    if text == "":
        return text
    if len(text) > MAX_TEXT_CHARACTERS:
        message = f"The value is longer than the {MAX_TEXT_CHARACTERS} characters allowed"
        _reject("PROPERTY_VALUE_TOO_LONG", message)
    if name == "hubspot_owner_id":
        return _owner(portal, text)
    if kind.plural == "deals" and name in {"dealstage", "pipeline"}:
        return text
    return _fit(definition, text, present.get(name, ""))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _fit(definition: Definition, text: str, present: str) -> str:
    """The value as stored, by the type of its definition."""
    judges: dict[str, Callable[[str], str]] = {
        "number": _number,
        "bool": lambda given: _choice(definition, given.lower()),
        "enumeration": lambda given: _choice(definition, given),
        "date": _date,
        "datetime": _moment,
    }
    if definition.is_multiple:
        return _choices(definition, text, present)
    if definition.name == "email":
        return _email(text)
    judge = judges.get(definition.type)
    return judge(text) if judge else text


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        _reject("INVALID_EMAIL", f"Email address {text} is invalid")
    return text.lower()


def _number(text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        _reject("INVALID_INTEGER", f"{text} was not a valid number.")
    return text


def _date(text: str) -> str:
    day = parse_date(text)
    if day is None:
        _reject("INVALID_DATE", f"{text} was not a valid date, or is not midnight UTC.")
    return day


def _moment(text: str) -> str:
    epoch_ms = parse_instant(text)
    if epoch_ms is None:
        _reject("INVALID_LONG", f"{text} was not a valid long.")
    return instant(epoch_ms)


def _choice(definition: Definition, text: str) -> str:
    allowed = [option.value for option in definition.options]
    if not definition.external_options and text not in allowed:
        message = f"{text} was not one of the allowed options: [{', '.join(allowed)}]"
        _reject("INVALID_OPTION", message)
    return text


def _choices(definition: Definition, text: str, present: str) -> str:
    """Several options; a leading semicolon adds them to those that are set."""
    chosen = [_choice(definition, one) for one in text.split(";") if one]
    kept = present.split(";") if text.startswith(";") and present else []
    return ";".join(dict.fromkeys([*kept, *chosen]))


def _owner(portal: Portal, text: str) -> str:
    if not text.isdecimal() or portal.owners.get(int(text)) is None:
        _reject("INVALID_OWNER_ID", f"Owner {text} does not exist")
    return text


def _misplaced(portal: Portal, values: dict[str, str], present: Mapping[str, str]) -> list[Invalid]:
    """A deal stands in a stage of its own pipeline; the first pipeline is the default one."""
    if not values.get("dealstage") and not values.get("pipeline"):
        return []
    known = portal.pipelines.listing("deals")
    default = next((p.id for p in known if p.id == "default"), known[0].id if known else "")
    pipeline_id = values.get("pipeline") or present.get("pipeline") or default
    pipeline = portal.pipelines.get("deals", pipeline_id)
    if pipeline is None:
        listed = ", ".join(one.id for one in known)
        message = f"{pipeline_id} was not one of the allowed options: [{listed}]"
        return [Invalid("pipeline", "INVALID_OPTION", message)]
    stage_id = values.get("dealstage")
    if stage_id and pipeline.stage(stage_id) is None:
        listed = ", ".join(stage.id for stage in pipeline.stages)
        message = f"{stage_id} was not one of the allowed options: [{listed}]"
        return [Invalid("dealstage", "INVALID_OPTION", message)]
    if stage_id:
        values.setdefault("pipeline", pipeline_id)
    return []
