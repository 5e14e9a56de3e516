"""Reading deals: what HubSpot says becomes a snapshot, and what it does not say never does."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from app.domain.deal import (
    CompanyId,
    ContactId,
    DealId,
    NoteId,
    ObjectKey,
    ObjectKind,
    Owner,
    OwnerId,
    Unread,
    deal_key,
)
from app.hubspot import errors
from app.hubspot.limiter import OutboundLimiter
from app.hubspot.reading import MAX_ASSOCIATION_PAGES
from app.hubspot.retry import RetryPolicy
from app.ports import Retryable, Terminal

ONE = DealId("1")
ONCE = RetryPolicy(attempts=1)


@pytest.fixture
def observe(serve, gateway, canned):
    """Observes deals of the canned portal."""

    def run(*ids, **options):
        return gateway(serve(canned).url, **options).observe([DealId(each) for each in ids or "1"])

    return run


def failing(status, **body):
    """A bend that answers this status whatever was asked."""
    return lambda _, usual: type(usual)(status=status, json=body)


def refusing(asked_id, error):
    """A bend of an association answer: this record is refused, the others are answered."""

    def bend(request, usual):
        if asked_id not in [each["id"] for each in request.body["inputs"]]:
            return usual
        rows = [row for row in usual.json["results"] if row["from"]["id"] != asked_id]
        others = [e for e in usual.json.get("errors", []) if asked_id not in str(e["context"])]
        return type(usual)(status=207, json={"results": rows, "errors": [*others, error]})

    return bend


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
    canned.bend["/properties/2026-03/deals"] = failing(403)
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


def test_a_later_page_that_fails_concerns_only_those_that_had_one(observe, canned):
    """A thousand deals with one page are not lost over one deal with two."""
    canned.add("deals", "2", dealname="Two")

    def page(request, usual):
        if "after" in request.body["inputs"][0]:
            return type(usual)(status=503)
        rows = usual.json["results"]
        rows[0]["paging"] = {"next": {"after": "9"}}
        return type(usual)(status=207, json=usual.json)

    canned.bend["/deals/contacts/batch/read"] = page
    observation = observe("1", "2", retry=ONCE)
    assert set(observation.snapshots) == {"2"}
    assert isinstance(observation.failed[ONE], Retryable)


def test_an_answer_that_passes_over_everything_is_a_failure(observe, canned):
    """An empty list of results does not make a hundred deals gone, nor a hundred calls more."""
    ids = [str(n) for n in range(100, 150)]
    for each in ids:
        canned.add("deals", each)
    asked = []

    def bend(request, usual):
        asked.append(request)
        return type(usual)(json={"results": []}) if len(request.body["inputs"]) > 1 else usual

    canned.bend["/deals/batch/read"] = bend
    observation = observe(*ids)
    assert len(observation.snapshots) == 10
    assert len(observation.failed) == 40
    assert not observation.gone
    assert len(asked) == 11


def test_endless_pages_end(observe, canned):
    """A cursor that never ends makes that list unread, and not the process busy for ever."""

    def page(_, usual):
        row = {"from": {"id": "1"}, "to": [], "paging": {"next": {"after": "1"}}}
        return type(usual)(json={"results": [row]})

    canned.bend["/deals/contacts/batch/read"] = page
    contacts = observe().snapshots[ONE].contacts
    assert isinstance(contacts, Unread)
    assert str(MAX_ASSOCIATION_PAGES) in contacts.reason


@pytest.mark.parametrize("category", ["VALIDATION_ERROR", "MISSING_SCOPES"])
def test_a_lasting_refusal_of_one_row_leaves_exactly_that_deals_list_unread(
    observe, canned, category
):
    """It is never an empty list, and the other deal is whole."""
    canned.add("deals", "2", dealname="Two")
    canned.link("deals", "2", "contacts", "11")
    error = {"category": category, "context": {"fromObjectId": ["2"]}}
    canned.bend["/deals/contacts/batch/read"] = refusing("2", error)
    observation = observe("1", "2")
    two = observation.snapshots[DealId("2")]
    assert isinstance(two.contacts, Unread)
    assert isinstance(two.notes, Unread)
    assert two.companies == ()
    assert len(observation.snapshots[ONE].contacts) == 1


def test_a_passing_refusal_of_one_row_fails_exactly_that_deal(observe, canned):
    """It is tried again later instead of being judged on half of the facts."""
    canned.add("deals", "2", dealname="Two")
    error = {"category": "INTERNAL_ERROR", "context": {"fromObjectId": ["2"]}}
    canned.bend["/deals/contacts/batch/read"] = refusing("2", error)
    observation = observe("1", "2")
    assert set(observation.snapshots) == {ONE}
    assert isinstance(observation.failed[DealId("2")], Retryable)


def test_an_error_that_names_nobody_concerns_all_that_were_not_answered(observe, canned):
    """Its context is optional; an answered deal is still answered."""
    canned.add("deals", "2", dealname="Two")
    canned.bend["/deals/contacts/batch/read"] = refusing("2", {"category": "VALIDATION_ERROR"})
    observation = observe("1", "2")
    assert isinstance(observation.snapshots[DealId("2")].contacts, Unread)
    assert len(observation.snapshots[ONE].contacts) == 1


def test_a_record_passed_over_in_silence_is_asked_for_again(observe, canned):
    """Errors about others do not make a deal's list empty; a second silence fails that deal."""
    for each in ("2", "3"):
        canned.add("deals", each, dealname=each)
    canned.link("deals", "2", "contacts", "11")
    error = {"category": "INTERNAL_ERROR", "context": {"fromObjectId": ["3"]}}

    def forgetful(request, usual):
        asked = [each["id"] for each in request.body["inputs"]]
        if asked == ["2"] and not mute:
            return usual
        rows = [row for row in usual.json["results"] if row["from"]["id"] == "1"]
        return type(usual)(status=207, json={"results": rows, "errors": [error]})

    canned.bend["/deals/contacts/batch/read"] = forgetful
    mute = False
    heard = observe("1", "2", "3")
    assert len(heard.snapshots[DealId("2")].contacts) == 1
    assert set(heard.failed) == {"3"}
    mute = True
    silent = observe("1", "2", "3")
    assert set(silent.failed) == {"2", "3"}
    assert set(silent.snapshots) == {ONE}


