"""A large portal starts quickly and answers the sweep's calls without looking at everything."""

from __future__ import annotations

import time

import pytest

from app.sandbox.portal.limits import Quota

from .people import PERSON

DEALS = 10_000
START_LIMIT_SECONDS = 10
MAX_PAGE = 200


@pytest.fixture
def large(portal):
    """Ten thousand deals in four stages, each with a contact and a note."""
    store, stages = portal.store, ("1001", "1002", "1003", "1004")
    begun = time.monotonic()
    for number in range(DEALS):
        deal = store.create(
            "deals",
            {"dealname": f"Deal {number}", "dealstage": stages[number % 4], "pipeline": "900"},
            actor=PERSON,
            quiet=True,
        )
        contact = store.create(
            "contacts", {"email": f"p{number}@example.com"}, actor=PERSON, quiet=True
        )
        note = store.create("notes", {"hs_note_body": "x"}, actor=PERSON, quiet=True)
        store.associate("deals", deal, "contacts", contact, actor=PERSON, quiet=True)
        store.associate("notes", note, "deals", deal, actor=PERSON, quiet=True)
    assert time.monotonic() - begun < START_LIMIT_SECONDS
    portal.limits.set(Quota(calls_per_10_seconds=10_000, searches_per_second=10_000))
    return portal


def test_a_sweep_walks_every_open_deal(api, large, changes):
    """By key, then their contacts by the thousand; nothing was told while the portal filled."""
    open_ids, last, calls = [], 0, 0
    while True:
        filters = [
            {"propertyName": "hs_object_id", "operator": "GT", "value": str(last)},
            {"propertyName": "hs_is_closed", "operator": "EQ", "value": "false"},
        ]
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "limit": MAX_PAGE,
        }
        answer = api.post("/crm/objects/2026-03/deals/search", json=body).json()
        calls += 1
        assert answer["total"] == DEALS // 2 - len(open_ids)
        if not answer["results"]:
            break
        open_ids += [row["id"] for row in answer["results"]]
        last = open_ids[-1]
    assert len(set(open_ids)) == DEALS // 2
    assert calls == DEALS // 2 // MAX_PAGE + 1
    path = "/crm/associations/2026-03/deals/contacts/batch/read"
    inputs = [{"id": one} for one in open_ids[:1000]]
    answer = api.post(path, json={"inputs": inputs})
    assert answer.status_code == 200
    assert len(answer.json()["results"]) == 1000
    assert large.store.table("deals").live
    assert changes == []
