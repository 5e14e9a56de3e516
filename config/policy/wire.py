"""What all wire shapes of policy files and example files are made of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, StringConstraints
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""Lower case, digits and underscores: valid as the internal value of a HubSpot option."""
MeetingId = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{1,8}$")]
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]


class Wire(BaseModel):
    """Base of all wire shapes: no unknown keys, no loose types, no changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True, slots=True)
class Worded:
    """Marks text that must match a pattern and is refused in words, never with the pattern."""

    pattern: str
    allowed: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        """Validate the text after everything else about it."""
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Editors are given the pattern and the words."""
        return handler(schema) | {"pattern": self.pattern, "description": self.allowed}

    def _checked(self, text: str) -> str:
        if re.fullmatch(self.pattern, text) is None:
            message = f"allowed: {self.allowed}"
            raise ValueError(message)
        return text
