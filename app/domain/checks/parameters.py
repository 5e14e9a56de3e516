"""The kinds of parameters that checks take, with the limits that a policy file must keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, NewType, TypeVar

from annotated_types import Ge, Le, MinLen

from app.domain.deal import Unread
from app.domain.labels import folded
from app.domain.notes import QuestionId

PropertyName = NewType("PropertyName", str)
"""Internal name of a deal property."""
ContactPropertyName = NewType("ContactPropertyName", str)
"""Internal name of a contact property."""
StageLabel = NewType("StageLabel", str)
"""Label of a stage in one of the policy's processes."""
RoleId = NewType("RoleId", str)
"""Id of a committee role of the policy."""

Days = Annotated[int, Ge(1), Le(3_650)]
Count = Annotated[int, Ge(1)]
DaysByStage = Annotated[Mapping[StageLabel, Days], MinLen(1)]
"""Days per stage; a stage that is not named is not looked at."""
WordsByStage = Annotated[Mapping[StageLabel, tuple[str, ...]], MinLen(1)]
"""Allowed values per stage; a stage that is not named is not looked at."""

WordsByQuestion = Mapping[QuestionId, Annotated[tuple[str, ...], MinLen(1)]]
"""Words per question."""

T = TypeVar("T")


def by_stage(values: Mapping[StageLabel, T], stage: str | Unread) -> T | None:
    """What is given for a stage; None when nothing is, or while the stage cannot be told."""
    if isinstance(stage, Unread):
        return None
    if stage in values:
        return values[StageLabel(stage)]
    wanted = folded(stage)
    return next((value for label, value in values.items() if folded(label) == wanted), None)
