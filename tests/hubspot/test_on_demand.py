"""What is read only for policies that need it: activities, property history, sibling deals."""

from datetime import UTC, datetime

import pytest

from app.domain.deal import (
    NOT_ASKED,
    ContactId,
    DealId,
    Direction,
    ObjectKey,
    ObjectKind,
    OwnerId,
    PropertyMove,
    Sibling,
    Unread,
    deal_key,
)
from app.domain.needs import Needs
from app.hubspot.limiter import OutboundLimiter
from app.hubspot.retry import RetryPolicy

ONE = DealId("1")
EVERYTHING = Needs(history=("dealstage", "closedate"), activities=True, siblings=True)
AT = "2026-10-01T09:00:00Z"
DENIED = {"status": "error", "category": "MISSING_SCOPES", "message": "no"}


@pytest.fixture
def rich(canned):
    """The canned portal with an e-mail, a meeting and a call, and two more deals."""
    kinds = ("emails", "meetings", "calls")
    canned.records |= {kind: {} for kind in kinds}
    canned.owners = {
        "false": [
            {
                "id": "7",
                "userId": 70,
                "firstName": "Ada",
                "lastName": "L",
                "email": "Ada@us.example",
            }
        ]
    }
    canned.add("emails", "41", hs_timestamp=AT, hs_email_direction="INCOMING_EMAIL")
    canned.add("meetings", "51", hs_meeting_start_time=AT, hs_meeting_outcome="COMPLETED")
    canned.add("calls", "61", hs_timestamp=AT, hs_call_direction="OUTBOUND", hs_call_status="BUSY")
    canned.link("deals", "1", "emails", "41")
    canned.link("contacts", "11", "emails", "41")
    canned.link("contacts", "11", "meetings", "51")
    canned.link("deals", "1", "calls", "61")
    canned.add("deals", "2", dealname="Twin", pipeline="p", dealstage="s2")
    canned.add("deals", "3", dealname="Old", pipeline="p", dealstage="won")
    canned.link("contacts", "11", "deals", "1", "2")
    canned.link("companies", "21", "deals", "1", "2", "3")
    return canned


def seen(observe, **options):
    """The one deal with everything that can be asked for."""
    return observe(needs=EVERYTHING, **options).snapshots[ONE]


def test_a_policy_that_needs_nothing_more_costs_no_call(observe):
    """The parts say that nobody asked, which is not the same as there being none."""
    snapshot = observe().snapshots[ONE]
    assert (snapshot.activities, snapshot.history, snapshot.siblings) == (NOT_ASKED,) * 3


@pytest.mark.usefixtures("rich")
def test_activities_hang_on_the_deal_and_its_contacts(observe):
    """Each once, with everything of this deal that carries it, whoever spoke to whom."""
    contact = ObjectKey(ObjectKind.CONTACT, ContactId("11"))
    found = {str(each.key): each for each in seen(observe).activities}
    assert set(found) == {"email 41", "meeting 51", "call 61"}
    assert found["email 41"].hangs_on == (deal_key(ONE), contact)
    assert found["email 41"].direction is Direction.INCOMING
    assert found["email 41"].at == datetime(2026, 10, 1, 9, tzinfo=UTC)
    assert (found["meeting 51"].outcome, found["meeting 51"].direction) == (
        "COMPLETED",
        Direction.UNKNOWN,
    )
    assert (found["call 61"].outcome, found["call 61"].direction) == ("BUSY", Direction.OUTGOING)


@pytest.mark.parametrize(
    ("email", "direction"),
    [
        ({"hs_email_direction": "EMAIL", "hs_email_status": "SENT"}, Direction.OUTGOING),
        ({"hs_email_direction": "EMAIL", "hs_email_status": "BOUNCED"}, Direction.UNKNOWN),
        ({"hs_email_direction": "FORWARDED_EMAIL"}, Direction.UNKNOWN),
        ({"hs_email_direction": "NEW_WORD"}, Direction.UNKNOWN),
        ({}, Direction.UNKNOWN),
        (
            {"hs_email_direction": "INCOMING_EMAIL", "hs_email_from_email": "ada@US.example"},
            Direction.OUTGOING,
        ),
        (
            {"hs_email_direction": "INCOMING_EMAIL", "hs_email_from_email": "grace@acme.example"},
            Direction.INCOMING,
        ),
    ],
)
def test_only_a_customer_s_own_mail_comes_in(rich, observe, email, direction):
    """A colleague's mail logged as received is ours; what was not delivered went nowhere."""
    rich.add("emails", "41", hs_timestamp=AT, **email)
    [found] = [each for each in seen(observe).activities if each.kind is ObjectKind.EMAIL]
    assert found.direction is direction


def test_no_e_mail_body_is_asked_for(rich, serve, gateway):
    """Only what says who wrote when: the words stay in HubSpot."""
    server = serve(rich)
    gateway(server.url, needs=EVERYTHING).observe([ONE])
    asked = {
        name
        for each in server.requests
        if each.path.endswith(("emails/batch/read", "meetings/batch/read", "calls/batch/read"))
        for name in (each.body.get("properties") or ())
    }
    assert "hs_email_direction" in asked
    assert not {name for name in asked if name.endswith(("_body", "_text", "_html", "_notes"))}


