"""From a verdict to the property values we own, and to the smallest write that sets them.

Refuses to write anything without our prefix, anything that the portal did not return (a name that
is missing there would fail the whole record), and anything that already stands there: applying a
diff once leaves an empty diff, so an unchanged deal costs no call and echoes no webhook.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.deal import (
    ObjectKey,
    ObjectKind,
    Properties,
    Snapshot,
    Unread,
    deal_key,
)
from app.domain.standing import shown_in_portal, standing_of
from app.domain.summary import masked, needs_text, summary_text
from app.domain.verdict import CompanyReading, ContactReading, Finding, Verdict, ZoneReading

MULTI_VALUE_SEPARATOR = ";"
MAX_TEXT_CHARS = 65_536
"""HubSpot's limit for a string property."""


@dataclass(frozen=True, slots=True)
class Change:
    """The smallest write that makes one record match its desired state; own properties only."""

    key: ObjectKey
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OwnedNames:
    """The internal names of the properties that we own, under a prefix of the operator's choice."""

    prefix: str = "ff_"

    def name(self, suffix: str) -> str:
        """The internal name of one property."""
        return f"{self.prefix}{suffix}"

    @property
    def verdict_at(self) -> str:
        """The deal's property that says when its verdict last changed."""
        return self.name("verdict_at")

    @property
    def stage_blockers(self) -> str:
        """The deal's multi-checkbox of blocking criteria."""
        return self.name("stage_blockers")

    def of(self, kind: ObjectKind) -> tuple[str, ...]:
        """Every property that we own on records of a kind, in reading order."""
        return tuple(self.name(suffix) for suffix in _SUFFIXES.get(kind, ()))


_SUFFIXES: Mapping[ObjectKind, tuple[str, ...]] = {
    ObjectKind.DEAL: (
        "stage_blockers",
        "blocker_summary",
        "standing",
        "earned_stage",
        "next_stage_needs",
        "zone",
        "zone_basis",
        "recommended_process",
        "policy_version",
        "verdict_at",
    ),
    ObjectKind.CONTACT: ("qualification", "lead_status_finding"),
    ObjectKind.COMPANY: ("zone", "zone_basis"),
}


def desired(
    verdict: Verdict,
    names: OwnedNames = OwnedNames(),
) -> Mapping[ObjectKey, Mapping[str, str]]:
    """The values that this verdict implies, per record; an empty string clears a property.

    The instant of the verdict is not among them: it is written by `diff`, beside a change.
    """
    values = {deal_key(verdict.subject.deal_id): _deal_values(verdict)}
    values.update((reading.key, _contact_values(reading)) for reading in verdict.contacts)
    values.update((reading.key, _company_values(reading)) for reading in verdict.companies)
    return {
        key: {names.name(suffix): _fitting(text) for suffix, text in texts.items()}
        for key, texts in values.items()
    }


def observed_of(snapshot: Snapshot) -> Mapping[ObjectKey, Properties]:
    """The properties that the snapshot holds for each record that `desired` may name."""
    observed: dict[ObjectKey, Properties] = {deal_key(snapshot.deal_id): snapshot.properties}
    if not isinstance(snapshot.contacts, Unread):
        for contact in snapshot.contacts:
            observed[ObjectKey(ObjectKind.CONTACT, contact.id)] = contact.properties
    if not isinstance(snapshot.companies, Unread):
        for company in snapshot.companies:
            observed[ObjectKey(ObjectKind.COMPANY, company.id)] = company.properties
    return observed


def diff(
    wanted: Mapping[ObjectKey, Mapping[str, str]],
    observed: Mapping[ObjectKey, Properties],
    now: datetime,
    names: OwnedNames = OwnedNames(),
) -> tuple[Change, ...]:
    """The smallest writes that make the observed records say what is wanted.

    Properties that the portal did not return are left out; see `missing_properties`.
    """
    changes = []
    for key, values in wanted.items():
        seen = observed.get(key, {})
        changed = {
            name: value
            for name, value in values.items()
            if name in seen and not _same(value, seen[name] or "", names.stage_blockers == name)
        }
        if not changed:
            continue
        if names.verdict_at in seen:
            changed[names.verdict_at] = timestamp(now)
        changes.append(Change(key, changed))
    return tuple(changes)


def missing_properties(
    wanted: Mapping[ObjectKey, Mapping[str, str]], observed: Mapping[ObjectKey, Properties]
) -> Mapping[ObjectKind, tuple[str, ...]]:
    """Wanted properties that the portal does not have, by kind of record; `setup` creates them."""
    missing: dict[ObjectKind, set[str]] = {}
    for key, values in wanted.items():
        if key in observed:
            absent = values.keys() - observed[key].keys()
            if absent:
                missing.setdefault(key.kind, set()).update(absent)
    return {kind: tuple(sorted(absent)) for kind, absent in missing.items()}


def timestamp(moment: datetime) -> str:
    """An instant as HubSpot's datetime properties take it: ISO 8601 in UTC, milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _deal_values(verdict: Verdict) -> Mapping[str, str]:
    shown = shown_in_portal(verdict.findings)
    return {
        "stage_blockers": _codes(finding for finding in shown if finding.blocks),
        "blocker_summary": summary_text(verdict, shown),
        "standing": standing_of(shown).value,
        "earned_stage": verdict.earned_stage or "",
        "next_stage_needs": needs_text(verdict, shown_in_portal(verdict.next_needs)),
        **_zone_values(verdict.zone),
        "recommended_process": verdict.zone.recommended_process or "",
        "policy_version": verdict.policy_version,
    }


def _contact_values(reading: ContactReading) -> Mapping[str, str]:
    return {
        "qualification": reading.qualification,
        "lead_status_finding": reading.lead_status_finding,
    }


def _company_values(reading: CompanyReading) -> Mapping[str, str]:
    return _zone_values(reading.zone)


def _zone_values(zone: ZoneReading) -> Mapping[str, str]:
    return {"zone": zone.zone.value, "zone_basis": masked(zone.basis)}


def _codes(findings: Iterable[Finding]) -> str:
    return MULTI_VALUE_SEPARATOR.join(sorted({finding.criterion for finding in findings}))


def _fitting(text: str) -> str:
    return text.strip()[:MAX_TEXT_CHARS]


def _same(wanted: str, seen: str, is_multi_value: bool) -> bool:  # noqa: FBT001 a private helper
    """Whether two values mean the same to HubSpot, which may reorder options and fold spaces."""
    if is_multi_value:
        return set(filter(None, wanted.split(MULTI_VALUE_SEPARATOR))) == set(
            filter(None, seen.split(MULTI_VALUE_SEPARATOR))
        )
    return wanted == seen or wanted.split() == seen.split()
