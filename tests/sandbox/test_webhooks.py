"""Deliveries as HubSpot makes them."""

import base64
import hashlib
import hmac
import time

import pytest

from app.sandbox.changes import Actor
from app.sandbox.webhooks.signature import sign_v1, sign_v3
from app.sandbox.webhooks.subscriptions import Form

PERSON = Actor("CRM_UI", "userId:61204411", 61204411)
DEALS = "/crm/objects/2026-03/deals"


@pytest.fixture
def site(open_sandbox, receiver):
    """An empty portal that tells the receiver."""
    return open_sandbox(webhook_url=f"{receiver.url}/webhooks/hubspot?a=%40b")


def new_deal(sandbox, name="Aker"):
    """A deal that nobody was told of."""
    return sandbox.portal.store.create("deals", {"dealname": name}, actor=PERSON, quiet=True)


def test_signature_vectors_of_the_documentation():
    """Both signatures equal the examples in HubSpot's documentation."""
    secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
    body = (
        b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
        b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,'
        b'"changeSource":"CRM","changeFlag":"NEW","appId":54321}]'
    )
    assert sign_v1(secret, body) == (
        "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"
    )
    signed = sign_v3(
        secret,
        "POST",
        "https://www.example.com/webhook_uri",
        b"{'example_field':'example_value'}",
        1693657560000,
    )
    assert signed == "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="


def test_request_carries_hubspots_headers_and_verifies(site, receiver):
    """A delivery has HubSpot's headers, and both signatures verify over the public URL."""
    deal = new_deal(site)
    site.portal.store.update("deals", deal, {"amount": "5"}, actor=PERSON)
    site.wait_for_webhooks()
    request = receiver.requests[0]
    secret, body = site.info["client_secret"].encode(), request.body
    assert request.headers["x-hubspot-signature"] == hashlib.sha256(secret + body).hexdigest()
    timestamp = request.headers["x-hubspot-request-timestamp"]
    uri = f"{receiver.url}/webhooks/hubspot?a=@b"
    message = f"POST{uri}".encode() + body + timestamp.encode()
    expected = base64.b64encode(hmac.digest(secret, message, "sha256")).decode()
    assert request.headers["x-hubspot-signature-v3"] == expected
    assert abs(int(timestamp) / 1000 - time.time()) < 60  # noqa: TID251 - the receiver's clock is real
    assert request.headers["x-hubspot-timeout-millis"] == "5000"
    assert request.headers["x-hubspot-signature-version"] == "v1"
    assert "WebhooksExecutorDaemon" in request.headers["user-agent"]


def test_person_and_service_are_told_apart(site, receiver, client_of):
    """The AE's token causes CRM_UI events with a user id, the service's token INTEGRATION ones."""
    deal = new_deal(site)
    for token, amount in ((site.info["ae_token"], "1"), (site.info["service_token"], "2")):
        answer = client_of(site, token).patch(
            f"{DEALS}/{deal}", json={"properties": {"amount": amount}}
        )
        assert answer.status_code == 200, answer.text
    site.wait_for_webhooks()
    sources = [(event["changeSource"], event["sourceId"]) for event in receiver.events]
    assert sources == [("CRM_UI", "userId:61204411"), ("INTEGRATION", str(site.info["app_id"]))]


def test_only_subscribed_properties_are_told(site, receiver):
    """Properties without a subscription and HubSpot's own bookkeeping never appear."""
    deal = new_deal(site)
    site.portal.store.update("deals", deal, {"description": "quiet", "amount": "7"}, actor=PERSON)
    site.wait_for_webhooks()
    assert [event["propertyName"] for event in receiver.events] == ["amount"]


