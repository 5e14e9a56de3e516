"""Single records: what is read, written, refused and told."""

from __future__ import annotations

import pytest

from app.sandbox.changes import ChangeKind

from .people import PERSON, PERSON_TOKEN

BASES = ("/crm/v3/objects", "/crm/objects/2026-03", "/crm/objects/2026-09")


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("name", ["deals", "deal", "0-3", "Deals"])
def test_a_record_is_found_by_every_name_of_its_type(api, seeded, base, name):
    """Classic and dated paths, plural, singular and type id lead to the same record."""
    answer = api.get(f"{base}/{name}/{seeded['deal1']}")
    assert answer.status_code == 200
    assert answer.json()["properties"]["dealname"] == "Deal 1"


def test_reads_show_text_or_null_and_leave_out_what_is_not_defined(api, seeded):
    """Asked for: set, empty, undefined. Shown: text, null, nothing; three names always."""
    names = "amount,hs_next_step,no_such_property"
    shown = api.get(f"/crm/v3/objects/deals/{seeded['deal2']}?properties={names}").json()
    assert shown["properties"] == {
        "amount": "2000",
        "hs_next_step": None,
        "createdate": "2026-11-20T12:00:00Z",
        "hs_lastmodifieddate": "2026-11-20T12:00:00Z",
        "hs_object_id": str(seeded["deal2"]),
    }
    assert shown["archived"] is False
    assert shown["id"] == str(seeded["deal2"])


def test_a_list_is_walked_to_its_end(api, seeded):
    """Following `after` visits each record once; the last page has no paging."""
    seen, after = [], None
    while True:
        query = {"limit": 2} | ({"after": after} if after else {})
        page = api.get("/crm/v3/objects/deals", params=query).json()
        seen += [row["id"] for row in page["results"]]
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
        assert f"after={after}" in page["paging"]["next"]["link"]
    assert seen == [str(seeded[f"deal{number}"]) for number in range(1, 6)]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=100", 200),
        ("limit=101", 400),
        ("limit=0", 400),
        ("limit=x", 400),
        ("limit=50&propertiesWithHistory=dealstage", 200),
        ("limit=51&propertiesWithHistory=dealstage", 400),
    ],
)
def test_a_page_has_a_largest_size(api, query, status):
    """A hundred records, or fifty with histories."""
    assert api.get(f"/crm/v3/objects/deals?{query}").status_code == status


def test_associated_ids_come_with_the_record(api, seeded):
    """The primary company is listed in both of its ways, under the plural names."""
    query = "associations=contacts,companies,notes"
    shown = api.get(f"/crm/v3/objects/deals/{seeded['deal1']}?{query}").json()
    company = str(seeded["company"])
    assert shown["associations"] == {
        "contacts": {"results": [{"id": str(seeded["contact"]), "type": "deal_to_contact"}]},
        "companies": {
            "results": [
                {"id": company, "type": "deal_to_company"},
                {"id": company, "type": "deal_to_company_unlabeled"},
            ]
        },
    }


def test_history_is_newest_first_and_names_its_author(api, clock, seeded):
    """Each former value with its time and source, the present one first."""
    clock.advance(60)
    token = {"authorization": f"Bearer {PERSON_TOKEN}"}
    path = f"/crm/v3/objects/deals/{seeded['deal1']}"
    api.patch(path, json={"properties": {"dealstage": "1002"}}, headers=token)
    clock.advance(60)
    api.patch(path, json={"properties": {"dealstage": "1003"}})
    history = api.get(f"{path}?propertiesWithHistory=dealstage").json()["propertiesWithHistory"]
    assert [
        (one["value"], one["timestamp"], one["sourceType"]) for one in history["dealstage"]
    ] == [
        ("1003", "2026-11-20T12:02:00Z", "INTEGRATION"),
        ("1002", "2026-11-20T12:01:00Z", "CRM_UI"),
        ("1001", "2026-11-20T12:00:00Z", "CRM_UI"),
    ]
    assert history["dealstage"][1]["updatedByUserId"] == PERSON.user_id


