"""Values that HubSpot works out by itself: times, roll-ups of activities, what a stage implies.

They are computed when they are read, so they are never stale, cannot be written and raise no
change, just as HubSpot's calculated properties fire no webhook. Nothing is computed for a
property that the portal does not define.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from .kinds import ACTIVITIES, BY_PLURAL
from .times import DAY_MS, instant, parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..clock import SandboxClock
    from .kinds import Kind
    from .pipelines import Pipelines, Stage
    from .records import Record
    from .store import Store

    Getter = Callable[[Record], str | None]

_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")
_PREVIEW_CHARACTERS = 500
_CONTACTING = ("calls", "emails", "meetings")
_UPCOMING = ("meetings", "tasks")
STAGE_TIMES = (
    "hs_v2_date_entered_",
    "hs_v2_date_exited_",
    "hs_v2_latest_time_in_",
    "hs_v2_cumulative_time_in_",
)


class Calculated:
    """Getters of calculated values, by object type and property name."""

    def __init__(self, store: Store, pipelines: Pipelines, clock: SandboxClock) -> None:
        self._store = store
        self._pipelines = pipelines
        self._clock = clock
        self._getters: dict[tuple[str, str], Getter | None] = {}

    def getter(self, object_type: str, name: str) -> Getter | None:
        """How to work that property out; None when it is an ordinary one."""
        key = (object_type, name)
        if key not in self._getters:
            self._getters[key] = self._make(object_type, name)
        return self._getters[key]

    def _make(self, object_type: str, name: str) -> Getter | None:
        found = _of_any_record(BY_PLURAL[object_type], name)
        if found is None and object_type == "notes" and name == "hs_body_preview":
            return lambda record: _preview(record.values.get("hs_note_body"))
        if found is None and object_type not in ACTIVITIES:
            found = self._roll_up(object_type, name)
        if found is None and object_type == "deals":
            found = self._of_deal(name)
        return found

    def _roll_up(self, object_type: str, name: str) -> Getter | None:
        def count(*others: str) -> Getter:
            return lambda record: str(
                sum(len(self._store.associated(object_type, record.id, one)) for one in others)
            )

        def latest(*others: str) -> Getter:
            return lambda record: self._moment(object_type, record, others, past=True)

        def primary_company(record: Record) -> str | None:
            company = self._store.associations.primary((object_type, "companies"), record.id)
            return None if company is None else str(company)

        getters: dict[str, Getter] = {
            "num_associated_contacts": count("contacts"),
            "num_associated_deals": count("deals"),
            "num_notes": count(*ACTIVITIES),
            "num_contacted_notes": count(*_CONTACTING),
            "notes_last_updated": latest(*ACTIVITIES),
            "notes_last_contacted": latest(*_CONTACTING),
            "notes_next_activity_date": lambda record: self._moment(
                object_type, record, _UPCOMING, past=False
            ),
            "hubspot_owner_assigneddate": _owner_assigned,
        }
        if object_type == "contacts":
            getters["associatedcompanyid"] = primary_company
        if object_type == "deals":
            getters["hs_primary_associated_company"] = primary_company
        return getters.get(name)

    def _moment(
        self, object_type: str, record: Record, others: tuple[str, ...], *, past: bool
    ) -> str | None:
        now = self._clock.epoch_ms()
        times = []
        for other in others:
            live = self._store.table(other).live
            for activity_id in self._store.associated(object_type, record.id, other):
                at_ms = parse_instant(live[activity_id].values.get("hs_timestamp", ""))
                if at_ms is not None and (at_ms <= now) is past:
                    times.append(at_ms)
        if not times:
            return None
        return instant(max(times) if past else min(times))

    def _of_deal(self, name: str) -> Getter | None:
        def of_stage(read: Callable[[Stage], str]) -> Getter:
            def get(record: Record) -> str | None:
                stage = self._pipelines.stage("deals", record.values.get("dealstage", ""))
                return None if stage is None else read(stage)

            return get

        def closed(record: Record) -> str:
            stage = self._pipelines.stage("deals", record.values.get("dealstage", ""))
            return str(stage is not None and stage.is_closed).lower()

        getters: dict[str, Getter] = {
            "hs_is_closed": closed,
            "hs_is_closed_won": of_stage(lambda stage: str(stage.is_won).lower()),
            "hs_is_closed_lost": of_stage(lambda stage: str(stage.is_lost).lower()),
            "hs_deal_stage_probability": of_stage(lambda stage: f"{stage.probability:g}"),
            "hs_v2_date_entered_current_stage": self._entered_current,
            "hs_v2_time_in_current_stage": self._entered_current,
            "days_to_close": _days_to_close,
        }
        found = getters.get(name)
        if found is None:
            prefix = next((one for one in STAGE_TIMES if name.startswith(one)), None)
            if prefix is not None:
                return self._stage_time(prefix, name.removeprefix(prefix))
        return found

    def _entered_current(self, record: Record) -> str | None:
        versions = record.versions("dealstage")
        return instant(versions[0].at_ms) if versions and versions[0].value else None

    def _stage_time(self, prefix: str, stage_id: str) -> Getter:
        def get(record: Record) -> str | None:
            stays = self._stays(record, stage_id)
            if not stays:
                return None
            entered, left = stays[-1]
            if prefix == "hs_v2_date_entered_":
                return instant(entered)
            if prefix == "hs_v2_date_exited_":
                return None if left is None else instant(left)
            now = self._clock.epoch_ms()
            if prefix == "hs_v2_latest_time_in_":
                return str((now if left is None else left) - entered)
            return str(sum((now if end is None else end) - start for start, end in stays))

        return get

    def _stays(self, record: Record, stage_id: str) -> list[tuple[int, int | None]]:
        """When the deal was in that stage: entered and left, the latest stay last."""
        past = record.versions("dealstage")[::-1]
        ends: list[int | None] = [*(version.at_ms for version in past[1:]), None]
        return [
            (version.at_ms, end)
            for version, end in zip(past, ends, strict=True)
            if version.value == stage_id
        ]


def _of_any_record(kind: Kind, name: str) -> Getter | None:
    getters: dict[str, Getter] = {
        "hs_object_id": lambda record: str(record.id),
        "hs_object_source": lambda record: record.creator.source,
        "hs_object_source_id": lambda record: record.creator.source_id,
        kind.created_property: lambda record: (
            record.values.get(kind.created_property) or instant(record.created_ms)
        ),
        kind.modified_property: lambda record: instant(record.updated_ms),
    }
    return getters.get(name)


def _preview(body: str | None) -> str | None:
    if body is None:
        return None
    text = html.unescape(_TAG.sub(" ", body))
    return _SPACE.sub(" ", text).strip()[:_PREVIEW_CHARACTERS]


def _owner_assigned(record: Record) -> str | None:
    versions = record.versions("hubspot_owner_id")
    return instant(versions[0].at_ms) if versions and versions[0].value else None


def _days_to_close(record: Record) -> str | None:
    closes = parse_instant(record.values.get("closedate", ""))
    if closes is None:
        return None
    return str(max(0, (closes - record.created_ms) // DAY_MS))
