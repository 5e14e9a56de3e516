"""Associations: both directions, labels, primary companies, paging, and nothing at all."""

from __future__ import annotations

import pytest

from app.sandbox.changes import ChangeKind

from .people import PERSON

ROOTS = ("/crm/v4/associations", "/crm/associations/2026-03")


def plain(type_id):
    """One of HubSpot's own association types."""
    return {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}


@pytest.mark.parametrize("root", ROOTS)
def test_a_read_gives_numbers_types_and_the_ones_without_any(api, seeded, root):
    """The deal with contacts in results, the one without in errors: 207, HubSpot's normal."""
    body = {"inputs": [{"id": str(seeded["deal1"])}, {"id": str(seeded["deal2"])}]}
    answer = api.post(f"{root}/deals/contacts/batch/read", json=body)
    assert answer.status_code == 207
    assert answer.json()["results"] == [
        {
            "from": {"id": str(seeded["deal1"])},
            "to": [
                {
                    "toObjectId": seeded["contact"],
                    "associationTypes": [
                        {"category": "HUBSPOT_DEFINED", "typeId": 3, "label": None}
                    ],
                }
            ],
        }
    ]
    assert answer.json()["errors"] == [
        {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
            "message": f"No contact is associated with deal {seeded['deal2']}.",
            "context": {
                "fromObjectId": [str(seeded["deal2"])],
                "fromObjectType": ["deal"],
                "toObjectType": ["contact"],
            },
        }
    ]


def test_the_first_company_is_the_primary_one_from_both_sides(api, seeded):
    """Type 5 seen from the deal, type 6 seen from the company."""
    body = {"inputs": [{"id": str(seeded["deal1"])}]}
    there = api.post(f"{ROOTS[0]}/deals/companies/batch/read", json=body).json()
    types = there["results"][0]["to"][0]["associationTypes"]
    assert [(one["typeId"], one["label"]) for one in types] == [(5, "Primary"), (341, None)]
    back = api.get(f"/crm/v4/objects/companies/{seeded['company']}/associations/deals").json()
    types = back["results"][0]["associationTypes"]
    assert [(one["typeId"], one["label"]) for one in types] == [(6, "Primary"), (342, None)]


def test_a_deal_has_one_primary_company(api, seeded, portal):
    """A second company is plain until it is named primary; then the first is plain."""
    other = portal.store.create("companies", {"name": "Umbrella"}, actor=PERSON)
    path = f"/crm/objects/2026-03/deals/{seeded['deal1']}/associations/companies"
    api.put(f"{path}/{other}", json=[plain(341)])
    primary = f"/crm/v3/objects/deals/{seeded['deal1']}?properties=hs_primary_associated_company"
    name = "hs_primary_associated_company"
    assert api.get(primary).json()["properties"][name] == str(seeded["company"])
    answer = api.put(f"{path}/{other}", json=[plain(5)])
    assert answer.status_code == 201
    assert answer.json()["labels"] == ["Primary"]
    assert api.get(primary).json()["properties"][name] == str(other)
    rows = {row["toObjectId"]: row["associationTypes"] for row in api.get(path).json()["results"]}
    assert [one["typeId"] for one in rows[seeded["company"]]] == [341]


@pytest.mark.parametrize("root", ROOTS)
def test_a_batch_associates_and_takes_away(api, seeded, portal, root):
    """Seen from both sides at once; taking away what is not there is no error."""
    ends = {"from": {"id": str(seeded["deal2"])}, "to": {"id": str(seeded["contact"])}}
    made = api.post(
        f"{root}/deals/contacts/batch/create", json={"inputs": [{**ends, "types": [plain(3)]}]}
    )
    assert made.status_code == 201
    assert made.json()["results"][0]["toObjectId"] == seeded["contact"]
    assert portal.store.associated("contacts", seeded["contact"], "deals") == [
        seeded["deal1"],
        seeded["deal2"],
    ]
    gone = {"inputs": [{"from": ends["from"], "to": [ends["to"]]}]}
    for _ in range(2):
        answer = api.post(f"{root}/deals/contacts/batch/archive", json=gone)
        assert answer.status_code == (204 if "v4" in root else 200)
    assert portal.store.associated("contacts", seeded["contact"], "deals") == [seeded["deal1"]]