def test_a_record_is_created_with_its_associations(api, seeded, portal, changes):
    """A note on a deal: stored, associated both ways, and told as creation, values and edge."""
    answer = api.post(
        "/crm/v3/objects/notes",
        json={
            "properties": {"hs_note_body": "<p>Why now: Q1</p>", "hs_timestamp": 1_763_640_000_000},
            "associations": [
                {
                    "to": {"id": str(seeded["deal1"])},
                    "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 214}],
                }
            ],
        },
    )
    assert answer.status_code == 201
    note_id = int(answer.json()["id"])
    assert answer.json()["properties"]["hs_timestamp"] == "2025-11-20T12:00:00Z"
    assert portal.store.associated("deals", seeded["deal1"], "notes") == [note_id]
    assert [change.kind for change in changes] == [
        ChangeKind.CREATED,
        ChangeKind.UPDATED,
        ChangeKind.UPDATED,
        ChangeKind.ASSOCIATED,
    ]
    assert {change.actor.source for change in changes} == {"INTEGRATION"}


def test_a_write_is_told_once_and_only_where_a_value_changed(api, seeded, portal):
    """One call of the listener for a request; an unchanged value is no change."""
    heard = []
    portal.subscribe(heard.append)
    path = f"/crm/v3/objects/deals/{seeded['deal1']}"
    api.patch(path, json={"properties": {"dealstage": "1002", "dealname": "Deal 1"}})
    assert [[change.property_name for change in changes] for changes in heard] == [["dealstage"]]
    assert heard[0][0].property_value == "1002"


def test_every_write_moves_the_time_of_change(api, seeded, clock):
    """Even one that changes nothing, as HubSpot does it."""
    clock.advance(5)
    path = f"/crm/v3/objects/deals/{seeded['deal1']}"
    api.patch(path, json={"properties": {"dealname": "Deal 1"}})
    shown = api.get(path).json()
    assert shown["updatedAt"] == "2026-11-20T12:00:05Z"
    assert shown["properties"]["hs_lastmodifieddate"] == "2026-11-20T12:00:05Z"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ({"no_such_property": "x"}, "PROPERTY_DOESNT_EXIST"),
        ({"hs_is_closed": "true"}, "READ_ONLY_VALUE"),
        ({"num_associated_contacts": "3"}, "READ_ONLY_VALUE"),
        ({"hs_lastmodifieddate": "2026-01-01"}, "READ_ONLY_VALUE"),
        ({"hs_priority": "urgent"}, "INVALID_OPTION"),
        ({"dealstage": "presentationscheduled"}, "INVALID_OPTION"),
        ({"pipeline": "default"}, "INVALID_OPTION"),
        ({"amount": "a lot"}, "INVALID_INTEGER"),
        ({"amount": "nan"}, "INVALID_INTEGER"),
        ({"closedate": "soon"}, "INVALID_LONG"),
        ({"hubspot_owner_id": "1"}, "INVALID_OWNER_ID"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(api, seeded, portal, written, code):
    """HubSpot's code in `errors`, its list in the message, and nothing written."""
    path = f"/crm/v3/objects/deals/{seeded['deal1']}"
    before = dict(portal.store.get("deals", seeded["deal1"]).values)
    answer = api.patch(path, json={"properties": {"dealname": "Other", **written}})
    assert answer.status_code == 400
    body = answer.json()
    assert body["category"] == "VALIDATION_ERROR"
    assert body["message"].startswith('Property values were not valid: [{"isValid":false')
    assert [(one["code"], one["context"]) for one in body["errors"]] == [
        (code, {"propertyName": list(written)})
    ]
    assert portal.store.get("deals", seeded["deal1"]).values == before


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("CHAMPION", "CHAMPION"),
        ("CHAMPION;END_USER", "CHAMPION;END_USER"),
        (";END_USER", "INFLUENCER;END_USER"),
        (";INFLUENCER", "INFLUENCER"),
        ("", None),
        (None, None),
    ],
)
def test_several_options_are_set_added_and_cleared(api, seeded, portal, written, stored):
    """A list replaces, a leading semicolon adds, an empty text clears."""
    portal.store.update(
        "contacts", seeded["contact"], {"hs_buying_role": "INFLUENCER"}, actor=PERSON
    )
    path = f"/crm/v3/objects/contacts/{seeded['contact']}"
    answer = api.patch(path, json={"properties": {"hs_buying_role": written}})
    assert answer.status_code == 200
    shown = api.get(f"{path}?properties=hs_buying_role").json()
    assert shown["properties"]["hs_buying_role"] == stored


