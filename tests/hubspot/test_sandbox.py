"""The gateway against the simulated portal, over real sockets: what is true after the calls."""

from datetime import timedelta

import pytest

from app.domain.deal import DealId, ObjectKey, ObjectKind, Unread, deal_key
from app.domain.desired import OwnedNames
from app.hubspot.client import ApiVersion
from app.hubspot.limiter import OutboundLimiter
from app.hubspot.owned import definitions
from app.hubspot.probe import missing_for_setup, probe
from app.hubspot.properties import plan
from app.hubspot.retry import RetryPolicy
from app.hubspot.steps import AddOptions, provision
from app.ports import Change, Retryable, Terminal
from app.sandbox.changes import Actor
from app.sandbox.options import Options
from app.sandbox.portal.limits import Quota
from app.sandbox.start import Sandbox

PERSON = Actor("CRM_UI", "userId:1", 1)
NAMES = OwnedNames()
CRITERIA = [("why_change", "Why change?"), ("why_now", "Why now?")]
PATIENT = RetryPolicy(attempts=8, first_backoff_seconds=0.02, jitter=lambda: 0.0)
BULK = 250


@pytest.fixture
def sandbox():
    """A story portal with some bulk, found by search at once."""
    with Sandbox(Options(search_lag_seconds=0, deals=BULK)) as running:
        yield running


@pytest.fixture(params=list(ApiVersion))
def versioned(request, sandbox, gateway):
    """A gateway to the sandbox, in each version of the API."""
    return build(sandbox, gateway, api_version=request.param)


@pytest.fixture
def crm(sandbox, gateway):
    """A gateway to the sandbox."""
    return build(sandbox, gateway)


def build(sandbox, gateway, **options):
    """A gateway whose own properties exist in the sandbox."""
    crm = gateway(sandbox.base_url, token=sandbox.info["service_token"], **options)
    wanted = definitions(NAMES, CRITERIA)
    list(provision(crm._client, plan(crm._client, NAMES, wanted).steps))
    return crm


def values(sandbox, deal_id, name):
    """What the portal holds."""
    return sandbox.portal.store.get("deals", int(deal_id)).values.get(name)


def fault(sandbox, kind, path, **fields):
    """Put a fault in force."""
    return sandbox.site.faults.add({"kind": kind, "match": {"path": path}} | fields)


def test_every_open_deal_is_listed_read_and_written(versioned):
    """The gateway's whole work in each version of the API."""
    deal_ids = list(versioned.open_deals())
    assert len(deal_ids) > BULK
    assert deal_ids == sorted(deal_ids, key=int)
    observation = versioned.observe(deal_ids)
    assert set(observation.snapshots) == set(deal_ids)
    assert not observation.failed
    for snapshot in observation.snapshots.values():
        assert not snapshot.position.is_closed
        parts = (snapshot.contacts, snapshot.companies, snapshot.notes, snapshot.owner)
        assert not any(isinstance(part, Unread) for part in parts)
    assert sum(len(each.notes) for each in observation.snapshots.values()) > BULK
    changes = [Change(deal_key(each), {"ff_stage_blockers": "why_now"}) for each in deal_ids]
    assert versioned.apply(changes) == {}
    again = versioned.observe(deal_ids)
    found = {each.properties["ff_stage_blockers"] for each in again.snapshots.values()}
    assert found == {"why_now"}


def test_records_find_their_deals_in_both_directions(crm):
    """Whatever a snapshot lists leads back to its deal."""
    belongs = {
        (ObjectKey(kind, each.id), deal_id)
        for deal_id, snapshot in crm.observe(list(crm.open_deals())).snapshots.items()
        for kind, found in (
            (ObjectKind.CONTACT, snapshot.contacts),
            (ObjectKind.COMPANY, snapshot.companies),
            (ObjectKind.NOTE, snapshot.notes),
        )
        for each in found
    }
    assert len(belongs) > BULK
    resolved = crm.deals_of([key for key, _ in belongs])
    assert all(deal_id in resolved[key] for key, deal_id in belongs)


