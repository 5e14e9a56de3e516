"""Pipelines, properties, groups and owners: what an administrator set up, and may change."""

from __future__ import annotations

import pytest

from app.sandbox.portal.schema import Option

from .people import PERSON

PROPERTIES = "/crm/properties/2026-03/deals"
PIPELINES = "/crm/pipelines/2026-03/deals"
BLOCKERS = {
    "name": "ff_stage_blockers",
    "label": "Stage blockers",
    "type": "enumeration",
    "fieldType": "checkbox",
    "groupName": "dealinformation",
    "options": [
        {"label": "Why now", "value": "why_now", "displayOrder": 0, "hidden": False},
        {"label": "Why change", "value": "why_change", "displayOrder": 1, "hidden": False},
    ],
}


def test_a_property_is_created_written_and_read(api, seeded):
    """201, then its values are accepted and refused by its options."""
    made = api.post(PROPERTIES, json=BLOCKERS)
    assert made.status_code == 201
    assert made.json()["options"][1]["value"] == "why_change"
    assert made.json()["hubspotDefined"] is False
    path = f"/crm/v3/objects/deals/{seeded['deal1']}"
    good = api.patch(path, json={"properties": {"ff_stage_blockers": "why_now;why_change"}})
    assert good.json()["properties"]["ff_stage_blockers"] == "why_now;why_change"
    bad = api.patch(path, json={"properties": {"ff_stage_blockers": "why_us"}})
    assert bad.json()["errors"][0]["code"] == "INVALID_OPTION"


def test_a_name_is_taken_once(api):
    """409 in HubSpot's words, for properties and for groups."""
    api.post(PROPERTIES, json=BLOCKERS)
    again = api.post(PROPERTIES, json=BLOCKERS)
    assert again.status_code == 409
    assert again.json()["category"] == "OBJECT_ALREADY_EXISTS"
    assert again.json()["subCategory"] == "Properties.PROPERTY_WITH_NAME_EXISTS"
    assert again.json()["message"] == "A property named 'ff_stage_blockers' already exists."
    group = {"name": "ff", "label": "Dealgate"}
    made = [api.post(f"{PROPERTIES}/groups", json=group).status_code for _ in range(2)]
    assert made == [201, 409]


def test_options_are_replaced_not_merged(api):
    """A PATCH of options is the whole new list; other parts stay."""
    api.post(PROPERTIES, json=BLOCKERS)
    one = {"label": "New", "value": "new", "displayOrder": 0, "hidden": False}
    changed = api.patch(f"{PROPERTIES}/ff_stage_blockers", json={"options": [one]})
    assert changed.status_code == 200
    assert [option["value"] for option in changed.json()["options"]] == ["new"]
    assert changed.json()["label"] == "Stage blockers"


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Not Lower"},
        {"name": ""},
        {"label": None},
        {"type": "text"},
        {"fieldType": "textarea"},
        {"groupName": "no_such_group"},
        {"options": [{"label": "A", "value": "a"}]},
        {"options": [*BLOCKERS["options"], BLOCKERS["options"][0]]},
        {"type": "bool", "fieldType": "booleancheckbox"},
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(api, change):
    """400 and nothing created."""
    answer = api.post(PROPERTIES, json={**BLOCKERS, **change})
    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert api.get(f"{PROPERTIES}/ff_stage_blockers").status_code == 404


def test_a_deleted_property_hides_and_comes_back(api, seeded):
    """Not read, not written, listed as archived; created again it has its values."""
    api.post(PROPERTIES, json=BLOCKERS)
    path = f"/crm/v3/objects/deals/{seeded['deal1']}"
    write = {"properties": {"ff_stage_blockers": "why_now"}}
    api.patch(path, json=write)
    assert api.delete(f"{PROPERTIES}/ff_stage_blockers").status_code == 204
    shown = api.get(f"{path}?properties=ff_stage_blockers").json()["properties"]
    assert "ff_stage_blockers" not in shown
    assert api.patch(path, json=write).json()["errors"][0]["code"] == "PROPERTY_DOESNT_EXIST"
    archived = api.get(f"{PROPERTIES}?archived=true").json()["results"]
    assert [one["name"] for one in archived] == ["ff_stage_blockers"]
    assert archived[0]["archivedAt"]
    assert api.post(PROPERTIES, json=BLOCKERS).status_code == 201
    shown = api.get(f"{path}?properties=ff_stage_blockers").json()["properties"]
    assert shown["ff_stage_blockers"] == "why_now"


