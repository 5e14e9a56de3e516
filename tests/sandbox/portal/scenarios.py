"""What clients do to a portal, told once for HubSpot's own client and once for the dated paths.

Both walk the same ground: what answers are recorded here is what the published API description
is held against.
"""

from __future__ import annotations

import pytest
from hubspot import HubSpot
from hubspot.crm.associations.v4 import models as edges
from hubspot.crm.associations.v4.schema import PublicAssociationDefinitionCreateRequest
from hubspot.crm.deals import models as deals
from hubspot.crm.deals.exceptions import ApiException, NotFoundException, UnauthorizedException
from hubspot.crm.properties import exceptions as property_errors
from hubspot.crm.properties import models as properties

from .people import SERVICE_TOKEN

NAMES = ["dealname", "dealstage", "amount", "hs_is_closed", "hs_next_step"]
TEXT = {"name": "ff_zone", "label": "Zone", "type": "string", "fieldType": "text"}


def official_client(url, seeded):
    """HubSpot's own Python client through lists, batches, search, edges, notes and refusals."""
    hub = HubSpot(access_token=SERVICE_TOKEN, host=url)
    deal_ids = [str(seeded[f"deal{number}"]) for number in range(1, 6)]
    _objects(hub, deal_ids)
    _edges_and_notes(hub, deal_ids, str(seeded["contact"]))
    _settings(hub)
    _refusals(hub, url)


def _objects(hub, deal_ids):
    api = hub.crm.deals
    assert [one.id for one in api.get_all(properties=NAMES)] == deal_ids
    page = api.basic_api.get_page(limit=2, properties_with_history=["dealstage"])
    assert page.paging.next.after == deal_ids[1]
    assert page.results[0].properties_with_history["dealstage"][0].value == "1001"
    one = api.basic_api.get_by_id(deal_ids[0], associations=["contacts", "companies"])
    assert len(one.associations["companies"].results) == 2
    wanted = [deals.SimplePublicObjectId(id=one) for one in [*deal_ids, "999"]]
    body = deals.BatchReadInputSimplePublicObjectId(
        inputs=wanted, properties=NAMES, properties_with_history=[]
    )
    read = api.batch_api.read(body)
    assert len(read.results) == 5
    assert read.num_errors == 1
    changed = api.basic_api.update(
        deal_ids[1], deals.SimplePublicObjectInput(properties={"amount": "77"})
    )
    assert changed.properties["amount"] == "77"
    update = deals.BatchInputSimplePublicObjectBatchInput(
        inputs=[deals.SimplePublicObjectBatchInput(id=deal_ids[2], properties={"amount": "78"})]
    )
    assert api.batch_api.update(update).results[0].properties["amount"] == "78"
    found, after = [], None
    while True:
        request = deals.PublicObjectSearchRequest(
            filter_groups=[
                {
                    "filters": [
                        {"propertyName": "dealstage", "operator": "IN", "values": ["1001", "1002"]}
                    ]
                }
            ],
            sorts=["hs_object_id"],
            properties=["dealname"],
            limit=2,
            after=after,
        )
        answer = api.search_api.do_search(request)
        found += [one.id for one in answer.results]
        if answer.paging is None:
            break
        after = answer.paging.next.after
    assert found == deal_ids[:3]