def test_a_bad_end_fails_alone(api, seeded, portal):
    """An end that does not exist is an error of its input; the others are associated."""
    inputs = [
        {"from": {"id": str(one)}, "to": {"id": str(seeded["contact"])}, "types": [plain(3)]}
        for one in (999, seeded["deal2"])
    ]
    answer = api.post(f"{ROOTS[1]}/deals/contacts/batch/create", json={"inputs": inputs})
    assert answer.status_code == 207
    assert answer.json()["errors"][0]["subCategory"] == "crm.associations.INVALID_OBJECT_IDS"
    assert portal.store.associated("deals", seeded["deal2"], "contacts") == [seeded["contact"]]


def test_the_default_association_needs_no_type(api, seeded):
    """Both directions are told, each with its own type id."""
    path = f"/crm/v4/objects/deals/{seeded['deal2']}/associations/default/contacts"
    answer = api.put(f"{path}/{seeded['contact']}")
    assert answer.status_code == 200
    found = [row["associationSpec"]["associationTypeId"] for row in answer.json()["results"]]
    assert found == [3, 4]
    body = {
        "inputs": [{"from": {"id": str(seeded["deal3"])}, "to": {"id": str(seeded["contact"])}}]
    }
    batch = api.post(f"{ROOTS[0]}/deals/contacts/batch/associate/default", json=body)
    assert batch.status_code == 200


def test_labels_are_made_used_renamed_and_deleted(api, seeded):
    """A label has a number of its own in each direction and sits on single associations."""
    labels = f"{ROOTS[1]}/deals/contacts/labels"
    body = {"label": "Champion", "name": "champion", "inverseLabel": "Champions"}
    made = api.post(labels, json=body).json()["results"]
    assert [one["label"] for one in made] == ["Champion", "Champions"]
    path = f"/crm/v4/objects/deals/{seeded['deal1']}/associations/contacts"
    spec = {"associationCategory": "USER_DEFINED", "associationTypeId": made[0]["typeId"]}
    put = api.put(f"{path}/{seeded['contact']}", json=[spec])
    assert put.json()["labels"] == ["Champion"]
    back = api.get(f"/crm/v4/objects/contacts/{seeded['contact']}/associations/deals").json()
    assert back["results"][0]["associationTypes"][1] == {
        "category": "USER_DEFINED",
        "typeId": made[1]["typeId"],
        "label": "Champions",
    }
    renamed = {"associationTypeId": made[0]["typeId"], "label": "Sponsor"}
    assert api.put(labels, json=renamed).status_code == 204
    assert [one["label"] for one in api.get(labels).json()["results"]] == [None, "Sponsor"]
    assert api.delete(f"{labels}/{made[0]['typeId']}").status_code == 204
    assert [one["label"] for one in api.get(labels).json()["results"]] == [None]
    rows = api.get(path).json()["results"]
    assert [one["typeId"] for one in rows[0]["associationTypes"]] == [3]


def test_a_label_comes_off_and_the_association_stays(api, seeded, portal):
    """labels/archive removes the label alone, in both directions."""
    types = portal.store.associations.types
    label = types.add(("deals", "contacts"), "champion", "Champion", None)[0]
    spec = (label.category, label.type_id)
    deal, contact = seeded["deal1"], seeded["contact"]
    portal.store.associate("deals", deal, "contacts", contact, [spec], actor=PERSON)
    body = {
        "inputs": [
            {
                "from": {"id": str(deal)},
                "to": {"id": str(contact)},
                "types": [{"associationCategory": spec[0], "associationTypeId": spec[1]}],
            }
        ]
    }
    answer = api.post(f"{ROOTS[0]}/deals/contacts/batch/labels/archive", json=body)
    assert answer.status_code == 204
    edges = portal.store.associations
    assert len(edges.types_of(("deals", "contacts"), deal, contact)) == 1
    assert len(edges.types_of(("contacts", "deals"), contact, deal)) == 1


def test_many_associations_come_in_pages_of_their_record(api, seeded, portal):
    """Five hundred a page; the same id with `after` gives the rest."""
    deal = seeded["deal1"]
    notes = []
    for number in range(501):
        note = portal.store.create("notes", {"hs_note_body": str(number)}, actor=PERSON, quiet=True)
        portal.store.associate("notes", note, "deals", deal, actor=PERSON, quiet=True)
        notes.append(note)
    path = f"{ROOTS[1]}/deals/notes/batch/read"
    first = api.post(path, json={"inputs": [{"id": str(deal)}]}).json()["results"][0]
    after = first["paging"]["next"]["after"]
    rest = api.post(path, json={"inputs": [{"id": str(deal), "after": after}]}).json()["results"][0]
    assert [row["toObjectId"] for row in first["to"] + rest["to"]] == notes
    assert "paging" not in rest
    single = api.get(f"/crm/v4/objects/deals/{deal}/associations/notes?limit=500").json()
    assert single["paging"]["next"]["after"] == after