def test_hubspots_own_properties_stay(api):
    """Dealname cannot be deleted through the API."""
    assert api.delete(f"{PROPERTIES}/dealname").status_code == 400
    assert api.get(f"{PROPERTIES}/dealname").json()["modificationMetadata"]["archivable"] is False


def test_properties_come_in_batches(api):
    """Created (one of them a duplicate), read (one of them missing), deleted."""
    two = [BLOCKERS, {**BLOCKERS, "name": "ff_other"}]
    assert api.post(f"{PROPERTIES}/batch/create", json={"inputs": two}).status_code == 201
    again = api.post(
        f"{PROPERTIES}/batch/create", json={"inputs": [two[0], {**BLOCKERS, "name": "ff_third"}]}
    )
    assert again.status_code == 207
    assert [one["name"] for one in again.json()["results"]] == ["ff_third"]
    assert again.json()["errors"][0]["category"] == "OBJECT_ALREADY_EXISTS"
    wanted = [{"name": "ff_other"}, {"name": "ff_none"}]
    read = api.post(f"{PROPERTIES}/batch/read", json={"inputs": wanted, "archived": False})
    assert read.status_code == 207
    assert [one["name"] for one in read.json()["results"]] == ["ff_other"]
    gone = api.post(f"{PROPERTIES}/batch/archive", json={"inputs": [{"name": "ff_other"}]})
    assert gone.status_code == 204
    assert api.get(f"{PROPERTIES}/ff_other").status_code == 404


def test_groups_are_listed_changed_and_deleted_when_empty(api):
    """A group with properties stays."""
    groups = f"{PROPERTIES}/groups"
    api.post(groups, json={"name": "ff", "label": "Dealgate", "displayOrder": 3})
    assert [one["name"] for one in api.get(groups).json()["results"]] == ["dealinformation", "ff"]
    changed = api.patch(f"{groups}/ff", json={"label": "Qualification"})
    assert changed.json() == {
        "name": "ff",
        "label": "Qualification",
        "displayOrder": 3,
        "archived": False,
    }
    api.post(PROPERTIES, json={**BLOCKERS, "groupName": "ff"})
    assert api.delete(f"{groups}/ff").status_code == 400
    api.delete(f"{PROPERTIES}/ff_stage_blockers")
    assert api.delete(f"{groups}/ff").status_code == 204
    assert api.get(f"{groups}/ff").status_code == 404


@pytest.mark.parametrize("root", ["/crm/v3/pipelines/deals", PIPELINES])
def test_pipelines_are_listed_with_their_stages_in_order(api, root):
    """Metadata values are text; won is a closed stage of probability 1.0."""
    pipeline = api.get(root).json()["results"][0]
    assert (pipeline["id"], pipeline["label"]) == ("900", "NR Scale")
    assert [stage["id"] for stage in pipeline["stages"]] == ["1001", "1002", "1003", "1004"]
    assert pipeline["stages"][0]["metadata"] == {"probability": "0.1", "isClosed": "false"}
    assert pipeline["stages"][2]["metadata"] == {"probability": "1.0", "isClosed": "true"}
    assert pipeline["stages"][3]["metadata"] == {"probability": "0.0", "isClosed": "true"}


def test_a_pipeline_is_made_changed_audited_and_deleted(api):
    """Labels are unique through the API, ids are given or numeric, deletes may be guarded."""
    stage = {"label": "Start", "displayOrder": 0, "metadata": {"probability": "0.2"}}
    body = {"label": "Edge Connectivity", "displayOrder": 1, "stages": [stage]}
    made = api.post(PIPELINES, json=body)
    assert made.status_code == 201
    assert api.post(PIPELINES, json=body).status_code == 400
    path = f"{PIPELINES}/{made.json()['id']}"
    assert made.json()["stages"][0]["id"].isdecimal()
    won = {"label": "Won", "displayOrder": 1, "metadata": {"probability": "1"}}
    added = api.post(f"{path}/stages", json=won)
    assert added.json()["metadata"] == {"isClosed": "true", "probability": "1.0"}
    renamed = api.patch(path, json={"label": "Edge"})
    assert renamed.json()["label"] == "Edge"
    stages = [one["label"] for one in api.get(f"{path}/stages").json()["results"]]
    assert stages == ["Start", "Won"]
    trail = [one["action"] for one in api.get(f"{path}/audit").json()["results"]]
    assert trail == ["UPDATE", "CREATE", "CREATE"]
    only = {"label": "Edge", "displayOrder": 0, "stages": [{**won, "stageId": added.json()["id"]}]}
    assert [one["label"] for one in api.put(path, json=only).json()["stages"]] == ["Won"]
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_a_stage_is_renamed_moved_and_guarded(api, seeded):
    """Its id stays; one that deals stand in is kept when the caller asks for the check."""
    path = f"{PIPELINES}/900/stages/1001"
    body = {"label": "Kickoff", "displayOrder": 9, "metadata": {"probability": "0.3"}}
    assert api.patch(path, json=body).json()["label"] == "Kickoff"
    order = [one["id"] for one in api.get(f"{PIPELINES}/900/stages").json()["results"]]
    assert order == ["1002", "1003", "1004", "1001"]
    assert api.get(f"{path}/audit").json()["results"][0]["rawObject"] == body
    assert api.delete(f"{path}?validateReferencesBeforeDelete=true").status_code == 400
    assert api.delete(path).status_code == 204
    shown = api.get(
        f"/crm/v3/objects/deals/{seeded['deal1']}?properties=dealstage,hs_is_closed"
    ).json()["properties"]
    assert (shown["dealstage"], shown["hs_is_closed"]) == ("1001", "false")


