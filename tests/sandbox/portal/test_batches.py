"""Batches: all at once, some of it, or nothing."""

from __future__ import annotations

import pytest

from .people import PERSON

DEALS = "/crm/objects/2026-03/deals/batch"


def inputs(*ids):
    """The inputs of a batch that needs ids only."""
    return [{"id": str(one)} for one in ids]


def test_a_batch_read_gives_what_is_there_and_names_what_is_not(api, seeded):
    """207 with the found records and the missing ids in one error."""
    wanted = inputs(seeded["deal1"], 999, seeded["deal2"], "abc")
    answer = api.post(f"{DEALS}/read", json={"inputs": wanted, "properties": ["dealname"]})
    assert answer.status_code == 207
    body = answer.json()
    assert [row["properties"]["dealname"] for row in body["results"]] == ["Deal 1", "Deal 2"]
    assert body["numErrors"] == 1
    assert body["errors"] == [
        {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "message": "Could not get some DEAL objects, they may be deleted or not exist. "
            "Check that ids are valid.",
            "context": {"ids": ["999", "abc"]},
        }
    ]


def test_a_whole_batch_read_is_plain_success(api, seeded):
    """200, no errors; records by another unique property, too."""
    body = {"inputs": inputs("cleo@example.com"), "idProperty": "email", "properties": ["email"]}
    answer = api.post("/crm/v3/objects/contacts/batch/read", json=body)
    assert answer.status_code == 200
    assert "errors" not in answer.json()
    assert answer.json()["results"][0]["id"] == str(seeded["contact"])


@pytest.mark.parametrize(
    ("count", "histories", "status"),
    [(100, [], 207), (101, [], 400), (50, ["dealstage"], 207), (51, ["dealstage"], 400)],
)
def test_a_batch_has_a_largest_size(api, count, histories, status):
    """A hundred inputs; fifty with histories, in HubSpot's words."""
    body = {"inputs": inputs(*range(1, count + 1)), "propertiesWithHistory": histories}
    answer = api.post(f"{DEALS}/read", json=body)
    assert answer.status_code == status
    if count == 51:
        assert answer.json()["message"].startswith(
            "The maximum number of inputs supported in a batch request for property histories is 50"
        )


@pytest.mark.parametrize("what", ["read", "update"])
def test_an_id_given_twice_spoils_the_batch(api, seeded, what):
    """400 that names the id; nothing is written."""
    one = {"id": str(seeded["deal1"]), "properties": {"amount": "5"}}
    answer = api.post(f"{DEALS}/{what}", json={"inputs": [one, one]})
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        f"Duplicate IDs found in batch input: [{seeded['deal1']}]. IDs must be unique"
    )
    assert answer.json()["context"] == {"ids": [str(seeded["deal1"])]}


def test_one_bad_input_without_a_trace_id_fails_the_whole_batch(api, seeded, portal):
    """Nothing of it is written, not even the good inputs before it."""
    body = {
        "inputs": [
            {"id": str(seeded["deal1"]), "properties": {"amount": "5"}},
            {"id": str(seeded["deal2"]), "properties": {"amount": "much"}},
        ]
    }
    assert api.post(f"{DEALS}/update", json=body).status_code == 400
    assert portal.store.get("deals", seeded["deal1"]).values["amount"] == "1000"


@pytest.mark.parametrize("what", ["update", "create"])
def test_trace_ids_make_inputs_stand_for_themselves(api, seeded, what):
    """207: the good one is written and carries its trace id, the bad one is told by its own."""
    good = {"id": str(seeded["deal1"]), "properties": {"amount": "5"}, "objectWriteTraceId": "a"}
    bad = {"id": str(seeded["deal2"]), "properties": {"amount": "x"}, "objectWriteTraceId": "b"}
    answer = api.post(f"{DEALS}/{what}", json={"inputs": [good, bad]})
    assert answer.status_code == 207
    body = answer.json()
    assert [row["objectWriteTraceId"] for row in body["results"]] == ["a"]
    assert body["results"][0]["properties"]["amount"] == "5"
    assert [error["context"] for error in body["errors"]] == [{"objectWriteTraceId": ["b"]}]
    assert body["errors"][0]["errors"][0]["code"] == "INVALID_INTEGER"


def test_an_update_names_missing_records_and_leaves_out_merged_ones(api, seeded, portal):
    """A missing id is an error of the batch; a merged one is silently not in the results."""
    portal.store.merge("deals", seeded["deal2"], seeded["deal1"], actor=PERSON)
    body = {
        "inputs": [
            {"id": one, "properties": {"amount": "7"}}
            for one in (str(seeded["deal1"]), str(seeded["deal3"]), "999")
        ]
    }
    answer = api.post(f"{DEALS}/update", json=body)
    assert answer.status_code == 207
    assert [row["id"] for row in answer.json()["results"]] == [str(seeded["deal3"])]
    assert [error["context"] for error in answer.json()["errors"]] == [{"ids": ["999"]}]
    assert portal.store.get("deals", seeded["deal2"]).values["amount"] == "2000"


def test_a_batch_write_is_one_request_to_listeners(api, seeded, portal):
    """Listeners hear of all its changes at once."""
    heard = []
    portal.subscribe(heard.append)
    body = {
        "inputs": [
            {"id": str(seeded[f"deal{number}"]), "properties": {"amount": "1"}} for number in (2, 3)
        ]
    }
    assert api.post(f"{DEALS}/update", json=body).status_code == 200
    assert [[change.object_id for change in changes] for changes in heard] == [
        [seeded["deal2"], seeded["deal3"]]
    ]


def test_an_upsert_writes_what_is_there_and_creates_what_is_not(api, seeded):
    """By a unique property; each result says whether it is new."""
    body = {
        "inputs": [
            {"id": one, "idProperty": "email", "properties": {"firstname": "New"}}
            for one in ("cleo@example.com", "dan@example.com")
        ]
    }
    answer = api.post("/crm/v3/objects/contacts/batch/upsert", json=body)
    assert answer.status_code == 200
    rows = answer.json()["results"]
    assert [row["new"] for row in rows] == [False, True]
    assert rows[0]["id"] == str(seeded["contact"])
    assert rows[1]["properties"]["email"] == "dan@example.com"


def test_new_records_of_one_batch_may_not_share_a_unique_value(api, portal):
    """Two contacts with one address are refused together."""
    one = {"properties": {"email": "dan@example.com"}}
    answer = api.post("/crm/v3/objects/contacts/batch/create", json={"inputs": [one, one]})
    assert answer.status_code == 400
    assert not portal.store.table("contacts").live


def test_a_batch_is_created_and_archived(api, portal):
    """201 with all records, then 204 and they are gone."""
    made = api.post(
        f"{DEALS}/create",
        json={"inputs": [{"properties": {"dealname": name}} for name in ("a", "b")]},
    )
    assert made.status_code == 201
    ids = [row["id"] for row in made.json()["results"]]
    assert len(set(ids)) == 2
    assert api.post(f"{DEALS}/archive", json={"inputs": inputs(*ids)}).status_code == 204
    assert not portal.store.table("deals").live


@pytest.mark.parametrize("body", [None, [], {}, {"inputs": "x"}, {"inputs": [1]}, {"inputs": [{}]}])
def test_a_body_that_is_no_batch_is_refused(api, body):
    """400 with a category, whatever the shape."""
    answer = api.post(f"{DEALS}/read", json=body)
    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
