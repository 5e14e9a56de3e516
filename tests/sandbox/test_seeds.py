"""What is in the portal at the start."""

from collections import Counter

import pytest

from app.sandbox.options import Options
from app.sandbox.seeds.writing import dated, whys
from app.sandbox.site import Site


@pytest.fixture(scope="module")
def portals():
    """Each scenario once, with a few generated deals in the empty one."""
    deals = {"story": 0, "empty": 300, "hostile": 0}
    return {
        name: Site(Options(scenario=name, deals=count), "http://sandbox.example").portal
        for name, count in deals.items()
    }


def values(portal, object_type):
    """The values of all live records of a type."""
    return [record.values for record in portal.store.table(object_type).live.values()]


def test_story_is_a_team_s_portal(portals):
    """Some forty deals in two pipelines, over all stages, with one departed owner."""
    portal = portals["story"]
    deals = values(portal, "deals")
    assert 36 <= len(deals) <= 44
    labels = [pipeline.label for pipeline in portal.pipelines.listing("deals")]
    assert labels == ["NR Scale", "Edge Connectivity"]
    stages = Counter(portal.pipelines.stage("deals", deal["dealstage"]).label for deal in deals)
    assert set(stages) == {
        "1-Discovery", "2-Diagnose", "3-Solution", "4-Validate", "5-Commit", "6-Closing",
        "Closed won", "Closed lost",
    }  # fmt: skip
    assert len(portal.owners.listing(active=False)) == 1
    departed = str(portal.owners.listing(active=False)[0].id)
    assert any(deal.get("hubspot_owner_id") == departed for deal in deals)


def test_story_tells_of_people_and_notes(portals):
    """Contacts with several statuses and roles, notes on deals and contacts, no dates left open."""
    portal = portals["story"]
    contacts = values(portal, "contacts")
    statuses = {contact.get("hs_lead_status") for contact in contacts}
    assert {"OPEN_DEAL", "CONNECTED", "UNQUALIFIED", "BAD_TIMING", "UNRESPONSIVE", None} <= statuses
    options = {one.value for one in portal.properties.get("contacts", "hs_lead_status").options}
    assert statuses - {None} <= options
    roles = {role for one in contacts for role in one.get("hs_buying_role", "").split(";") if role}
    assert {"CHAMPION", "DECISION_MAKER", "BUDGET_HOLDER", "LEGAL_AND_COMPLIANCE"} <= roles
    notes = values(portal, "notes")
    assert all("{" not in note["hs_note_body"] for note in notes)
    store = portal.store
    places = {
        kind
        for note_id in store.table("notes").live
        for kind in ("deals", "contacts")
        if store.associated("notes", note_id, kind)
    }
    assert places == {"deals", "contacts"}


def test_a_deal_s_history_is_that_of_its_way(portals):
    """A deal in a late stage passed the earlier ones, one after the other, in the past."""
    portal = portals["story"]
    deal = next(
        record
        for record in portal.store.table("deals").live.values()
        if portal.pipelines.stage("deals", record.values["dealstage"]).label == "4-Validate"
    )
    versions = deal.versions("dealstage")
    labels = [portal.pipelines.stage("deals", one.value).label for one in versions]
    assert labels == ["4-Validate", "3-Solution", "2-Diagnose", "1-Discovery"]
    times = [one.at_ms for one in versions]
    assert times == sorted(times, reverse=True)
    assert times[0] < portal.clock.epoch_ms()


def test_hostile_portal_lies_by_name_and_id(portals):
    """Duplicate labels, default ids with other meanings, an edited list, a stage that is gone."""
    portal = portals["hostile"]
    labels = Counter(pipeline.label for pipeline in portal.pipelines.listing("deals"))
    assert labels["Edge Connectivity"] == 2
    assert portal.pipelines.stage("deals", "contractsent").is_won
    assert not portal.pipelines.stage("deals", "closedwon").is_closed
    options = {one.value for one in portal.properties.get("contacts", "hs_lead_status").options}
    assert "OPEN_DEAL" not in options
    stages = {deal["dealstage"] for deal in values(portal, "deals")}
    assert any(portal.pipelines.stage("deals", stage) is None for stage in stages)
    assert len(portal.owners.listing(active=False)) == 2


def test_generated_deals_are_whole_and_varied(portals):
    """Each has a company and contacts; some have no notes, some have placeholders."""
    portal = portals["empty"]
    store = portal.store
    deals = list(store.table("deals").live)
    assert len(deals) == 300
    assert all(store.associated("deals", deal, "companies") for deal in deals)
    assert all(store.associated("deals", deal, "contacts") for deal in deals)
    noted = sum(bool(store.associated("deals", deal, "notes")) for deal in deals)
    assert 200 < noted < 300
    emails = [contact["email"] for contact in values(portal, "contacts")]
    assert len(set(emails)) == len(emails)


def test_generated_deals_depend_on_the_seed_alone():
    """Two portals of one seed are the same, deal by deal."""

    def names(seed):
        site = Site(Options(scenario="empty", deals=40, seed=seed), "http://sandbox.example")
        return [deal["dealname"] for deal in values(site.portal, "deals")]

    assert names(3) == names(3)
    assert names(3) != names(4)


def test_seeding_is_quiet(open_sandbox, receiver):
    """Nothing is sent about how things are at the start."""
    site = open_sandbox(scenario="story", webhook_url=receiver.url)
    site.wait_for_webhooks()
    assert receiver.requests == []


def test_texts_are_dated_from_the_clock(portals):
    """Dates in a note are counted from now, in the form that was asked for."""
    now = portals["empty"].clock.now().replace(year=2026, month=11, day=20)
    text = "{date+45}, {dmy+45}, {month-30}"
    assert dated(text, now) == "4 January 2027, 04.01.2027, October 2026"


def test_note_markup_is_escaped():
    """What a customer says may contain markup; the note's HTML stays sound."""
    assert "&lt;b&gt;" in whys("<b>", "x", "y")
