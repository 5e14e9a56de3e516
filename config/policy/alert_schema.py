"""The wire shape of a policy file's section on alerts."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.domain.criterion import CriterionKind
from app.domain.quiet import Weekday
from app.domain.verdict import Severity
from config.policy.wire import Code, Text, Wire, Worded

MAX_PEOPLE = 1_000
Target = Annotated[
    str,
    Worded(
        r"^(owner|digest|#[^\sA-Z.,#@]{1,80}|[CG][A-Z0-9]{6,20})$",
        "owner, digest, #channel-name (lower case), or the id of a channel",
    ),
]
SlackId = Annotated[str, Worded(r"^[UW][A-Z0-9]{6,20}$", "the Slack id of a person (U… or W…)")]
Email = Annotated[str, Worded(r"^[^@\s]{1,64}@[^@\s]{1,189}$", "an e-mail address")]
Addressee = Annotated[
    str,
    Worded(
        r"^([^@\s]{1,64}@[^@\s]{1,189}|[USW][A-Z0-9]{6,20})$",
        "an e-mail address, or the Slack id of a person (U…, W…) or of a group (S…)",
    ),
]
Hour = Annotated[str, Worded(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", "hh:mm, from 00:00 to 23:59")]


class RouteWire(Wire):
    """Where alerts go that fit all of these; a condition that is not given fits anything."""

    to: Target
    criteria: tuple[Code, ...] = ()
    kinds: tuple[CriterionKind, ...] = ()
    severities: tuple[Severity, ...] = ()
    processes: tuple[Code, ...] = ()
    stages: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _narrows(self) -> Self:
        if not self.model_fields_set - {"to"} or any(
            getattr(self, name) == () for name in self.model_fields_set
        ):
            message = (
                "a route needs at least one of criteria, kinds, severities, processes, stages, "
                "and none of them empty; what goes everywhere is the default"
            )
            raise ValueError(message)
        return self


class QuietWindowWire(Wire):
    """From a time of each of these days on; an end not after the beginning is on the next day."""

    from_: Hour = Field(alias="from")
    to: Hour
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]


class QuietHoursWire(Wire):
    """When nothing is posted; `time_zone` is a name of the IANA database."""

    time_zone: Text
    windows: Annotated[tuple[QuietWindowWire, ...], Field(min_length=1)]


class UsefulnessWire(Wire):
    """When alerts of a criterion are worth their noise."""

    days: Annotated[int, Field(ge=1, le=365)] = 7
    floor: Annotated[float, Field(ge=0, le=1)] = 0.3
    at_least: Annotated[int, Field(ge=1, le=10_000)] = 20


class AlertsWire(Wire):
    """Where alerts go, when, and how many at once."""

    default: Target | None = None
    routes: tuple[RouteWire, ...] = ()
    quiet_hours: QuietHoursWire | None = None
    cooldown_minutes: Annotated[int, Field(ge=0, le=10_080)] = 0
    group_above: Annotated[int, Field(ge=1, le=1_000)] = 5
    fallback: Addressee | None = None
    mentions: Annotated[dict[Email, SlackId], Field(max_length=MAX_PEOPLE)] = Field(
        default_factory=dict
    )
    usefulness: UsefulnessWire = UsefulnessWire()
