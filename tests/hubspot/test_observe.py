"""Reading deals: what HubSpot says becomes a snapshot, and what it does not say never does."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from app.domain.deal import (
    CompanyId,
    ContactId,
    DealId,
    NoteId,
    ObjectKey,
    ObjectKind,
    Owner,
    OwnerId,
    deal_key,
)
from app.hubspot.limiter import OutboundLimiter
from app.hubspot.retry import RetryPolicy
from app.ports import Retryable

ONE = DealId("1")
ONCE = RetryPolicy(attempts=1)


def test_a_snapshot_holds_all_that_hangs_on_a_deal(observe, clock):
    """Deal, stage, owner, contacts with labels, companies, and notes wherever they hang."""
    snapshot = observe().snapshots[ONE]
    assert snapshot.observed_at == clock.now()
    assert snapshot.link == "https://app-eu1.hubspot.com/contacts/42/record/0-3/1"
    assert snapshot.name == "Acme"
    assert (snapshot.position.stage_label, snapshot.position.order) == ("Stage s1", 0)
    assert snapshot.owner == Owner(OwnerId("7"), "Ada Lovelace", None, active=True)
    (contact,) = snapshot.contacts
    assert (contact.id, contact.name, contact.labels) == (
        ContactId("11"),
        "Grace Hopper",
        ("Champion",),
    )
    (company,) = snapshot.companies
    assert (company.id, company.is_primary) == (CompanyId("21"), True)
    assert [(note.id, note.body, note.hangs_on) for note in snapshot.notes] == [
        (NoteId("33"), "", (ObjectKey(ObjectKind.COMPANY, "21"),)),
        (NoteId("31"), "note 31", (deal_key(ONE),)),
        (NoteId("32"), "note 32", (ObjectKey(ObjectKind.CONTACT, "11"),)),
    ]
    assert snapshot.notes[0].written_at == datetime(2025, 11, 20, 11, tzinfo=UTC)
    assert snapshot.authors == {}


def test_a_note_on_several_records_is_one_note(observe, canned):
    """It names each record that carries it, once."""
    canned.link("deals", "1", "notes", "32")
    canned.link("companies", "21", "notes", "32")
    (note,) = [each for each in observe().snapshots[ONE].notes if each.id == "32"]
    assert [str(key) for key in note.hangs_on] == ["deal 1", "contact 11", "company 21"]


def test_what_is_empty_and_what_does_not_exist_are_told_apart(observe):
    """A property that exists is None when empty; one that the portal lacks is not there at all."""
    properties = observe().snapshots[ONE].properties
    assert properties["ff_zone"] is None
    assert "ff_standing" not in properties
    assert "closedate" not in properties


def test_without_leave_to_see_definitions_everything_is_asked_for(canned, serve, gateway):
    """A missing schema scope costs the names that do not exist, and no deal."""
    canned.bend["/properties/2026-03/deals"] = lambda _, usual: type(usual)(status=403)
    server = serve(canned)
    observation = gateway(server.url).observe([ONE])
    assert observation.snapshots[ONE].properties == canned.records["deals"]["1"]
    (read,) = [each for each in server.requests if each.path.endswith("/deals/batch/read")]
    assert {"ff_standing", "closedate"} <= set(read.body["properties"])


def test_deals_share_batches(serve, gateway, canned):
    """A hundred deals cost as many calls as one, and no record is read twice."""
    ids = [DealId(str(n)) for n in range(100, 200)]
    for each in ids:
        canned.add("deals", each, dealname=each, pipeline="p", dealstage="s1")
        canned.link("deals", each, "contacts", "11")
    server = serve(canned)
    crm = gateway(server.url)
    crm.warm()
    server.requests.clear()
    assert len(crm.observe([*ids, *ids]).snapshots) == 100
    reads = [each.path.split("2026-03/")[1] for each in server.requests]
    assert sorted(reads) == [
        "contacts/batch/read",
        "contacts/notes/batch/read",
        "deals/batch/read",
        "deals/companies/batch/read",
        "deals/contacts/batch/read",
        "deals/notes/batch/read",
        "notes/batch/read",
    ]


def test_work_is_cut_to_hubspots_limits(serve, gateway, canned):
    """At most 100 records and 1,000 associations a call, whatever the number of deals."""
    ids = [DealId(str(n)) for n in range(10_000, 11_250)]
    for each in ids:
        canned.add("deals", each, dealname=each)
    server = serve(canned)
    observation = gateway(server.url).observe(ids)
    assert len(observation.snapshots) == 1_250
    sizes = {"records": [], "links": []}
    for each in server.requests:
        if each.path.endswith("/batch/read"):
            kind = "links" if "/associations/" in each.path else "records"
            sizes[kind].append(len(each.body["inputs"]))
    assert max(sizes["records"]) == 100
    assert max(sizes["links"]) == 1_000


def test_no_associations_is_an_empty_list(observe, canned):
    """HubSpot reports it as an error in a 207; it is an answer."""
    canned.add("deals", "2", dealname="Bare", pipeline="p", dealstage="s1")
    observation = observe("1", "2")
    bare = observation.snapshots[DealId("2")]
    assert (bare.contacts, bare.companies, bare.notes, bare.owner) == ((), (), (), None)
    assert len(observation.snapshots[ONE].contacts) == 1


def test_associations_come_in_pages(observe, canned):
    """Paging is each record's own: the next page is asked for with its own cursor."""
    contacts = [str(n) for n in range(500, 507)]
    for each in contacts:
        canned.add("contacts", each)
    everyone = [{"toObjectId": int(each), "associationTypes": []} for each in contacts]

    def page(request, usual):
        start = int(request.body["inputs"][0].get("after", 0))
        row = {"from": {"id": "1"}, "to": everyone[start : start + 3]}
        if start + 3 < len(everyone):
            row["paging"] = {"next": {"after": str(start + 3)}}
        return type(usual)(json={"results": [row]})

    canned.bend["/deals/contacts/batch/read"] = page
    found = [contact.id for contact in observe().snapshots[ONE].contacts]
    assert found == contacts


