"""A "no" on its way from wherever it is found to the door, and the body that it becomes there.

It refuses to word anything; the words are HubSpot's and stand in `refusals.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(slots=True, eq=False)
class Refusal(Exception):
    """A request that HubSpot answers with an error body. Absent fields are left out of it."""

    status: int
    message: str
    category: str | None = None
    sub_category: str | None = None
    context: Mapping[str, Sequence[str]] | None = None
    errors: Sequence[Mapping[str, object]] = ()
    links: Mapping[str, str] | None = None
    extra: Mapping[str, str] = field(default_factory=dict)

    def body(self, correlation_id: str) -> dict[str, object]:
        """The error body; every one carries the correlation id."""
        body: dict[str, object] = {
            "status": "error",
            "message": self.message,
            "correlationId": correlation_id,
        }
        optional = {
            "context": self.context,
            "category": self.category,
            "subCategory": self.sub_category,
            "errors": self.errors,
            "links": self.links,
        }
        body.update({key: value for key, value in optional.items() if value})
        body.update(self.extra)
        return body

    def item(self, context: Mapping[str, Sequence[str]]) -> dict[str, object]:
        """The same refusal as one entry of `errors` in a partly successful batch."""
        entry: dict[str, object] = {
            "status": "error",
            "category": self.category,
            "message": self.message,
            "context": context,
        }
        if self.sub_category:
            entry["subCategory"] = self.sub_category
        if self.errors:
            entry["errors"] = self.errors
        return entry
