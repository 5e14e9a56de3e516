"""The way in: tokens, scopes, limits, sizes, and HubSpot's answers where there is nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx
import pytest

from app.sandbox.portal.limits import Quota

from .people import PERSON, SERVICE_TOKEN

DEALS = "/crm/objects/2026-03/deals"
SEARCH = f"{DEALS}/search"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer nobody"},
        {"authorization": SERVICE_TOKEN},
        {"authorization": f"Basic {SERVICE_TOKEN}"},
    ],
)
def test_nobody_is_let_in_without_a_known_token(portal_url, headers):
    """401 in HubSpot's words, and no rate headers."""
    answer = httpx.get(f"{portal_url}{DEALS}", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["category"] == "INVALID_AUTHENTICATION"
    assert answer.json()["message"].startswith("Authentication credentials not found.")
    assert "x-hubspot-ratelimit-max" not in answer.headers


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("crm.objects.deals.read", "GET", DEALS),
        ("crm.objects.deals.read", "POST", SEARCH),
        ("crm.objects.deals.write", "POST", DEALS),
        ("crm.objects.contacts.read", "GET", "/crm/v3/objects/notes"),
        ("crm.objects.contacts.read", "POST", "/crm/v4/associations/deals/contacts/batch/read"),
        (
            "crm.objects.companies.write",
            "POST",
            "/crm/v4/associations/deals/companies/batch/create",
        ),
        ("crm.objects.owners.read", "GET", "/crm/v3/owners"),
        ("crm.schemas.deals.write", "POST", "/crm/v3/properties/deals"),
        ("crm.schemas.contacts.write", "POST", "/crm/v3/properties/contacts/groups"),
        ("crm.schemas.deals.write", "POST", "/crm/v3/pipelines/deals"),
    ],
)
def test_a_missing_scope_is_named(api, portal, scope, method, path):
    """403 MISSING_SCOPES that says which scope would have done."""
    token = portal.tokens.get(SERVICE_TOKEN)
    less = token.scopes - {scope}
    portal.tokens.add(SERVICE_TOKEN, less, token.actor, token.kind, app_id=token.app_id)
    answer = api.request(method, path, json={"inputs": []} if method == "POST" else None)
    assert answer.status_code == 403
    assert answer.json()["category"] == "MISSING_SCOPES"
    assert scope in answer.json()["errors"][0]["context"]["requiredGranularScopes"]
    assert answer.json()["links"] == {"scopes": "https://developers.hubspot.com/scopes"}


def test_every_answer_carries_a_correlation_id(api):
    """In the header always, in the body of every error, the same."""
    for path in (DEALS, f"{DEALS}/1", "/crm/v3/nothing", f"{DEALS}?limit=x"):
        answer = api.get(path)
        correlation_id = answer.headers["x-hubspot-correlation-id"]
        assert UUID.fullmatch(correlation_id)
        if answer.is_error:
            assert answer.json()["correlationId"] == correlation_id
            assert answer.json()["status"] == "error"


