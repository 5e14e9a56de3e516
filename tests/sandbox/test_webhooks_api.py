"""HubSpot's webhooks API: settings and subscriptions."""

import pytest

from app.sandbox.changes import Actor

PERSON = Actor("CRM_UI", "userId:61204411", 61204411)


@pytest.fixture
def site(open_sandbox):
    """An empty portal that tells nobody yet."""
    return open_sandbox()


@pytest.mark.parametrize("prefix", ["/webhooks/v3", "/webhooks/2026-03", "/app-webhooks/2026-09"])
def test_subscriptions_api(site, receiver, client_of, prefix):
    """Subscriptions can be listed, made, paused and removed under every version's path."""
    base = f"{prefix}/{site.info['app_id']}"
    api = client_of(site, site.info["developer_key"])
    api.put(
        f"{base}/settings",
        json={"targetUrl": receiver.url, "throttling": {"maxConcurrentRequests": 10}},
    ).raise_for_status()
    made = api.post(
        f"{base}/subscriptions",
        json={"eventType": "deal.propertyChange", "propertyName": "description"},
    )
    assert made.status_code == 201
    assert made.json()["active"] is False
    deal = site.portal.store.create("deals", {}, actor=PERSON, quiet=True)
    entry = f"{base}/subscriptions/{made.json()['id']}"
    site.portal.store.update("deals", deal, {"description": "paused"}, actor=PERSON)
    site.wait_for_webhooks()
    api.patch(entry, json={"active": True}).raise_for_status()
    site.portal.store.update("deals", deal, {"description": "told"}, actor=PERSON)
    site.wait_for_webhooks()
    assert [event["propertyValue"] for event in receiver.events] == ["told"]
    assert api.delete(entry).status_code == 204
    assert api.get(entry).status_code == 404


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"eventType": "deal.explosion"}, "eventType"),
        ({"eventType": "deal.propertyChange"}, "propertyName"),
        ({"eventType": "object.creation"}, "objectTypeId"),
        (
            {"eventType": "deal.propertyChange", "propertyName": "hs_lastmodifieddate"},
            "hs_lastmodifieddate",
        ),
        ({"eventType": "deal.creation"}, "already exists"),
    ],
)
def test_refused_subscriptions(site, client_of, body, words):
    """What HubSpot refuses is refused with a 400 that names the cause."""
    api = client_of(site, site.info["developer_key"])
    answer = api.post(f"/webhooks/v3/{site.info['app_id']}/subscriptions", json=body)
    assert answer.status_code == 400
    assert words in answer.json()["message"]
    assert answer.json()["category"] == "VALIDATION_ERROR"


def test_webhooks_api_needs_a_credential(site, client_of):
    """Without a key the API answers 401, for another app 404."""
    assert client_of(site).get("/webhooks/v3/1/subscriptions").status_code == 401
    api = client_of(site, site.info["developer_key"])
    assert api.get("/webhooks/v3/1/subscriptions").status_code == 404


def test_batch_pauses_several_or_none(site, client_of):
    """A batch pauses all that it names; one bad id and nothing is changed."""
    api = client_of(site, site.info["developer_key"])
    base = f"/webhooks/v3/{site.info['app_id']}/subscriptions"
    first, second = (int(entry["id"]) for entry in api.get(base).json()["results"][:2])

    def pause(*ids):
        inputs = [{"id": one, "active": False} for one in ids]
        return api.post(f"{base}/batch/update", json={"inputs": inputs}).status_code

    def is_active(one):
        return api.get(f"{base}/{one}").json()["active"]

    assert pause(first, "abc") == 400
    assert pause(first, 1) == 404
    assert is_active(first)
    assert pause(first, second) == 200
    assert not is_active(first)
    assert not is_active(second)