def test_a_missing_scope_leaves_the_activities_unread_and_the_rest_known(rich, observe):
    """The reason is HubSpot's; the notes of the same deal are judged all the same."""
    rich.bend["/emails/batch/read"] = lambda _, usual: type(usual)(status=403, json=DENIED)
    snapshot = seen(observe)
    assert isinstance(snapshot.activities, Unread)
    assert "MISSING_SCOPES" in snapshot.activities.reason
    assert len(snapshot.notes) == 3


def test_a_passing_failure_fails_the_deal(rich, observe):
    """It is tried again, rather than judged without its activities."""
    rich.bend["/meetings/batch/read"] = lambda _, usual: type(usual)(status=502)
    observation = observe(needs=EVERYTHING, retry=RetryPolicy(attempts=1))
    assert set(observation.failed) == {ONE}


def test_history_names_value_time_and_who(rich, observe):
    """Newest first; a person by name, an integration by its label, else nobody."""

    def with_history(request, usual):
        asked = request.body["propertiesWithHistory"]
        assert asked in ([], list(EVERYTHING.history))
        for record in usual.json["results"]:
            record["propertiesWithHistory"] = {
                "dealstage": [
                    {"value": "s1", "timestamp": "2026-10-02T00:00:00Z", "sourceType": "CRM_UI",
                     "sourceId": "userId:70"},
                    {"value": "s2", "timestamp": "2026-10-01T00:00:00Z", "sourceType": "CRM_UI",
                     "updatedByUserId": 99},
                    {"value": "", "timestamp": "2026-10-03T00:00:00Z", "sourceType": "INTEGRATION",
                     "sourceLabel": "Import tool"},
                ]
            }  # fmt: skip
        return usual

    rich.bend["/objects/2026-03/deals/batch/read"] = with_history
    snapshot = seen(observe)
    day = {n: datetime(2026, 10, n, tzinfo=UTC) for n in (1, 2, 3)}
    assert snapshot.history == {
        "dealstage": (
            PropertyMove(None, day[3], "INTEGRATION", "Import tool"),
            PropertyMove("s1", day[2], "CRM_UI", "Ada L"),
            PropertyMove("s2", day[1], "CRM_UI", None),
        ),
        "closedate": (),
    }
    assert [stage.stage_id for stage in snapshot.stages] == ["s1", "s2", "won"]


def test_an_answer_without_history_is_not_an_empty_history(rich, observe):
    """An undated entry neither."""
    assert isinstance(seen(observe).history, Unread)

    def undated(_, usual):
        for record in usual.json["results"]:
            record["propertiesWithHistory"] = {"dealstage": [{"value": "s1"}]}
        return usual

    rich.bend["/objects/2026-03/deals/batch/read"] = undated
    assert isinstance(seen(observe).history, Unread)


def test_histories_are_read_fifty_at_a_time(rich, serve, gateway):
    """HubSpot refuses more; the work is cut, and other kinds keep their hundred."""
    ids = [DealId(str(n)) for n in range(1_000, 1_120)]
    for each in ids:
        rich.add("deals", each, pipeline="p", dealstage="s1")
    server = serve(rich)
    limiter = OutboundLimiter(requests_per_10_seconds=10_000, searches_per_second=10_000)
    gateway(server.url, needs=Needs(history=("dealstage",)), limiter=limiter).observe(ids)
    reads = [
        each for each in server.requests if each.path.endswith("/objects/2026-03/deals/batch/read")
    ]
    assert sorted(len(each.body["inputs"]) for each in reads if each.body["inputs"]) == [20, 50, 50]


@pytest.mark.usefixtures("rich")
def test_siblings_are_the_other_open_deals(observe):
    """With the records that are shared; won deals and the deal itself are none."""
    shared = (ObjectKey(ObjectKind.CONTACT, "11"), ObjectKey(ObjectKind.COMPANY, "21"))
    assert seen(observe).siblings == (Sibling(DealId("2"), "Twin", shared),)


def test_two_deals_of_one_batch_are_each_other_s_siblings(rich, observe):
    """And each is read once."""
    rich.link("deals", "2", "contacts", "11")
    found = observe("1", "2", needs=EVERYTHING).snapshots
    assert [each.deal_id for each in found[ONE].siblings] == ["2"]
    assert [each.deal_id for each in found[DealId("2")].siblings] == ["1"]


def test_a_sibling_at_an_unknown_stage_may_be_open(rich, observe):
    """So that nobody is told that there is no other open deal."""
    rich.add("deals", "3", dealname="Old", pipeline="p", dealstage="deleted")
    siblings = seen(observe).siblings
    assert isinstance(siblings, Unread)
    assert "deal 3" in siblings.reason


def test_owner_ids_of_activities_are_kept(rich, observe):
    """Whose activity it was."""
    rich.add("calls", "61", hs_timestamp=AT, hubspot_owner_id="7")
    [call] = [each for each in seen(observe).activities if each.kind is ObjectKind.CALL]
    assert call.owner == OwnerId("7")