def test_archived_records_are_not_associated_with_anything(api, seeded):
    """The edge is hidden while one end is archived."""
    api.delete(f"/crm/v3/objects/contacts/{seeded['contact']}")
    body = {"inputs": [{"id": str(seeded["deal1"])}]}
    answer = api.post(f"{ROOTS[1]}/deals/contacts/batch/read", json=body).json()
    assert answer["results"] == []
    assert answer["numErrors"] == 1


def test_associations_are_told_with_type_and_primary_mark(api, seeded, portal, changes):
    """A first company is two changes: the plain type and the primary one; so is its end."""
    company = portal.store.create("companies", {"name": "Umbrella"}, actor=PERSON, quiet=True)
    path = f"/crm/v4/objects/deals/{seeded['deal2']}/associations/companies/{company}"
    api.put(path, json=[plain(341)])
    api.delete(path)
    assert [(change.kind, change.type_id, change.is_primary) for change in changes] == [
        (ChangeKind.ASSOCIATED, 341, False),
        (ChangeKind.ASSOCIATED, 5, True),
        (ChangeKind.DISSOCIATED, 5, True),
        (ChangeKind.DISSOCIATED, 341, False),
    ]
    assert {(change.object_id, change.to_type, change.to_id) for change in changes} == {
        (seeded["deal2"], "companies", company)
    }


def test_the_older_api_names_types(api, seeded):
    """v3: the same associations, with names for numbers."""
    root = "/crm/v3/associations/deals/companies"
    read = api.post(f"{root}/batch/read", json={"inputs": [{"id": str(seeded["deal1"])}]})
    assert read.status_code == 200
    assert [row["type"] for row in read.json()["results"][0]["to"]] == [
        "deal_to_company",
        "deal_to_company_unlabeled",
    ]
    ends = {"from": {"id": str(seeded["deal2"])}, "to": {"id": str(seeded["company"])}}
    edge = {"inputs": [{**ends, "type": "deal_to_company_unlabeled"}]}
    assert api.post(f"{root}/batch/create", json=edge).status_code == 201
    listed = f"/crm/v3/objects/deals/{seeded['deal2']}/associations/companies"
    assert api.get(listed).json()["results"][0]["id"] == str(seeded["company"])
    assert api.post(f"{root}/batch/archive", json=edge).status_code == 204
    assert api.get(listed).json()["results"] == []
    assert api.get(f"{root}/types").json()["results"] == [
        {"id": "5", "name": "deal_to_company"},
        {"id": "341", "name": "deal_to_company_unlabeled"},
    ]
    one = f"{listed}/{seeded['company']}/341"
    assert api.put(one).status_code == 200
    assert api.delete(one).status_code == 204


@pytest.mark.parametrize(
    ("path", "types"),
    [("notes/notes", [plain(1)]), ("deals/contacts", [plain(279)]), ("deals/contacts", [])],
)
def test_types_that_do_not_belong_to_the_pair_are_refused(api, seeded, path, types):
    """A pair that HubSpot does not have, a number of another pair, no type at all."""
    ends = {"from": {"id": str(seeded["deal1"])}, "to": {"id": str(seeded["contact"])}}
    body = {"inputs": [{**ends, "types": types}]}
    answer = api.post(f"{ROOTS[0]}/{path}/batch/create", json=body)
    assert answer.status_code in {400, 207}
    assert "VALIDATION_ERROR" in answer.text


@pytest.mark.parametrize(
    ("what", "count", "refused"),
    [("read", 1000, False), ("read", 1001, True), ("create", 2001, True)],
)
def test_an_association_batch_has_a_largest_size(api, what, count, refused):
    """A thousand to read, two thousand to write."""
    one = {"id": "1", "from": {"id": "1"}, "to": {"id": "1"}, "types": [plain(3)]}
    answer = api.post(f"{ROOTS[1]}/deals/contacts/batch/{what}", json={"inputs": [one] * count})
    assert (answer.status_code == 400) is refused
