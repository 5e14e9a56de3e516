"""The AE's hands and eyes: HubSpot's API with a person's token, and the channel as people see it.

Only what the story needs, on dated paths. It never uses the service's token, so that every change
made here fires webhooks as a person's would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

VERSION = "2026-03"
ASSOCIATION_TYPES = {
    ("notes", "deals"): 214,
    ("notes", "contacts"): 202,
    ("notes", "companies"): 190,
    ("deals", "contacts"): 3,
    ("deals", "companies"): 5,
    ("contacts", "companies"): 1,
}
"""HubSpot's own association type ids; those to a company are the primary ones where they exist."""


class AePortal:
    """HubSpot as an AE uses it."""

    def __init__(self, base_url: str, token: str) -> None:
        self._http = httpx.Client(
            base_url=base_url, headers={"Authorization": f"Bearer {token}"}, timeout=10
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def create(
        self,
        kind: str,
        properties: Mapping[str, str],
        on: Sequence[tuple[str, str]] = (),
    ) -> str:
        """Create a record, associated with the given (kind, id) records; returns its id."""
        associations = [
            {
                "to": {"id": other_id},
                "types": [
                    {
                        "associationCategory": "HUBSPOT_DEFINED",
                        "associationTypeId": ASSOCIATION_TYPES[kind, other],
                    }
                ],
            }
            for other, other_id in on
        ]
        body = {"properties": dict(properties), "associations": associations}
        return str(self._call("POST", f"/crm/objects/{VERSION}/{kind}", body)["id"])

    def update(self, kind: str, record_id: str, properties: Mapping[str, str]) -> None:
        """Change properties of a record."""
        path = f"/crm/objects/{VERSION}/{kind}/{record_id}"
        self._call("PATCH", path, {"properties": dict(properties)})

    def read(self, kind: str, record_id: str, names: Sequence[str]) -> dict[str, str | None]:
        """The named properties of a record."""
        path = f"/crm/objects/{VERSION}/{kind}/{record_id}?properties={','.join(names)}"
        found: dict[str, str | None] = self._call("GET", path)["properties"]
        return found

    def stages(self, pipeline: str) -> tuple[str, dict[str, str]]:
        """A pipeline's id and its stage ids by label."""
        for found in self._call("GET", f"/crm/pipelines/{VERSION}/deals")["results"]:
            if found["label"] == pipeline:
                return found["id"], {stage["label"]: stage["id"] for stage in found["stages"]}
        message = f"the portal has no pipeline {pipeline!r}"
        raise LookupError(message)

    def owner(self, email: str) -> str:
        """The id of the owner with this address."""
        results = self._call("GET", f"/crm/owners/{VERSION}?email={email}")["results"]
        return str(results[0]["id"])

    def owners(self) -> list[dict[str, Any]]:
        """The active owners."""
        found: list[dict[str, Any]] = self._call("GET", f"/crm/owners/{VERSION}")["results"]
        return found

    def messages(self) -> list[dict[str, Any]]:
        """What the sales channel shows, oldest first, each message with its edits."""
        found: list[dict[str, Any]] = self._call("GET", "/_sandbox/slack/messages")["messages"]
        return found

    def _call(self, method: str, path: str, body: object = None) -> Any:
        answer = self._http.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json()