def test_deals_that_do_not_exist_are_gone(observe):
    """A 207 names them; the others are read."""
    observation = observe("1", "404", "405")
    assert observation.gone == {"404", "405"}
    assert set(observation.snapshots) == {ONE}


def test_a_deal_that_was_merged_away_is_gone(observe, canned):
    """HubSpot answers the winner's record for the loser's id; the loser is no deal any more."""

    def follow(request, usual):
        asked = {"1" if each["id"] == "99" else each["id"] for each in request.body["inputs"]}
        results = [{"id": each, "properties": canned.records["deals"][each]} for each in asked]
        return type(usual)(json={"results": results})

    canned.bend["/deals/batch/read"] = follow
    observation = observe("1", "99")
    assert observation.gone == {"99"}
    assert set(observation.snapshots) == {ONE}
    assert observe("99").gone == {"99"}


def test_a_contact_deleted_between_two_rounds_is_left_out(observe, canned):
    """The association was there a moment ago; the record is not."""
    canned.link("deals", "1", "contacts", "12")
    assert [each.id for each in observe().snapshots[ONE].contacts] == ["11"]


def test_a_note_falls_back_to_when_it_was_created(observe, canned):
    """A missing hs_timestamp is no reason to lose a note."""
    canned.add("notes", "31", hs_note_body="x", hs_createdate="2026-01-02T03:04:05Z")
    (note,) = [each for each in observe().snapshots[ONE].notes if each.id == "31"]
    assert note.written_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_nothing_asked_is_nothing_read(serve, gateway, canned):
    """No deals cost no call."""
    server = serve(canned)
    assert gateway(server.url).observe([]).snapshots == {}
    assert server.requests == []


def test_who_wrote_a_note_is_named_also_after_leaving(observe, canned):
    """A departed owner comes only with the archived ones; an unknown author has no name."""
    canned.owners["true"] = [{"id": 8, "firstName": "Alan", "lastName": "Turing"}]
    for note, author in (("31", "7"), ("32", "8"), ("33", "404")):
        canned.records["notes"][note]["hubspot_owner_id"] = author
    authors = observe().snapshots[ONE].authors
    assert {each: owner.name for each, owner in authors.items()} == {
        "7": "Ada Lovelace",
        "8": "Alan Turing",
    }


def test_a_sweep_does_not_hold_up_the_deal_that_was_just_moved(serve, gateway, canned):
    """While thousands of deals wait for HubSpot's windows, a single one passes them by."""

    def slow_for_many(request, usual):
        time.sleep(0.1 if len(request.body["inputs"]) > 1 else 0)
        return usual

    canned.bend["/deals/batch/read"] = slow_for_many
    limiter = OutboundLimiter(
        requests_per_10_seconds=50, associations_per_10_seconds=50, max_wait_seconds=1.0
    )
    crm = gateway(serve(canned).url, limiter=limiter, threads=4)
    crm.warm()
    sweep = [DealId(str(n)) for n in range(10_000, 16_000)]
    with ThreadPoolExecutor(1) as nightly:
        waiting = nightly.submit(crm.observe, sweep)
        time.sleep(0.3)
        assert not waiting.done()
        started = time.monotonic()
        assert ONE in crm.observe([ONE]).snapshots
        assert time.monotonic() - started < 0.5
        swept = waiting.result()
    assert swept.gone
    assert all(isinstance(each, Retryable) for each in swept.failed.values())
    assert len(swept.gone) + len(swept.failed) == len(sweep)
