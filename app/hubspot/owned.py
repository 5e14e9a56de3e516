"""The properties that we own in the portal, as HubSpot defines properties.

Their names come from the domain, which fills them; here stand the type, the label and the
description that people see. Nothing else in the portal is ours to define or to write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.deal import ObjectKind
from app.domain.desired import OwnedNames
from app.domain.verdict import Standing, Zone

Options = tuple[tuple[str, str], ...]
"""(value, label) pairs in the order in which people see them."""


class Field(StrEnum):
    """The kinds of property that we use, each as HubSpot's type and field type."""

    LINE = "string/text"
    TEXT = "string/textarea"
    CHOICE = "enumeration/select"
    CHOICES = "enumeration/checkbox"
    MOMENT = "datetime/date"

    @property
    def type(self) -> str:
        """HubSpot's `type`, which decides what values fit."""
        return self.value.partition("/")[0]

    @property
    def field_type(self) -> str:
        """HubSpot's `fieldType`, which decides how it is edited."""
        return self.value.partition("/")[2]


@dataclass(frozen=True, slots=True)
class Definition:
    """One property that we own; `options` are those of a choice."""

    kind: ObjectKind
    name: str
    label: str
    description: str
    field: Field
    options: Options = ()


_ZONES: Final[Options] = tuple(
    (each.value, "Unknown" if each is Zone.UNKNOWN else each.value) for each in Zone
)
_STANDINGS: Final[Options] = tuple((each.value, each.value.capitalize()) for each in Standing)
_ZONE: Final = (
    "Maturity zone",
    Field.CHOICE,
    "The customer's maturity zone, Z1 to Z4.",
    _ZONES,
)
_ZONE_BASIS: Final = (
    "Maturity zone: why",
    Field.TEXT,
    "What decided the zone, axis by axis.",
    (),
)

_OWNED: Final[Mapping[ObjectKind, Mapping[str, tuple[str, Field, str, Options]]]] = {
    ObjectKind.DEAL: {
        "stage_blockers": (
            "Stage blockers",
            Field.CHOICES,
            "The criteria that keep this deal from standing where it stands.",
            (),
        ),
        "blocker_summary": (
            "What is missing",
            Field.TEXT,
            "What is missing, the words that were judged, and how to put it right.",
            (),
        ),
        "standing": (
            "Qualification standing",
            Field.CHOICE,
            "The verdict in one word.",
            _STANDINGS,
        ),
        "earned_stage": (
            "Earned stage",
            Field.LINE,
            "The furthest stage that the evidence carries.",
            (),
        ),
        "next_stage_needs": (
            "Needed for the next stage",
            Field.TEXT,
            "What would stop this deal at the next stage.",
            (),
        ),
        "zone": _ZONE,
        "zone_basis": _ZONE_BASIS,
        "recommended_process": (
            "Recommended process",
            Field.LINE,
            "The sales process that fits the customer's maturity zone.",
            (),
        ),
        "policy_version": (
            "Policy version",
            Field.LINE,
            "The policy that this verdict follows.",
            (),
        ),
        "verdict_at": (
            "Verdict changed at",
            Field.MOMENT,
            "When the verdict last changed.",
            (),
        ),
    },
    ObjectKind.CONTACT: {
        "qualification": (
            "Qualification answers",
            Field.TEXT,
            "Which of the qualification questions are answered, and which are missing.",
            (),
        ),
        "lead_status_finding": (
            "Lead status finding",
            Field.TEXT,
            "What does not fit about this contact's lead status.",
            (),
        ),
    },
    ObjectKind.COMPANY: {"zone": _ZONE, "zone_basis": _ZONE_BASIS},
}


def definitions(names: OwnedNames, criteria: Sequence[tuple[str, str]]) -> tuple[Definition, ...]:
    """Every property that we own; `criteria` are (code, title) pairs, the blockers' options."""
    return tuple(
        Definition(
            kind,
            names.name(suffix),
            label,
            f"{description} Written by Dealgate.",
            field,
            tuple(criteria) if suffix == "stage_blockers" else options,
        )
        for kind, properties in _OWNED.items()
        for suffix, (label, field, description, options) in properties.items()
    )