def test_notes_hang_where_people_put_them(sandbox, crm):
    """A note on a contact that has just been written is in its deal's snapshot."""
    deal_id = next(iter(crm.open_deals()))
    contact = crm.observe([deal_id]).snapshots[deal_id].contacts[0]
    store = sandbox.portal.store
    note = store.create("notes", {"hs_note_body": "Why now? Audit.", **TIME}, actor=PERSON)
    store.associate(
        "notes", note, "contacts", int(contact.id), [("HUBSPOT_DEFINED", 202)], actor=PERSON
    )
    found = {each.id: each for each in crm.observe([deal_id]).snapshots[deal_id].notes}
    assert found[str(note)].body == "Why now? Audit."
    assert found[str(note)].hangs_on == (ObjectKey(ObjectKind.CONTACT, contact.id),)


TIME = {"hs_timestamp": "2026-11-20T10:00:00Z"}


def test_a_deleted_and_a_merged_deal_are_gone(sandbox, crm):
    """Neither is a snapshot of another deal, and writing to them is worth another look."""
    deleted, loser, winner, other = list(crm.open_deals())[:4]
    store = sandbox.portal.store
    store.archive("deals", int(deleted), actor=PERSON)
    store.merge("deals", int(winner), int(loser), actor=PERSON)
    observation = crm.observe([deleted, loser, winner, other])
    assert observation.gone == {deleted, loser}
    assert set(observation.snapshots) == {winner, other}
    changes = [Change(deal_key(each), {"ff_zone": "Z2"}) for each in (deleted, loser, other)]
    failures = crm.apply(changes)
    assert set(failures) == {deal_key(deleted), deal_key(loser)}
    assert all(isinstance(each, Retryable) for each in failures.values())
    assert values(sandbox, other, "ff_zone") == "Z2"


def test_a_bad_value_fails_alone(sandbox, crm):
    """One row with an option that does not exist leaves the others written."""
    deal_ids = list(crm.open_deals())[:120]
    changes = [
        Change(deal_key(each), {"ff_zone": "Z9" if each == deal_ids[50] else "Z3"})
        for each in deal_ids
    ]
    failures = crm.apply(changes)
    assert set(failures) == {deal_key(deal_ids[50])}
    (failure,) = failures.values()
    assert isinstance(failure, Terminal)
    assert "INVALID_OPTION on ff_zone" in str(failure)
    written = {each for each in deal_ids if values(sandbox, each, "ff_zone") == "Z3"}
    assert written == set(deal_ids) - {deal_ids[50]}


@pytest.mark.usefixtures("crm")
def test_a_missing_own_property_is_told_apart_and_named(sandbox, gateway):
    """It is not in the snapshot at all, and a write says what to run."""
    sandbox.portal.properties.archive("deals", "ff_zone")
    fresh = gateway(sandbox.base_url, token=sandbox.info["service_token"])
    deal_id = next(iter(fresh.open_deals()))
    properties = fresh.observe([deal_id]).snapshots[deal_id].properties
    assert "ff_zone" not in properties
    assert properties["ff_standing"] is None
    (failure,) = fresh.apply([Change(deal_key(deal_id), {"ff_zone": "Z1"})]).values()
    assert isinstance(failure, Terminal)
    assert "dealgate setup" in str(failure)


def test_owners_who_left_still_have_names(sandbox, crm):
    """A deal of a departed owner says so."""
    deal_id = next(iter(crm.open_deals()))
    owner_id = crm.observe([deal_id]).snapshots[deal_id].owner.id
    sandbox.portal.owners.deactivate(int(owner_id))
    crm.portal._team.reload(older_than=TIMELESS)
    owner = crm.observe([deal_id]).snapshots[deal_id].owner
    assert owner.id == owner_id
    assert not owner.active
    assert owner.name


TIMELESS = timedelta(0)