def test_notes_come_in_the_generic_form_and_associations_in_both_directions(site, receiver):
    """A note on a deal is an object.* event; deal and contact are told from either side."""
    store = site.portal.store
    deal = new_deal(site)
    contact = store.create("contacts", {"email": "a@b.example"}, actor=PERSON, quiet=True)
    note = store.create("notes", {"hs_note_body": "<p>x</p>"}, actor=PERSON)
    store.associate("notes", note, "deals", deal, actor=PERSON)
    store.associate("contacts", contact, "deals", deal, actor=PERSON)
    site.wait_for_webhooks()
    created = next(e for e in receiver.events if e["subscriptionType"] == "object.creation")
    assert (created["objectTypeId"], created["objectId"]) == ("0-46", note)
    ends = {
        (e["associationType"], e["fromObjectId"], e["toObjectId"])
        for e in receiver.events
        if e["subscriptionType"].endswith("associationChange")
    }
    assert ends == {
        ("NOTE_TO_DEAL", note, deal),
        ("CONTACT_TO_DEAL", contact, deal),
        ("DEAL_TO_CONTACT", deal, contact),
    }
    assert all("objectId" not in e for e in receiver.events if "associationType" in e)


def test_generic_form_of_deals(open_sandbox, receiver):
    """With the generic form a deal's change is object.propertyChange with its type id."""
    site = open_sandbox(webhook_url=receiver.url, form=Form.GENERIC)
    deal = new_deal(site)
    site.portal.store.update("deals", deal, {"dealstage": "1"}, actor=PERSON)
    site.wait_for_webhooks()
    (event,) = receiver.events
    assert event["subscriptionType"] == "object.propertyChange"
    assert (event["objectTypeId"], event["isSensitive"]) == ("0-3", False)


def test_life_of_a_record(site, receiver):
    """Creation, deletion, restore, merge and privacy deletion each have their event."""
    store = site.portal.store
    first = store.create("contacts", {"email": "a@b.example"}, actor=PERSON)
    second = store.create("contacts", {"email": "c@b.example"}, actor=PERSON, quiet=True)
    store.archive("contacts", first, actor=PERSON)
    store.restore("contacts", first, actor=PERSON)
    store.merge("contacts", first, second, actor=PERSON)
    store.delete_for_privacy("contacts", first, actor=PERSON)
    site.wait_for_webhooks()
    kinds = {event["subscriptionType"]: event for event in receiver.events}
    assert {
        "contact.creation",
        "contact.deletion",
        "contact.restore",
        "contact.merge",
        "contact.privacyDeletion",
    } <= set(kinds)
    assert kinds["contact.creation"]["changeFlag"] == "NEW"
    assert kinds["contact.deletion"]["changeFlag"] == "DELETED"
    assert kinds["contact.merge"]["primaryObjectId"] == first
    assert kinds["contact.merge"]["mergedObjectIds"] == [second]


def test_arrays_hold_at_most_a_hundred_events(site, receiver):
    """Changes that come together travel together, up to a hundred in one request."""
    deals = [new_deal(site, str(number)) for number in range(230)]
    with site.portal.store.request():
        for deal in deals:
            site.portal.store.update("deals", deal, {"amount": "3"}, actor=PERSON)
    site.wait_for_webhooks()
    assert sorted(len(request.events) for request in receiver.requests) == [30, 100, 100]


def test_ten_requests_at_once_and_no_more(site, receiver):
    """However much there is to tell, at most ten requests are under way."""
    receiver.delay_seconds = 0.3
    deals = [new_deal(site, str(number)) for number in range(1_500)]
    with site.portal.store.request():
        for deal in deals:
            site.portal.store.update("deals", deal, {"amount": "3"}, actor=PERSON)
    site.wait_for_webhooks()
    assert len(receiver.requests) == 15
    assert receiver.most_at_once == 10


@pytest.mark.slow
def test_an_answer_after_five_seconds_is_a_failure(site, receiver):
    """The sender hangs up after five seconds and will try again."""
    receiver.delay_seconds = 5.3
    deal = new_deal(site)
    site.portal.store.update("deals", deal, {"amount": "5"}, actor=PERSON)
    site.wait_for_webhooks()
    (delivery,) = site.site.sender.log.newest
    (attempt,) = delivery.attempts
    assert (delivery.outcome, attempt.status) == ("retrying", None)
    assert 4_900 <= attempt.ms < 5_300
    assert "Timeout" in attempt.error


