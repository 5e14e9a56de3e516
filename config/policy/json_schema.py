"""The policy file's shape as JSON Schema, so that an editor completes and underlines while typing.

Made from the same wire shapes that read the file, with the parameters of each check under the
name of the check. It refuses to say more than a schema can: whether a question, stage or status
that is named exists is checked by `load_policy` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import getdoc
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from app.domain.case import Check
from app.domain.checks import CHECKS
from config.policy.criteria import parameters_of
from config.policy.schema import CriterionWire, PolicyWire

SCHEMA_FILE = Path(__file__).parents[1] / "policies" / "policy.schema.json"
"""The published schema; a policy's first line names it for editors."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def policy_schema() -> Schema:
    """The schema of a whole policy file."""
    schema = PolicyWire.model_json_schema(by_alias=True)
    criterion = schema["$defs"][CriterionWire.__name__]
    criterion["properties"]["check"] = {
        "oneOf": [{"const": name, "description": _says(check)} for name, check in CHECKS.items()]
    }
    criterion["allOf"] = [_when(name, check) for name, check in CHECKS.items()]
    return {"$schema": DIALECT, **schema, "title": "Dealgate policy"}


def schema_text() -> str:
    """The schema as it is published: JSON, indented, with a newline at the end."""
    return to_json(policy_schema(), indent=2).decode() + "\n"


def _when(name: str, check: type[Check]) -> Schema:
    """The parameters that stand under `with` where this check is named."""
    parameters = parameters_of(check).model_json_schema()
    required = ["with"] if parameters.get("required") else []
    return {
        "if": {"properties": {"check": {"const": name}}, "required": ["check"]},
        "then": {"properties": {"with": _without_title(parameters)}, "required": required},
    }


def _without_title(parameters: Mapping[str, Any]) -> Schema:
    return {key: value for key, value in parameters.items() if key != "title"}


def _says(check: type[Check]) -> str:
    """The first paragraph of what the check means, on one line."""
    return " ".join((getdoc(check) or "").split("\n\n")[0].split())