@pytest.mark.parametrize(
    "kind", ["429", "423", "500", "502", "503", "504", "521_html", "drop", "truncate"]
)
def test_a_fault_on_the_way_changes_nothing_but_the_time(sandbox, gateway, kind):
    """The first two exchanges of every kind break, and the snapshots are the same."""
    crm = build(sandbox, gateway, retry=PATIENT)
    deal_ids = list(crm.open_deals())[:20]
    before = crm.observe(deal_ids).snapshots
    params = {"retry_after": 0.05} if kind == "429" else {}
    rule = fault(sandbox, kind, "batch/(read|update)", count=2, params=params)
    after = crm.observe(deal_ids)
    assert after.snapshots == before
    assert rule.fired == 2


def test_a_write_whose_answer_is_lost_is_written_once_more_and_once_only_true(sandbox, gateway):
    """The request took effect and its answer was dropped: the retry leaves the same portal."""
    crm = build(sandbox, gateway, retry=PATIENT)
    deal_id = next(iter(crm.open_deals()))
    fault(sandbox, "drop", "batch/update", count=1, params={"applied": True})
    assert crm.apply([Change(deal_key(deal_id), {"ff_zone": "Z4"})]) == {}
    assert values(sandbox, deal_id, "ff_zone") == "Z4"


@pytest.mark.slow
def test_many_deals_stay_within_the_accounts_limits(gateway):
    """With the limiter set to the account's allowance no request is refused."""
    quota = Quota(calls_per_10_seconds=40, searches_per_second=5)
    with Sandbox(Options(search_lag_seconds=0, deals=1_000, quota=quota)) as sandbox:
        limiter = OutboundLimiter(requests_per_10_seconds=40, searches_per_second=4)
        crm = gateway(
            sandbox.base_url, token=sandbox.info["service_token"], limiter=limiter, threads=8
        )
        deal_ids = list(crm.open_deals())[:700]
        assert len(crm.observe(deal_ids).snapshots) == 700
        assert "429" not in sandbox.site.calls.shown()["by_status"]


# ------------------------------------------------------------------ setting up


def test_setup_twice_does_nothing_the_second_time(sandbox, crm):
    """Provisioning is idempotent, and the portal then has every property with its type."""
    wanted = definitions(NAMES, CRITERIA)
    again = plan(crm._client, NAMES, wanted)
    assert (again.steps, again.problems) == ((), ())
    for each in wanted:
        plural = {"company": "companies"}.get(each.kind, f"{each.kind}s")
        made = sandbox.portal.properties.get(plural, each.name)
        assert (made.type, made.field_type) == (each.field.type, each.field.field_type)
        assert [option.value for option in made.options] == [value for value, _ in each.options]


def test_new_criteria_are_added_and_old_options_stay(sandbox, crm):
    """A PATCH of options replaces the list: what people and filters use is kept."""
    client = crm._client
    deal_id = next(iter(crm.open_deals()))
    blockers = {"ff_stage_blockers": "why_change;why_now"}
    assert crm.apply([Change(deal_key(deal_id), blockers)]) == {}
    steps = plan(client, NAMES, definitions(NAMES, [("exit_1a", "Exit of 1a")])).steps
    (step,) = steps
    assert isinstance(step, AddOptions)
    assert "exit_1a" in str(step)
    list(provision(client, steps))
    made = sandbox.portal.properties.get("deals", "ff_stage_blockers")
    assert [option.value for option in made.options] == ["why_change", "why_now", "exit_1a"]
    assert made.options[0].label == "Why change?"
    assert set(values(sandbox, deal_id, "ff_stage_blockers").split(";")) == {
        "why_change",
        "why_now",
    }