def _edges_and_notes(hub, deal_ids, contact_id):
    batch = hub.crm.associations.v4.batch_api
    body = edges.BatchInputPublicFetchAssociationsBatchRequest(
        inputs=[edges.PublicFetchAssociationsBatchRequest(id=one) for one in deal_ids[:2]]
    )
    read = batch.get_page("deals", "contacts", body)
    assert [str(row.to[0].to_object_id) for row in read.results] == [contact_id]
    assert read.errors[0].sub_category == "crm.associations.NO_ASSOCIATIONS_FOUND"
    spec = edges.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=3)
    post = edges.BatchInputPublicAssociationMultiPost(
        inputs=[
            edges.PublicAssociationMultiPost(
                _from={"id": deal_ids[1]}, to={"id": contact_id}, types=[spec]
            )
        ]
    )
    assert len(batch.create("deals", "contacts", post).results) == 1
    single = hub.crm.associations.v4.basic_api
    single.create_default("deals", deal_ids[2], "contacts", contact_id)
    assert len(single.get_page("contacts", contact_id, "deals").results) == 3
    single.archive("deals", deal_ids[2], "contacts", contact_id)
    schema = hub.crm.associations.v4.schema.definitions_api
    label = PublicAssociationDefinitionCreateRequest(
        label="Champion", name="champion", inverse_label="Champions"
    )
    assert len(schema.create("deals", "contacts", label).results) == 2
    assert len(schema.get_all("deals", "contacts").results) == 2
    note = hub.crm.objects.notes.basic_api.create(
        {
            "properties": {"hs_note_body": "<p>x</p>", "hs_timestamp": "2026-11-20T12:00:00Z"},
            "associations": [
                {
                    "to": {"id": deal_ids[0]},
                    "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 214}],
                }
            ],
        }
    )
    assert note.properties["hs_note_body"] == "<p>x</p>"


def _settings(hub):
    assert [one.email for one in hub.crm.owners.get_all()] == ["ada@example.com"]
    assert hub.crm.owners.owners_api.get_page(archived=True).results[0].archived
    pipeline = hub.crm.pipelines.pipelines_api.get_all("deals").results[0]
    assert [stage.id for stage in pipeline.stages] == ["1001", "1002", "1003", "1004"]
    groups = hub.crm.properties.groups_api
    groups.create("deals", properties.PropertyGroupCreate(name="ff", label="Dealgate"))
    core = hub.crm.properties.core_api
    definition = properties.PropertyCreate(
        name="ff_zone", label="Zone", type="string", field_type="text", group_name="ff"
    )
    core.create("deals", definition)
    assert core.get_by_name("deals", "ff_zone").group_name == "ff"
    assert len(core.get_all("deals").results) > 30
    core.update("deals", "ff_zone", properties.PropertyUpdate(label="Maturity zone"))
    with pytest.raises(property_errors.ApiException) as exists:
        core.create("deals", definition)
    assert exists.value.status == 409


def _refusals(hub, url):
    with pytest.raises(NotFoundException):
        hub.crm.deals.basic_api.get_by_id("999")
    with pytest.raises(ApiException) as refused:
        hub.crm.deals.basic_api.create(
            deals.SimplePublicObjectInputForCreate(
                associations=[], properties={"hs_is_closed": "true"}
            )
        )
    assert refused.value.status == 400
    assert "READ_ONLY_VALUE" in refused.value.body
    with pytest.raises(UnauthorizedException):
        HubSpot(access_token="nobody", host=url).crm.deals.basic_api.get_page()