def test_failures_are_retried_freshly_signed_and_then_lost(open_sandbox, receiver):
    """4xx and 5xx alike are retried ten times with a growing attempt number, then given up."""
    receiver.answers = [(500, b""), (401, b""), (503, b"")]
    site = open_sandbox(webhook_url=receiver.url, retry_compression=5e6)
    deal = new_deal(site)
    site.portal.store.update("deals", deal, {"amount": "5"}, actor=PERSON)
    deadline = time.monotonic() + 20
    log = site.site.sender.log
    while not (log.newest and log.newest[0].outcome == "lost"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    numbers = [request.events[0]["attemptNumber"] for request in receiver.requests]
    assert numbers == list(range(11))
    signatures = {request.headers["x-hubspot-signature-v3"] for request in receiver.requests}
    assert len(signatures) == 11


def test_a_retry_falls_due_by_the_sandbox_clock(open_sandbox, receiver):
    """Letting two minutes pass makes the first retry happen; nothing waits in real time."""
    receiver.answers = [(500, b""), (204, b"")]
    site = open_sandbox(webhook_url=receiver.url)
    deal = new_deal(site)
    site.portal.store.update("deals", deal, {"amount": "5"}, actor=PERSON)
    site.wait_for_webhooks()
    assert site.site.sender.waiting_retries == 1
    site.site.clock.advance(120)
    deadline = time.monotonic() + 10
    while len(receiver.requests) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert receiver.requests[1].events[0]["attemptNumber"] == 1


def test_misbehaviour_on_request(site, receiver, client_of):
    """Duplicates, repeated ids and reordering happen when asked for, the same for a seed."""
    control = client_of(site)
    answer = control.post(
        "/_sandbox/webhooks/behaviour",
        json={
            "duplicate_share": 1,
            "repeat_event_id_share": 1,
            "reorder_share": 1,
            "seed": 4,
        },
    )
    assert answer.status_code == 200, answer.text
    deals = [new_deal(site, str(number)) for number in range(12)]
    with site.portal.store.request():
        for deal in deals:
            site.portal.store.update("deals", deal, {"amount": "3"}, actor=PERSON)
    site.wait_for_webhooks()
    assert len(receiver.requests) == 2
    assert receiver.requests[0].events == receiver.requests[1].events
    told = receiver.requests[0].events
    assert len({event["eventId"] for event in told}) == 1
    order = [event["objectId"] for event in told]
    assert order != deals
    assert sorted(order) == deals


def test_lost_and_held_deliveries(site, receiver, client_of):
    """Deliveries can be lost altogether, and held back until they are let go."""
    control = client_of(site)
    deal = new_deal(site)
    control.post("/_sandbox/webhooks/behaviour", json={"lose_share": 1})
    site.portal.store.update("deals", deal, {"amount": "3"}, actor=PERSON)
    site.wait_for_webhooks()
    control.post("/_sandbox/webhooks/behaviour", json={"lose_share": 0, "paused": True})
    site.portal.store.update("deals", deal, {"amount": "4"}, actor=PERSON)
    time.sleep(0.05)
    assert receiver.requests == []
    control.post("/_sandbox/webhooks/behaviour", json={"paused": False})
    site.wait_for_webhooks()
    assert [event["propertyValue"] for event in receiver.events] == ["4"]


def test_deliveries_can_be_looked_at(site, receiver, client_of):
    """The control interface shows each delivery with its events, attempts and outcome."""
    deal = new_deal(site)
    site.portal.store.update("deals", deal, {"amount": "3"}, actor=PERSON)
    site.wait_for_webhooks()
    shown = client_of(site).get("/_sandbox/webhooks").json()
    (delivery,) = shown["deliveries"]
    assert (delivery["outcome"], delivery["status"]) == ("delivered", 204)
    assert delivery["events"] == receiver.events
    assert shown["idle"] is True
    assert shown["requests"] == {"204": 1}