def test_a_failed_batch_fails_exactly_its_deals(observe, canned):
    """A hundred deals of which HubSpot cannot answer leave the other hundred alone."""
    first = [str(n) for n in range(1_000, 1_100)]
    second = [str(n) for n in range(2_000, 2_050)]
    for each in (*first, *second):
        canned.add("deals", each, dealname=each)

    def half(request, usual):
        asked = [each["id"] for each in request.body["inputs"]]
        return type(usual)(status=503) if asked[0] == second[0] else usual

    canned.bend["/deals/batch/read"] = half
    observation = observe(*first, *second, retry=ONCE)
    assert set(observation.snapshots) == set(first)
    assert set(observation.failed) == set(second)


def test_nothing_readable_is_raised(observe, canned):
    """A token that does not work is one failure, not a thousand."""
    canned.bend["/deals/batch/read"] = failing(401)
    with pytest.raises(errors.Denied):
        observe("1", "2")


def test_notes_that_may_not_be_read_are_unread(observe, canned):
    """A missing scope is a lasting reason: the deal is judged without its notes, and says so."""
    canned.bend["/notes/batch/read"] = failing(403)
    snapshot = observe().snapshots[ONE]
    assert isinstance(snapshot.notes, Unread)
    assert "scope" in snapshot.notes.reason
    assert len(snapshot.contacts) == 1


@pytest.mark.parametrize("ending", ["/contacts/batch/read", "/companies/notes/batch/read"])
def test_an_outage_of_a_later_round_fails_the_deal(observe, canned, ending):
    """Half a deal is not judged when the other half will be there in a minute."""
    canned.bend[ending] = failing(502)
    observation = observe(retry=ONCE)
    assert isinstance(observation.failed[ONE], Retryable)
    assert not observation.snapshots


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


def test_a_garbled_answer_names_the_place(observe, canned):
    """A batch of another shape is a failure for its deals, not a traceback."""
    canned.bend["/deals/contacts/batch/read"] = lambda _, usual: type(usual)(
        json={"results": [{"from": {}, "to": []}]}
    )
    contacts = observe().snapshots[ONE].contacts
    assert isinstance(contacts, Unread)
    assert "results.0.from.id" in contacts.reason


def test_a_note_without_any_time_leaves_the_notes_unread(observe, canned):
    """We do not invent when something was written."""
    canned.add("notes", "31", hs_note_body="secret words", hs_timestamp="garbage")
    notes = observe().snapshots[ONE].notes
    assert isinstance(notes, Unread)
    assert "note 31" in notes.reason
    assert "secret" not in notes.reason


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


def test_a_failure_of_the_account_is_raised(observe, canned):
    """Without it no deal can be linked to; that is not one deal's failure."""
    canned.bend["/details"] = failing(403)
    with pytest.raises(Terminal):
        observe()


def test_who_wrote_a_note_is_named_also_after_leaving(observe, canned):
    """A departed owner comes only with the archived ones; an unknown author has no name."""
    canned.owners["true"] = [{"id": 8, "firstName": "Alan", "lastName": "Turing"}]
    for note, author in (("31", "7"), ("32", "8"), ("33", "404")):
        canned.records["notes"][note]["hubspot_owner_id"] = author
    assert observe().snapshots[ONE].authors == {"7": "Ada Lovelace", "8": "Alan Turing"}


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
