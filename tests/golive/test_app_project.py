"""The project app folder: HubSpot's shapes, the policy's subscriptions, the least scopes."""

from __future__ import annotations

import json

import pytest

from app.domain.deal import ObjectKind
from app.domain.needs import Needs
from app.hubspot.scopes import SCOPES, Use, scopes
from app.hubspot.subscriptions import subscriptions
from app.sandbox.clock import SandboxClock
from app.sandbox.webhooks.subscriptions import TYPE_IDS, Book
from tests.domain.build import shipped_policy
from webhooks.events import Fate, read_delivery

PUBLIC = "https://gate.example.com"
GENERIC = "src/app/webhooks/webhooks-hsmeta.json"
LEGACY = "legacy/webhooks-hsmeta.json"


@pytest.fixture
def folder(tmp_path, dealgate):
    """The folder as the verb writes it, without any token."""
    done = dealgate(
        "setup", "app", "--out", "app", PUBLIC_BASE_URL=PUBLIC, HUBSPOT_ACCESS_TOKEN=None
    )
    assert done.returncode == 0, done.stderr
    return tmp_path / "app"


def read(folder, name):
    """One of its JSON files."""
    return json.loads((folder / name).read_text())


def test_the_app_is_private_and_static_with_the_least_scopes(folder):
    """Every scope of the app has its reason in the README, and none is there without one."""
    assert read(folder, "hsproject.json")["srcDir"] == "src"
    app = read(folder, "src/app/app-hsmeta.json")
    assert app["type"] == "app"
    assert app["config"]["distribution"] == "private"
    assert app["config"]["auth"]["type"] == "static"
    asked = app["config"]["auth"]["requiredScopes"]
    assert asked == ["oauth", *(scope.name for scope in SCOPES)]
    readme = (folder / "README.md").read_text()
    for scope in SCOPES:
        assert f"| `{scope.name}` | {scope.reason} | {scope.use} |" in readme
    assert {scope.use for scope in scopes(writes=False)} == {Use.READING}


@pytest.mark.parametrize("name", [GENERIC, LEGACY])
def test_hubspot_and_our_receiver_take_every_subscription(folder, name):
    """Each entry is one that HubSpot accepts, and its event is one that the receiver reads."""
    config = read(folder, name)["config"]
    assert config["settings"]["targetUrl"] == f"{PUBLIC}/webhooks/hubspot"
    assert config["settings"]["maxConcurrentRequests"] > 5
    wanted = config["subscriptions"]
    book = Book(SandboxClock(), seed=1)
    entries = [*wanted["crmObjects"], *wanted["legacyCrmObjects"], *wanted["hubEvents"]]
    for entry in entries:
        assert entry["active"] is True
        type_id = TYPE_IDS.get(entry.get("objectType", ""))
        kind, changed = entry["subscriptionType"], entry.get("propertyName")
        book.add(kind, property_name=changed, object_type_id=type_id, active=True)
        event = {"subscriptionType": kind, "objectId": 7, "fromObjectId": 7, "toObjectId": 8}
        event |= {"propertyName": changed, "objectTypeId": type_id, "mergedObjectIds": [9]}
        reading = read_delivery(json.dumps([event]).encode(), "ff_")
        assert {fate for _, fate in reading.counts} == {Fate.READ}, entry


def test_both_forms_say_the_same(folder):
    """The legacy file differs in words only; notes are generic in both."""
    generic = read(folder, GENERIC)["config"]["subscriptions"]
    legacy = read(folder, LEGACY)["config"]["subscriptions"]

    def said(entries):
        pairs = set()
        for entry in entries:
            noun, _, verb = entry["subscriptionType"].partition(".")
            pairs.add((entry.get("objectType", noun), verb, entry.get("propertyName")))
        return pairs

    assert generic["legacyCrmObjects"] == []
    assert {entry["objectType"] for entry in legacy["crmObjects"]} == {"note"}
    both = [*legacy["crmObjects"], *legacy["legacyCrmObjects"]]
    assert said(generic["crmObjects"]) == said(both)


def test_subscriptions_follow_the_policy():
    """A property that the policy looks at is subscribed to, and goes when the policy drops it."""
    needs = shipped_policy().needs
    watched = {(each.kind, each.property) for each in subscriptions(needs) if each.property}
    for name in set(needs.deal_properties) - {"createdate"}:
        assert (ObjectKind.DEAL, name) in watched
    for name in needs.contact_properties:
        assert (ObjectKind.CONTACT, name) in watched
    bare = {(each.kind, each.property) for each in subscriptions(Needs()) if each.property}
    assert bare < watched
    assert (ObjectKind.DEAL, "hs_next_step") not in bare


def test_nothing_silent_is_subscribed_to():
    """Properties that HubSpot calculates never fire, and our own need no telling."""
    needs = Needs(deal_properties=("num_notes", "hs_v2_date_entered_1", "hs_lastmodifieddate"))
    names = {each.property for each in subscriptions(needs)}
    assert not names & set(needs.deal_properties)
    assert not any((name or "").startswith("ff_") for name in names)


def test_an_address_that_hubspot_cannot_reach_is_said(dealgate):
    """Without https the folder is written, and the code says that it is not ready."""
    done = dealgate("setup", "app", "--out", "app", PUBLIC_BASE_URL="http://127.0.0.1:8080")
    assert done.returncode == 1
    assert "https" in done.stderr
