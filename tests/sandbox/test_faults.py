"""Faults on request, the same for the same seed."""

import time

import httpx
import pytest

from app.sandbox.calls import Side, operation
from app.sandbox.faults import FaultRefused, Faults

DEALS = "/crm/objects/2026-03/deals"


@pytest.fixture
def site(open_sandbox):
    """The story."""
    return open_sandbox(scenario="story")


@pytest.fixture
def api(site, client_of):
    """A client with the service's token."""
    return client_of(site, site.info["service_token"])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/crm/v3/objects/0-3/batch/read", "/crm/objects/{ver}/deals/batch/read"),
        ("/crm/objects/2026-09/deal/12", "/crm/objects/{ver}/deals/{id}"),
        ("/crm/v4/associations/deals/0-1/batch/read",
         "/crm/associations/{ver}/deals/contacts/batch/read"),
        ("/crm/v3/properties/deals/ff_zone", "/crm/properties/{ver}/deals/{name}"),
        ("/crm/v3/pipelines/deals/default/stages/won",
         "/crm/pipelines/{ver}/deals/{id}/stages/{id}"),
        ("/crm/v4/objects/deals/12/associations/default/contacts/44",
         "/crm/objects/{ver}/deals/{id}/associations/default/contacts/{id}"),
        ("/slack/api/chat.update", "/slack/api/chat.update"),
    ],
)  # fmt: skip
def test_operation_names(path, name):
    """Classic and dated paths of an operation share one name without ids."""
    assert operation("POST", path) == f"POST {name}"


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("423", 423, "locked"),
        ("429", 429, "ten_secondly_rolling"),
        ("477", 477, "migrated"),
        ("500", 500, "internal error"),
        ("503", 503, "unavailable"),
    ],
)
def test_status_faults_look_like_hubspot(api, kind, status, words):
    """A status fault is a HubSpot error body with a correlation id, once, and then it is over."""
    api.post("/_sandbox/faults", json={"kind": kind, "count": 1}).raise_for_status()
    answer = api.get(DEALS)
    assert answer.status_code == status
    assert words in answer.json()["message"]
    assert answer.json()["correlationId"]
    assert api.get(DEALS).status_code == 200


def test_edge_pages_are_html(api):
    """Failures of the edge in front of HubSpot are HTML, not JSON."""
    api.post("/_sandbox/faults", json={"kind": "521_html", "count": 1})
    answer = api.get(DEALS)
    assert answer.status_code == 521
    assert answer.headers["content-type"].startswith("text/html")
    assert "<html" in answer.text


def test_account_migration_says_when_to_come_back(api):
    """477 carries Retry-After in seconds."""
    api.post("/_sandbox/faults", json={"kind": "477", "params": {"retry_after": 3600}})
    assert api.get(DEALS).headers["retry-after"] == "3600"


def test_dropped_connection_and_half_a_body(api):
    """The client sees a connection cut before the answer, or in the middle of it."""
    api.post("/_sandbox/faults", json={"kind": "drop", "count": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        api.get(DEALS)
    api.post("/_sandbox/faults", json={"kind": "truncate", "count": 1})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        api.get(DEALS)
    assert api.get(DEALS).status_code == 200
    counts = api.get("/_sandbox/calls").json()["by_status"]
    assert counts == {"200": 1, "dropped": 2}


def test_malformed_json(api):
    """A 200 whose body is not JSON."""
    api.post("/_sandbox/faults", json={"kind": "malformed_json", "count": 1})
    answer = api.get(DEALS)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"."):
        answer.json()


def test_latency_and_slow_body_take_their_time(api):
    """Latency comes before the answer, a slow body within it; both leave it intact."""
    api.post("/_sandbox/faults", json={"kind": "latency", "count": 1, "params": {"ms": 120}})
    api.post("/_sandbox/faults", json={"kind": "slow_body", "count": 1, "params": {"ms": 120}})
    began = time.monotonic()
    answer = api.get(DEALS)
    assert time.monotonic() - began >= 0.24
    assert answer.json()["results"]


def test_applied_write_whose_answer_is_lost(site, api):
    """With `applied` the write takes effect although the client only sees an error."""
    (deal, *_) = api.get(DEALS).json()["results"]
    api.post(
        "/_sandbox/faults",
        json={"kind": "502", "match": {"method": "PATCH"}, "params": {"applied": True}},
    )
    answer = api.patch(f"{DEALS}/{deal['id']}", json={"properties": {"amount": "4711"}})
    assert answer.status_code == 502
    assert site.portal.store.get("deals", int(deal["id"])).values["amount"] == "4711"


def test_rules_match_side_operation_and_path(api):
    """A rule hits what it names and nothing else."""
    name = "GET /crm/objects/{ver}/deals"
    api.post("/_sandbox/faults", json={"kind": "500", "match": {"operation": name}})
    api.post("/_sandbox/faults", json={"kind": "429", "match": {"side": "slack"}})
    api.post("/_sandbox/faults", json={"kind": "503", "match": {"path": "/owners"}})
    assert api.get("/crm/v3/objects/deals").status_code == 500
    assert api.get("/crm/objects/2026-03/contacts").status_code == 200
    assert api.get("/crm/v3/owners").status_code == 503
    slack = api.post("/slack/api/auth.test")
    assert (slack.status_code, slack.json()) == (429, {"ok": False, "error": "ratelimited"})
    assert slack.headers["retry-after"] == "1"


def test_chance_is_seeded():
    """Two sandboxes with the same rule hit the same requests; another seed hits others."""

    def run(seed):
        faults = Faults()
        faults.add({"kind": "500", "probability": 0.3, "seed": seed})
        return [bool(faults.hits(Side.HUBSPOT, "GET /x", "GET", "/x")) for _ in range(200)]

    assert run(1) == run(1)
    assert run(1) != run(2)
    assert 30 <= sum(run(1)) <= 90


def test_rules_can_be_seen_and_cleared(api):
    """Rules are listed with how often they struck, and cleared one by one or all at once."""
    first = api.post("/_sandbox/faults", json={"kind": "500", "count": 2}).json()["rules"][0]
    api.post("/_sandbox/faults", json=[{"kind": "drop", "probability": 0}, {"kind": "423"}])
    api.get(DEALS)
    rules = api.get("/_sandbox/faults").json()["rules"]
    fired = {rule["kind"]: rule["fired"] for rule in rules}
    assert fired == {"500": 1, "drop": 0, "423": 0}
    assert api.delete("/_sandbox/faults", params={"id": first["id"]}).json() == {"cleared": 1}
    assert api.delete("/_sandbox/faults").json() == {"cleared": 2}
    assert api.get(DEALS).status_code == 200


@pytest.mark.parametrize(
    "rule",
    [
        "500",
        {"kind": "explode"},
        {"kind": "500", "probability": 2},
        {"kind": "500", "match": {"path": "("}},
        {"kind": "500", "match": {"side": "moon"}},
        {"kind": "500", "mach": {}},
    ],
)
def test_misunderstood_rules_are_refused(rule):
    """A rule with an unknown word or value is refused with the allowed ones."""
    with pytest.raises(FaultRefused):
        Faults().add(rule)