def test_a_contact_is_found_by_email_and_no_address_is_used_twice(api, seeded):
    """IdProperty reads and writes; a second contact with the address is a conflict."""
    found = api.get("/crm/v3/objects/contacts/Cleo@example.com?idProperty=email")
    assert found.json()["id"] == str(seeded["contact"])
    again = api.post("/crm/v3/objects/contacts", json={"properties": {"email": "CLEO@example.com"}})
    assert again.status_code == 409
    assert again.json()["message"] == f"Contact already exists. Existing ID: {seeded['contact']}"
    assert again.json()["category"] == "CONFLICT"
    assert api.get("/crm/v3/objects/deals/x?idProperty=dealname").status_code == 400


def test_an_activity_needs_its_time(api):
    """A note without hs_timestamp is refused by name."""
    answer = api.post("/crm/v3/objects/notes", json={"properties": {"hs_note_body": "x"}})
    assert answer.status_code == 400
    assert answer.json()["context"] == {"properties": ["hs_timestamp"]}


def test_archived_records_are_shown_only_on_request_and_come_back(api, seeded, portal, changes):
    """Gone from reads and lists, there with archived=true, restored with associations."""
    deal = seeded["deal1"]
    path = f"/crm/v3/objects/deals/{deal}"
    assert api.delete(path).status_code == 204
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    shown = api.get(path, params={"archived": "true"}).json()
    assert shown["archived"] is True
    assert shown["archivedAt"] == "2026-11-20T12:00:00Z"
    listed = api.get("/crm/v3/objects/deals?archived=true").json()["results"]
    assert [row["id"] for row in listed] == [str(deal)]
    portal.store.restore("deals", deal, actor=PERSON)
    assert portal.store.associated("deals", deal, "contacts") == [seeded["contact"]]
    assert [change.kind for change in changes] == [ChangeKind.ARCHIVED, ChangeKind.RESTORED]


def test_a_merged_record_leads_to_its_winner(api, seeded, portal, changes):
    """Values of the winner win, gaps are filled, edges move, the old id still reads."""
    portal.store.update(
        "deals", seeded["deal1"], {"hs_next_step": "Call"}, actor=PERSON, quiet=True
    )
    answer = api.post(
        "/crm/v3/objects/deals/merge",
        json={
            "primaryObjectId": str(seeded["deal2"]),
            "objectIdToMerge": str(seeded["deal1"]),
        },
    )
    assert answer.status_code == 200
    shown = api.get(
        f"/crm/v3/objects/deals/{seeded['deal1']}",
        params={"properties": "dealname,hs_next_step,hs_merged_object_ids"},
    ).json()
    assert shown["id"] == str(seeded["deal2"])
    assert shown["properties"]["dealname"] == "Deal 2"
    assert shown["properties"]["hs_next_step"] == "Call"
    assert shown["properties"]["hs_merged_object_ids"] == str(seeded["deal1"])
    assert portal.store.associated("deals", seeded["deal2"], "contacts") == [seeded["contact"]]
    merge = next(change for change in changes if change.kind is ChangeKind.MERGED)
    assert (merge.object_id, merge.merged_ids, merge.properties_moved) == (
        seeded["deal2"],
        (seeded["deal1"],),
        1,
    )


def test_a_contact_is_erased_for_privacy(api, seeded, portal, changes):
    """Gone for good, told as a privacy deletion and a deletion, and no error when repeated."""
    body = {"objectId": "cleo@example.com", "idProperty": "email"}
    for _ in range(2):
        assert api.post("/crm/objects/2026-03/contacts/gdpr-delete", json=body).status_code == 204
    path = f"/crm/v3/objects/contacts/{seeded['contact']}"
    assert api.get(path, params={"archived": "true"}).status_code == 404
    assert portal.store.associated("deals", seeded["deal1"], "contacts") == []
    assert [change.kind for change in changes] == [
        ChangeKind.PRIVACY_DELETED,
        ChangeKind.ARCHIVED,
    ]
