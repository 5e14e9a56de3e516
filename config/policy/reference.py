"""The reference page of policy files, made from their schema: every key, its type, its meaning.

The page that explains how to write a policy is written by hand; this one is complete instead, and
cannot fall behind, because a test makes it again. It says nothing that the schema does not say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from config.policy.json_schema import policy_schema

Schema = Mapping[str, Any]

_OPENING = """\
# Policy file: every key

Made from the schema by `dealgate policy reference`; do not edit it here. How the keys work
together: [policy](policy.md).
"""


def reference() -> str:
    """The page as Markdown, with a newline at its end."""
    schema = policy_schema()
    return "\n".join([_OPENING, *_parts(schema)]) + "\n"


def _parts(schema: Schema) -> Iterator[str]:
    yield from _shape("A policy file", schema)
    for name, shape in sorted(schema["$defs"].items()):
        if "properties" in shape:
            yield from _shape(_title(name), shape)
        elif "enum" in shape:
            yield from _choice(_title(name), shape)
    yield from _checks(schema)


def _shape(title: str, shape: Schema) -> Iterator[str]:
    yield from (f"## {title}", "")
    if said := _said(shape):
        yield from (said, "")
    yield from ("| key | holds | needed | means |", "|---|---|---|---|")
    required = shape.get("required", ())
    for key, value in shape["properties"].items():
        needed = "yes" if key in required else _default(value)
        yield f"| `{key}` | {_type(value)} | {needed} | {_cell(_said(value))} |"
    yield ""


def _choice(title: str, shape: Schema) -> Iterator[str]:
    words = ", ".join(f"`{word}`" for word in shape["enum"])
    yield from (f"## {title}", "", _said(shape), "", f"One of {words}.", "")


def _checks(schema: Schema) -> Iterator[str]:
    criterion = schema["$defs"]["CriterionWire"]
    yield from ("## Checks", "", "What a criterion may name under `check`.", "")
    yield from ("| check | parameters under `with` | means |", "|---|---|---|")
    branches = {each["if"]["properties"]["check"]["const"]: each for each in criterion["allOf"]}
    for check in criterion["properties"]["check"]["oneOf"]:
        parameters = branches[check["const"]]["then"]["properties"]["with"]
        required = parameters.get("required", ())
        named = ", ".join(
            f"`{key}`{'' if key in required else ' (optional)'}: {_type(value)}"
            for key, value in parameters.get("properties", {}).items()
        )
        yield f"| `{check['const']}` | {named or '–'} | {_cell(check['description'])} |"


def _type(value: Schema) -> str:
    """What stands there, in a few words, with the section of a shape that has its own."""
    if "$ref" in value:
        return f"[{_title(value['$ref'].rsplit('/', 1)[1])}](#{_anchor(value['$ref'])})"
    if "const" in value or "enum" in value:
        return " or ".join(f"`{word}`" for word in value.get("enum", [value.get("const")]))
    if alternatives := value.get("anyOf") or value.get("oneOf") or value.get("allOf"):
        return " or ".join(dict.fromkeys(_type(each) for each in alternatives))
    return _held(value)


def _held(value: Schema) -> str:
    """The type of what has no name of its own: a list, a mapping, or a single value."""
    if value.get("type") == "array":
        return f"list of {_type(value.get('items', {}))}"
    if value.get("type") == "object":
        held = value.get("additionalProperties")
        return f"mapping to {_type(held)}" if isinstance(held, dict) else "mapping"
    if value.get("type") == "string":
        return {"date": "date", "date-time": "moment"}.get(value.get("format", ""), "text")
    return " ".join([_NUMBERS.get(str(value.get("type")), "anything"), *_bounds(value)])


_NUMBERS = {
    "integer": "whole number",
    "number": "number",
    "null": "nothing",
    "boolean": "yes or no",
}
_BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}


def _bounds(value: Schema) -> Iterator[str]:
    return (f"{words} {value[key]}" for key, words in _BOUNDS.items() if key in value)


def _default(value: Schema) -> str:
    if "default" not in value:
        return "no"
    default = value["default"]
    if default in (None, "", [], {}):
        return "no"
    return f"no: `{default}`" if isinstance(default, str | int | float) else "no: see there"


def _said(value: Schema) -> str:
    return " ".join(str(value.get("description", "")).split("\n\n")[0].split())


def _title(name: str) -> str:
    """`CriterionWire` → `Criterion`, `ReplyRulesWire` → `Reply rules`."""
    words = name.removesuffix("Wire")
    spaced = "".join(f" {each.lower()}" if each.isupper() else each for each in words).strip()
    return spaced[:1].upper() + spaced[1:]


def _anchor(reference_to: str) -> str:
    return _title(reference_to.rsplit("/", 1)[1]).lower().replace(" ", "-")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