@pytest.mark.parametrize("probability", [None, "1.5", "-0.1", "likely"])
def test_a_deal_stage_needs_a_probability(api, probability):
    """Between nought and one."""
    body = {"label": "X", "displayOrder": 0, "metadata": {"probability": probability}}
    assert api.post(f"{PIPELINES}/900/stages", json=body).status_code == 400


def test_owners_are_present_or_departed(api, portal):
    """The departed are listed only as archived, and have no user id any more."""
    present = api.get("/crm/owners/2026-03").json()["results"]
    assert [one["email"] for one in present] == ["ada@example.com"]
    assert present[0]["userId"] == PERSON.user_id
    departed = api.get("/crm/owners/2026-03?archived=true").json()["results"]
    assert [one["email"] for one in departed] == ["bo@example.com"]
    assert departed[0]["archived"] is True
    assert "userId" not in departed[0]
    assert departed[0]["userIdIncludingInactive"] == 98_499_706
    owner_id = present[0]["id"]
    assert api.get(f"/crm/v3/owners/{owner_id}").json()["firstName"] == "Ada"
    by_user = api.get(f"/crm/v3/owners/{PERSON.user_id}?idProperty=userId").json()
    assert by_user["id"] == owner_id
    assert api.get(f"/crm/v3/owners/{departed[0]['id']}").status_code == 404
    assert api.get(f"/crm/v3/owners/{departed[0]['id']}?archived=true").status_code == 200
    found = api.get("/crm/v3/owners/?email=ADA@example.com").json()["results"]
    assert [one["id"] for one in found] == [owner_id]
    portal.owners.deactivate(int(owner_id))
    assert api.get("/crm/v3/owners").json()["results"] == []


def test_owners_come_in_pages(api, portal):
    """After the last id of a page comes the rest."""
    for number in range(3):
        portal.owners.add("A", str(number), f"a{number}@example.com", user_id=number + 1)
    first = api.get("/crm/v3/owners?limit=3").json()
    rest = api.get(f"/crm/v3/owners?after={first['paging']['next']['after']}").json()
    assert len(first["results"]) == 3
    assert [one["email"] for one in rest["results"]] == ["a2@example.com"]


def test_a_hostile_portal_can_be_expressed(api, portal):
    """Custom ids that mean won, twin labels, edited options, a default property gone."""
    portal.pipelines.add("deals", "NR Scale", [("contractsent", "Signed!", 1, True)])
    portal.properties.set_options("contacts", "hs_lead_status", [Option("HOT", "Hot")])
    portal.properties.archive("deals", "hs_next_step")
    labels = [one["label"] for one in api.get(PIPELINES).json()["results"]]
    assert labels == ["NR Scale", "NR Scale"]
    second = api.get(PIPELINES).json()["results"][1]["id"]
    deal = api.post(
        "/crm/v3/objects/deals",
        json={"properties": {"pipeline": second, "dealstage": "contractsent"}},
    ).json()
    won = api.get(f"/crm/v3/objects/deals/{deal['id']}?properties=hs_is_closed_won,hs_next_step")
    assert won.json()["properties"]["hs_is_closed_won"] == "true"
    assert "hs_next_step" not in won.json()["properties"]
    status = {"properties": {"email": "x@example.com", "hs_lead_status": "OPEN"}}
    assert api.post("/crm/v3/objects/contacts", json=status).status_code == 400
    status["properties"]["hs_lead_status"] = "HOT"
    assert api.post("/crm/v3/objects/contacts", json=status).status_code == 201
