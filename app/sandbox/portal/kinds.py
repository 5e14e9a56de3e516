"""The object types that this portal has, by each name that HubSpot accepts for them.

It refuses custom objects: the portal plays a sales team's CRM. The scopes are those of HubSpot's
published API description, where every activity is read and written with the contacts scopes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One object type. `plural` is the word used as its key everywhere in the sandbox."""

    plural: str
    singular: str
    type_id: str
    read_scope: str
    write_scope: str
    created_property: str = "hs_createdate"
    modified_property: str = "hs_lastmodifieddate"
    is_activity: bool = True

    @property
    def constant(self) -> str:
        """The upper-case singular of HubSpot's messages, such as DEAL."""
        return self.singular.upper()


def _activity(plural: str, singular: str, type_id: str) -> Kind:
    return Kind(
        plural, singular, type_id, "crm.objects.contacts.read", "crm.objects.contacts.write"
    )


def _subject(plural: str, singular: str, type_id: str, *, modified: str) -> Kind:
    scope = f"crm.objects.{plural}"
    return Kind(
        plural,
        singular,
        type_id,
        f"{scope}.read",
        f"{scope}.write",
        created_property="createdate",
        modified_property=modified,
        is_activity=False,
    )


KINDS = (
    _subject("contacts", "contact", "0-1", modified="lastmodifieddate"),
    _subject("companies", "company", "0-2", modified="hs_lastmodifieddate"),
    _subject("deals", "deal", "0-3", modified="hs_lastmodifieddate"),
    _activity("tasks", "task", "0-27"),
    _activity("notes", "note", "0-46"),
    _activity("meetings", "meeting", "0-47"),
    _activity("calls", "call", "0-48"),
    _activity("emails", "email", "0-49"),
)
ACTIVITIES = tuple(kind.plural for kind in KINDS if kind.is_activity)
BY_PLURAL = {kind.plural: kind for kind in KINDS}
_BY_NAME = {name: kind for kind in KINDS for name in (kind.plural, kind.singular, kind.type_id)}


def kind_named(name: str) -> Kind | None:
    """The kind that a path segment means: plural, singular or type id, in any case."""
    return _BY_NAME.get(name.lower())