def test_a_property_of_another_type_is_named_and_left_alone(sandbox, gateway):
    """A person decides; nothing is deleted or retyped, and the rest is created."""
    client = gateway(sandbox.base_url, token=sandbox.info["service_token"])._client
    client.create_property_group("deals", {"name": "theirs", "label": "Theirs"})
    client.create_property(
        "deals",
        {
            "name": "ff_zone",
            "label": "Zone",
            "type": "number",
            "fieldType": "number",
            "groupName": "theirs",
        },
    )
    found = plan(client, NAMES, definitions(NAMES, CRITERIA))
    (problem,) = found.problems
    assert "ff_zone exists as number/number, but enumeration/select is needed" in problem
    list(provision(client, found.steps))
    assert sandbox.portal.properties.get("deals", "ff_zone").type == "number"
    assert sandbox.portal.properties.get("deals", "ff_standing") is not None


def test_a_step_that_someone_else_did_meanwhile_counts_as_done(sandbox, gateway):
    """Two operators run the set-up at once and neither fails."""
    client = gateway(sandbox.base_url, token=sandbox.info["service_token"])._client
    steps = plan(client, NAMES, definitions(NAMES, CRITERIA)).steps
    assert len(list(provision(client, steps))) == len(steps)
    assert len(list(provision(client, steps))) == len(steps)


# ------------------------------------------------------------------ start-up checks


def token_with(sandbox, *, without):
    """A token that lacks some scopes."""
    portal = sandbox.portal
    scopes = portal.tokens.get(sandbox.info["service_token"]).scopes - set(without)
    portal.tokens.add("pat-eu1-poor", scopes, PERSON, "private_app", app_id=7)
    return "pat-eu1-poor"


def test_a_good_token_has_no_problems_and_writes_nothing(sandbox, connect):
    """The probe knows the portal afterwards and has changed nothing in it."""
    written = []
    sandbox.portal.subscribe(written.extend)
    client = connect(sandbox.base_url, token=sandbox.info["service_token"])
    report = probe(client)
    assert report.problems == ()
    assert missing_for_setup(client) == ()
    assert report.account.portal_id == str(sandbox.portal.portal_id)
    assert written == []


@pytest.mark.parametrize(
    "scope",
    [
        "crm.objects.deals.read",
        "crm.objects.deals.write",
        "crm.objects.contacts.read",
        "crm.objects.contacts.write",
        "crm.objects.companies.read",
        "crm.objects.companies.write",
        "crm.objects.owners.read",
        "crm.schemas.deals.write",
    ],
)
def test_each_missing_scope_is_named(sandbox, connect, scope):
    """One line per scope, with what it is for and what to do."""
    client = connect(sandbox.base_url, token=token_with(sandbox, without=[scope]))
    problems = (*probe(client).problems, *missing_for_setup(client))
    assert problems
    assert all(scope in each and "add the scope" in each for each in problems)


def test_scopes_of_the_setup_are_only_asked_for_by_the_setup(sandbox, connect):
    """The service runs without the right to define properties."""
    without = [f"crm.schemas.{each}.write" for each in ("deals", "contacts", "companies")]
    client = connect(sandbox.base_url, token=token_with(sandbox, without=without))
    assert probe(client).problems == ()
    assert len(missing_for_setup(client)) == 3


def test_a_wrong_token_is_one_line(sandbox, connect):
    """It names the setting and not the token."""
    report = probe(connect(sandbox.base_url, token="pat-eu1-wrong"))
    (problem,) = report.problems
    assert "HUBSPOT_ACCESS_TOKEN" in problem
    assert "pat-eu1-wrong" not in problem
    assert report.account is None


def test_an_unreachable_api_is_one_line(connect):
    """It names what to check."""
    report = probe(connect("http://127.0.0.1:9", retry=RetryPolicy(attempts=1)))
    (problem,) = report.problems
    assert "HUBSPOT_BASE_URL" in problem


def test_something_that_is_no_hubspot_is_one_line(serve, answer, connect):
    """Another web server answers 404 for everything."""
    server = serve(lambda _: answer(status=404, raw=b"<html>not found</html>"))
    (problem,) = probe(connect(server.url)).problems
    assert "HUBSPOT_API_VERSION" in problem


def test_a_gone_deal_is_no_deal(crm):
    """An id that never existed."""
    assert crm.observe([DealId("1")]).gone == {"1"}