def dated_paths(api, seeded):
    """The same ground by 2026-03, and what the client library does not cover."""
    deal, contact = str(seeded["deal1"]), str(seeded["contact"])
    objects, crm = "/crm/objects/2026-03", "/crm"

    def call(method, path, status=200, body=None):
        answer = api.request(method, path, json=body)
        assert answer.status_code == status, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    inputs = {"inputs": [{"id": deal}, {"id": "999"}]}
    reading = {**inputs, "properties": NAMES, "propertiesWithHistory": ["dealstage"]}
    call("GET", f"{objects}/deals?limit=2&associations=contacts,notes&properties=dealname")
    call("GET", f"{objects}/deals/{deal}?propertiesWithHistory=dealstage&associations=companies")
    call("POST", f"{objects}/deals/batch/read", 207, reading)
    call("POST", f"{objects}/deals/search", 200, {"filterGroups": [], "limit": 3})
    call("PATCH", f"{objects}/deals/{deal}", 200, {"properties": {"amount": "5"}})
    traced = {"id": deal, "properties": {"amount": "x"}, "objectWriteTraceId": "t"}
    call("POST", f"{objects}/deals/batch/update", 207, {"inputs": [traced]})
    new = {"properties": {"email": "new@example.com"}, "associations": []}
    made = call("POST", f"{objects}/contacts/batch/create", 201, {"inputs": [new]})
    upsert = {"id": "new@example.com", "idProperty": "email", "properties": {"lastname": "N"}}
    call("POST", f"{objects}/contacts/batch/upsert", 200, {"inputs": [upsert]})
    call("POST", f"{objects}/contacts", 409, new)
    pair = {"primaryObjectId": contact, "objectIdToMerge": made["results"][0]["id"]}
    call("POST", f"{objects}/contacts/merge", 200, pair)
    edge = {"from": {"id": str(seeded["deal2"])}, "to": {"id": contact}}
    typed = {**edge, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}]}
    root = f"{crm}/associations/2026-03/deals/contacts"
    call("POST", f"{root}/batch/create", 201, {"inputs": [typed]})
    call("POST", f"{root}/batch/read", 207, {"inputs": [{"id": deal}, {"id": "999"}]})
    call("POST", f"{root}/batch/associate/default", 200, {"inputs": [edge]})
    call("POST", f"{root}/batch/labels/archive", 200, {"inputs": [typed]})
    gone = {"from": edge["from"], "to": [edge["to"]]}
    call("POST", f"{root}/batch/archive", 200, {"inputs": [gone]})
    call("GET", f"{objects}/deals/{deal}/associations/companies")
    call("PUT", f"{objects}/deals/{deal}/associations/contacts/{contact}", 201, typed["types"])
    call("PUT", f"{objects}/deals/{deal}/associations/default/contacts/{contact}")
    call("GET", f"{root}/labels")
    call("POST", f"{root}/labels", 200, {"label": "Buyer", "name": "buyer"})
    call("GET", f"{crm}/owners/2026-03?archived=true")
    call("GET", f"{crm}/pipelines/2026-03/deals")
    stage = {"label": "Extra", "displayOrder": 7, "metadata": {"probability": "0.5"}}
    call("POST", f"{crm}/pipelines/2026-03/deals/900/stages", 201, stage)
    call("GET", f"{crm}/pipelines/2026-03/deals/900/audit")
    definitions = f"{crm}/properties/2026-03/deals"
    call("POST", f"{definitions}/groups", 201, {"name": "own", "label": "Own"})
    one = {**TEXT, "name": "own_text", "groupName": "own"}
    call("POST", f"{definitions}/batch/create", 207, {"inputs": [one, one]})
    wanted = {"inputs": [{"name": "own_text"}, {"name": "none"}], "archived": False}
    call("POST", f"{definitions}/batch/read", 207, {**wanted, "dataSensitivity": "non_sensitive"})
    call("GET", f"{definitions}")
    call("GET", f"{definitions}/groups")
    call("GET", f"{definitions}/none", 404)
    call("DELETE", f"{definitions}/own_text", 204)
    call("GET", "/account-info/2026-03/details")
    call("GET", "/account-info/2026-03/api-usage/daily/private-apps")
    call("GET", "/account-info/v3/api-usage/daily")
    call("GET", f"/oauth/v1/access-tokens/{SERVICE_TOKEN}")
    call("PATCH", f"{crm}/pipelines/2026-03/deals/900", 200, {"label": "NR Scale (new)"})
    call("GET", f"{crm}/pipelines/2026-03/deals/900/stages/1001")
    call("GET", f"{crm}/owners/2026-03/1", 404)
    call("POST", f"{objects}/deals/search", 400, {"limit": 500})
    call("POST", f"{objects}/deals/batch/archive", 204, {"inputs": [{"id": str(seeded["deal5"])}]})
    call("POST", f"{objects}/contacts/gdpr-delete", 204, {"objectId": contact})
    call("DELETE", f"{objects}/deals/{deal}", 204)
    call("GET", f"{objects}/deals?archived=true")
    older = "/crm/v3/associations/deals/companies"
    call("POST", f"{older}/batch/read", 207, {"inputs": [{"id": str(seeded["deal3"])}]})
    ends = {"from": {"id": str(seeded["deal3"])}, "to": {"id": str(seeded["company"])}}
    named = {"inputs": [{**ends, "type": "deal_to_company"}]}
    call("POST", f"{older}/batch/create", 201, named)
    call("POST", f"{older}/batch/archive", 204, named)
    call("GET", f"{older}/types")
