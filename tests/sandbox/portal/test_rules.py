"""Required properties, which only the newest API version enforces."""

from __future__ import annotations

import pytest

from app.sandbox.portal.rules import Rule

OLD, NEW = "/crm/objects/2026-03/deals", "/crm/objects/2026-09/deals"


@pytest.fixture(autouse=True)
def rules(portal):
    """A closed deal needs its amount, and a new one a name."""
    portal.rules.add(Rule("deals", "closed_won_reason", "dealstage", frozenset({"1003"})))
    portal.rules.add(Rule("deals", "dealname"))


def test_an_unrelated_write_to_an_incomplete_record_is_refused_by_the_newest_version(api, seeded):
    """Any update of a deal that lacks what its stage asks for; older versions do not look."""
    write = {"properties": {"hs_next_step": "Sign"}}
    assert api.patch(f"{OLD}/{seeded['deal4']}", json=write).status_code == 200
    assert api.patch(f"{NEW}/{seeded['deal1']}", json=write).status_code == 200
    refused = api.patch(f"{NEW}/{seeded['deal4']}", json=write)
    assert refused.status_code == 400
    assert refused.json()["errors"] == [
        {
            "message": "closed_won_reason is required because of a conditional property rule "
            "based on [dealstage]",
            "code": "MISSING_CONDITIONAL_REQUIRED_PROPERTY",
            "context": {"propertyName": ["closed_won_reason"]},
        }
    ]
    complete = {"properties": {"hs_next_step": "Sign", "closed_won_reason": "Price"}}
    assert api.patch(f"{NEW}/{seeded['deal4']}", json=complete).status_code == 200


def test_one_incomplete_record_spoils_a_batch_without_trace_ids(api, seeded, portal):
    """The whole batch is refused; with trace ids only the incomplete record is."""
    inputs = [
        {"id": str(seeded[name]), "properties": {"amount": "1"}} for name in ("deal1", "deal4")
    ]
    assert api.post(f"{NEW}/batch/update", json={"inputs": inputs}).status_code == 400
    assert portal.store.get("deals", seeded["deal1"]).values["amount"] == "1000"
    for number, one in enumerate(inputs):
        one["objectWriteTraceId"] = str(number)
    answer = api.post(f"{NEW}/batch/update", json={"inputs": inputs})
    assert answer.status_code == 207
    assert [one["context"] for one in answer.json()["errors"]] == [{"objectWriteTraceId": ["1"]}]


def test_a_new_record_needs_what_creation_asks_for(api):
    """Only on creation, and only in the newest version."""
    assert api.post(OLD, json={"properties": {}}).status_code == 201
    refused = api.post(NEW, json={"properties": {}})
    assert refused.status_code == 400
    assert refused.json()["message"] == "The property values provided are invalid"
    assert refused.json()["errors"][0]["message"] == "A value for dealname must be provided"
