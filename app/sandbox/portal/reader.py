"""Records as HubSpot writes them on the wire.

A reader is made once for a request and applied to each of its records, so that what the property
names mean is looked up once. It refuses nothing: names that the portal does not define are left
out, as HubSpot does on reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .edges import edge_name
from .times import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .kinds import Kind
    from .portal import Portal
    from .records import Record, Version

    Getter = Callable[[Record], str | None]

_DEFAULTS = {
    "deals": ("amount", "closedate", "dealname", "dealstage", "pipeline"),
    "contacts": ("email", "firstname", "lastname"),
    "companies": ("domain", "name"),
}
MAX_ASSOCIATIONS_SHOWN = 500


class Reader:
    """Turns records of one kind into JSON values.

    Args:
        portal: Whose definitions count.
        kind: The object type.
        names: The properties asked for; none means HubSpot's default ones.
        histories: The properties whose former values are asked for.
        associations: The object types whose associated ids are asked for.
    """

    def __init__(
        self,
        portal: Portal,
        kind: Kind,
        names: Iterable[str] = (),
        histories: Iterable[str] = (),
        associations: Sequence[Kind] = (),
    ) -> None:
        self._portal = portal
        self._kind = kind
        self._histories = [name for name in histories if portal.properties.get(kind.plural, name)]
        self._associations = associations
        wanted = dict.fromkeys(names) or dict.fromkeys(_DEFAULTS.get(kind.plural, ()))
        wanted.update(dict.fromkeys(self._histories))
        always = (kind.created_property, kind.modified_property, "hs_object_id")
        wanted.update(dict.fromkeys(always))
        self._plain: list[str] = []
        self._worked_out: list[tuple[str, Getter]] = []
        for name in wanted:
            if portal.properties.get(kind.plural, name) is None:
                continue
            getter = portal.calculated.getter(kind.plural, name)
            if getter is None:
                self._plain.append(name)
            else:
                self._worked_out.append((name, getter))
        self._url = f"https://{portal.ui_domain}/contacts/{portal.portal_id}/record/{kind.type_id}/"

    def read(self, record: Record) -> dict[str, object]:
        """One record: text or null for each property that was asked for."""
        values = record.values
        properties: dict[str, str | None] = {name: values.get(name) for name in self._plain}
        for name, getter in self._worked_out:
            properties[name] = getter(record)
        written: dict[str, object] = {
            "id": str(record.id),
            "properties": properties,
            "createdAt": instant(record.created_ms),
            "updatedAt": instant(record.updated_ms),
            "archived": record.archived_ms is not None,
            "url": f"{self._url}{record.id}",
        }
        if record.archived_ms is not None:
            written["archivedAt"] = instant(record.archived_ms)
        if self._histories:
            written["propertiesWithHistory"] = {
                name: [_version(one) for one in record.versions(name)] for name in self._histories
            }
        if self._associations:
            self._add_associations(record, written)
        return written

    def _add_associations(self, record: Record, written: dict[str, object]) -> None:
        found = {}
        for other in self._associations:
            rows = self._rows(record, other)
            if rows:
                found[other.plural] = {"results": rows[:MAX_ASSOCIATIONS_SHOWN]}
        if found:
            written["associations"] = found

    def _rows(self, record: Record, other: Kind) -> list[dict[str, str]]:
        """Ids with HubSpot's older type names; a primary company is listed both ways."""
        store = self._portal.store
        pair = (self._kind.plural, other.plural)
        return [
            {"id": str(other_id), "type": edge_name(pair, edge_type)}
            for other_id in store.associated(pair[0], record.id, pair[1])
            for edge_type in store.associations.types_of(pair, record.id, other_id)
        ]


def _version(version: Version) -> dict[str, object]:
    written: dict[str, object] = {
        "value": version.value,
        "timestamp": instant(version.at_ms),
        "sourceType": version.actor.source,
        "sourceId": version.actor.source_id,
    }
    if version.actor.user_id is not None:
        written["updatedByUserId"] = version.actor.user_id
    return written