def test_calls_over_the_burst_are_refused_until_ten_seconds_have_passed(api, portal, clock):
    """429 with the policy's name; calls that were refused do not prolong it."""
    portal.limits.set(Quota(calls_per_10_seconds=3))
    assert [api.get(DEALS).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = api.get(DEALS).json()
    assert refused["policyName"] == "TEN_SECONDLY_ROLLING"
    assert refused["message"] == "You have reached your ten_secondly_rolling limit."
    assert refused["errorType"] == "RATE_LIMIT"
    clock.advance(9.9)
    assert api.get(DEALS).status_code == 429
    clock.advance(0.2)
    assert api.get(DEALS).status_code == 200


def test_headers_tell_what_is_left(api, portal):
    """The burst, its interval and the day; a token of another kind has no daily ones."""
    portal.limits.set(Quota(calls_per_10_seconds=190, calls_per_day=1000))
    api.get(DEALS)
    headers = api.get(DEALS).headers
    assert headers["x-hubspot-ratelimit-max"] == "190"
    assert headers["x-hubspot-ratelimit-remaining"] == "188"
    assert headers["x-hubspot-ratelimit-interval-milliseconds"] == "10000"
    assert headers["x-hubspot-ratelimit-daily"] == "1000"
    assert headers["x-hubspot-ratelimit-daily-remaining"] == "998"
    token = portal.tokens.get(SERVICE_TOKEN)
    portal.tokens.add(SERVICE_TOKEN, token.scopes, token.actor, "oauth")
    assert "x-hubspot-ratelimit-daily" not in api.get(DEALS).headers


def test_search_has_a_limit_of_its_own(api, portal, clock):
    """Five a second for the whole account, without rate headers, not counted in the burst."""
    portal.limits.set(Quota(calls_per_10_seconds=1))
    answers = [api.post(SEARCH, json={}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json()["policyName"] == "SECONDLY"
    assert not [name for name in answers[0].headers if "ratelimit" in name]
    assert api.get(DEALS).status_code == 200
    clock.advance(1.1)
    assert api.post(SEARCH, json={}).status_code == 200


def test_association_batches_count_by_the_day_only(api, portal):
    """The burst does not stop them, the day does."""
    portal.limits.set(Quota(calls_per_10_seconds=1, calls_per_day=4))
    path = "/crm/associations/2026-03/deals/contacts/batch/read"
    statuses = [api.post(path, json={"inputs": []}).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    assert api.post(path, json={"inputs": []}).json()["policyName"] == "DAILY"


def test_a_day_ends_at_midnight_of_the_account(api, portal, clock):
    """Amsterdam is an hour ahead of UTC in November."""
    portal.limits.set(Quota(calls_per_day=1))
    clock.set(datetime(2026, 11, 20, 22, 59, 58, tzinfo=UTC))
    assert [api.get(DEALS).status_code for _ in range(2)] == [200, 429]
    clock.advance(3)
    assert api.get(DEALS).status_code == 200
    usage = api.get("/account-info/2026-03/api-usage/daily/private-apps")
    assert usage.status_code == 429


def test_usage_and_account_are_told(api, portal):
    """Which account this is, and how much of its day is gone."""
    usage = api.get("/account-info/v3/api-usage/daily/private-apps").json()["results"][0]
    assert usage["currentUsage"] == 1
    assert usage["usageLimit"] == 625_000
    assert usage["resetsAt"] == "2026-11-20T23:00:00Z"
    details = api.get("/account-info/2026-03/details").json()
    assert details["portalId"] == portal.portal_id
    assert details["timeZone"] == "Europe/Amsterdam"
    assert details["utcOffset"] == "+01:00"
    assert details["uiDomain"] == "app-eu1.hubspot.com"


def test_a_token_tells_what_it_may(portal_url, portal):
    """Both of HubSpot's ways to ask, neither of which takes an Authorization header."""
    told = httpx.get(f"{portal_url}/oauth/v1/access-tokens/pat-eu1-person").json()
    assert told["hub_id"] == portal.portal_id
    assert told["user_id"] == PERSON.user_id
    assert told["user"] == "ada@example.com"
    assert "crm.objects.deals.read" in told["scopes"]
    asked = f"{portal_url}/oauth/v2/private-apps/get/access-token-info"
    told = httpx.post(asked, json={"tokenKey": SERVICE_TOKEN}).json()
    assert told["appId"] == 51_879_189
    assert told["hubId"] == portal.portal_id
    assert httpx.post(asked, json={"tokenKey": "nobody"}).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{DEALS}/999", 404),
        ("GET", f"{DEALS}/not-a-number", 404),
        ("PATCH", f"{DEALS}/999", 404),
        ("DELETE", f"{DEALS}/999", 204),
        ("GET", "/crm/v3/objects/invoices", 400),
        ("GET", "/crm/objects/2019-01/deals", 404),
        ("GET", "/crm/v9/anything", 404),
        ("GET", SEARCH, 405),
        ("PUT", DEALS, 405),
        ("GET", f"{DEALS}?properties={'x' * 17_000}", 414),
        ("GET", "/crm/v3/pipelines/deals/none", 404),
        ("GET", "/crm/v3/properties/deals/none", 404),
        ("GET", "/crm/v3/owners/1", 404),
    ],
)
def test_what_is_not_there_is_refused_in_kind(api, method, path, status):
    """Records, types, versions, methods, sizes."""
    body = {"properties": {}} if method == "PATCH" else None
    answer = api.request(method, path, json=body)
    assert answer.status_code == status
    if status != 204:
        assert answer.headers["content-type"] == "application/json;charset=utf-8"
        assert answer.json()["correlationId"]


def test_a_body_that_is_not_json_is_refused(api):
    """400 with a category."""
    answer = api.post(DEALS, content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Invalid input JSON")


def test_the_same_seed_gives_the_same_ids(portal):
    """Ids grow, look nothing like a count, and are the same for the same seed."""
    again = type(portal)(clock=portal.clock, portal_id=portal.portal_id)
    made = [
        [one.store.create("deals", {}, actor=PERSON) for _ in range(3)] for one in (portal, again)
    ]
    assert made[0] == made[1] == sorted(made[0])
    assert made[0][0] > 10**10
    assert made[0][1] - made[0][0] != made[0][2] - made[0][1]
