"""What the gateway remembers of the portal: read once, refreshed quietly, never guessed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from app.domain.deal import ObjectKind, Unread
from app.hubspot.portal import Fact, Portal, read_account
from app.hubspot.retry import RetryPolicy
from app.ports import Retryable


class Later:
    """Background tasks that run when the test says so."""

    def __init__(self):
        self.tasks = []

    def __call__(self, task):
        self.tasks.append(task)

    def run(self):
        while self.tasks:
            self.tasks.pop()()


@pytest.fixture
def later():
    """A background that waits."""
    return Later()


@pytest.fixture
def portal(serve, connect, canned, clock, later):
    """The facts of the canned portal, with its server."""
    server = serve(canned)
    client = connect(server.url, retry=RetryPolicy(attempts=1))
    facts = Portal(client, clock, later, refresh_seconds=300)
    return facts, server, client


def asked(server, part):
    """How often something was asked for."""
    return sum(part in each.path for each in server.requests)


def test_a_fact_is_read_once(portal):
    """A thousand deals cost one look at the pipelines."""
    facts, server, _ = portal
    for _ in range(5):
        facts.position("p", "s1")
        facts.owner("7")
        facts.account()
        facts.property_names(ObjectKind.DEAL)
    assert [asked(server, part) for part in ("pipelines", "details", "properties")] == [1, 1, 1]
    assert asked(server, "owners") == 2  # the active ones and those who left


def test_an_old_fact_is_refreshed_behind_the_scenes(portal, canned, clock, later):
    """The caller gets the old value at once; the next one gets the new."""
    facts, _, _ = portal
    facts.position("p", "s1")
    canned.stages[0] = canned.stages[0] | {"label": "Renamed"}
    clock.advance(301)
    assert facts.position("p", "s1").stage_label == "Stage s1"
    later.run()
    assert facts.position("p", "s1").stage_label == "Renamed"


def test_a_refresh_that_fails_keeps_what_was_known(portal, canned, clock, later):
    """An outage of the pipelines API does not stop the judging of deals."""
    facts, _, _ = portal
    facts.position("p", "s1")
    canned.bend["/pipelines/2026-03/deals"] = lambda _, usual: type(usual)(status=503)
    clock.advance(301)
    facts.position("p", "s1")
    with pytest.raises(Retryable):
        later.run()
    assert facts.position("p", "s1").stage_label == "Stage s1"


def test_an_unknown_stage_is_looked_up_afresh(portal, canned, clock):
    """A pipeline that was just edited is no reason to call a deal's stage unknown."""
    facts, server, _ = portal
    facts.position("p", "s1")
    clock.advance(11)
    canned.stages.append(canned.stages[0] | {"id": "new", "label": "New", "displayOrder": 9})
    position = facts.position("p", "new")
    assert (position.stage_label, position.order) == ("New", 3)
    assert asked(server, "pipelines") == 2


def test_a_stage_that_stays_unknown_is_unread_and_not_asked_for_all_the_time(portal, clock):
    """The reason names stage and pipeline; a thousand such deals cost one look in ten seconds."""
    facts, server, _ = portal
    for _ in range(20):
        position = facts.position("p", "deleted")
        assert isinstance(position, Unread)
    assert "deleted" in position.reason
    assert "p" in position.reason
    assert asked(server, "pipelines") == 1
    clock.advance(11)
    facts.position("p", "deleted")
    assert asked(server, "pipelines") == 2


@pytest.mark.parametrize(("pipeline", "stage"), [(None, "s1"), ("p", None), ("", "")])
def test_a_deal_without_stage_or_pipeline_is_unread(portal, pipeline, stage):
    """HubSpot may hold nothing there."""
    assert isinstance(portal[0].position(pipeline, stage), Unread)


def test_stages_are_ordered_and_closed_as_hubspot_says(portal, canned):
    """By displayOrder and metadata, which are strings; never by a name or a place in the list."""
    facts, _, _ = portal
    metadata = {"isClosed": "true", "probability": "0.0"}
    lost = canned.stages[2] | {"id": "lost", "displayOrder": 9, "metadata": metadata}
    canned.stages = [lost, canned.stages[2], canned.stages[0], canned.stages[1]]
    found = [(each.stage_id, each.order, each.is_closed, each.is_won) for each in facts.positions()]
    assert found == [
        ("s1", 0, False, False),
        ("s2", 1, False, False),
        ("won", 2, True, True),
        ("lost", 3, True, False),
    ]


def test_stage_metadata_may_be_missing_or_odd(portal, canned):
    """Such a stage is open and not won."""
    facts, _, _ = portal
    canned.stages = [
        {"id": "bare"},
        {"id": "odd", "metadata": {"isClosed": "true", "probability": "high"}},
    ]
    bare, odd = facts.positions()
    assert (bare.stage_label, bare.is_closed) == ("bare", False)
    assert (odd.is_closed, odd.is_won) == (True, False)


def test_an_owner_who_left_is_found_and_inactive(portal, canned):
    """HubSpot lists deactivated people only when asked for them."""
    canned.owners["true"] = [{"id": 9, "email": "gone@example.com"}]
    owner = portal[0].owner("9")
    assert (owner.name, owner.active) == ("gone@example.com", False)


def test_an_unknown_owner_is_unread_and_no_owner_is_none(portal):
    """The difference matters: one is a question, the other a finding."""
    facts, _, _ = portal
    assert isinstance(facts.owner("404"), Unread)
    assert facts.owner(None) is None
    assert facts.owner("") is None


def test_owners_come_in_pages(portal, canned):
    """Everyone is found, however many there are."""

    def page(request, usual):
        if "archived=true" in request.path:
            return usual
        if "after=2" in request.path:
            return type(usual)(json={"results": [{"id": "2"}]})
        return type(usual)(json={"results": [{"id": "1"}], "paging": {"next": {"after": "2"}}})

    canned.bend["/owners/2026-03"] = page
    assert portal[0].owner("2").id == "2"


def test_owners_that_may_not_be_read_are_unread(portal, canned):
    """A missing scope costs the names, not the deals, and the reason names the scope."""
    scopes = {"requiredGranularScopes": ["crm.objects.owners.read"]}
    canned.bend["/owners/2026-03"] = lambda _, usual: type(usual)(
        status=403, json={"context": scopes}
    )
    owner = portal[0].owner("7")
    assert isinstance(owner, Unread)
    assert "crm.objects.owners.read" in owner.reason


def test_the_accounts_zone_decides_when_its_day_ends(portal, canned):
    """An unknown zone is UTC."""
    facts, _, client = portal
    canned.bend["/details"] = lambda _, usual: type(usual)(
        json=usual.json | {"timeZone": "America/Los_Angeles"}
    )
    facts.account()
    assert client.account_zone == ZoneInfo("America/Los_Angeles")
    canned.bend["/details"] = lambda _, usual: type(usual)(json={"portalId": 1, "timeZone": "Mars"})
    client.account_zone = UTC
    account = read_account(client)
    assert (account.portal_id, account.ui_domain) == ("1", "app.hubspot.com")
    assert client.account_zone is UTC


def test_concurrent_first_callers_load_once(clock, later):
    """A burst after the start asks HubSpot one time."""
    loads = []
    fact = Fact(lambda: loads.append(1) or "value", clock, later, 300)
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: fact.get(), range(32))) == {"value"}
    assert len(loads) == 1


def test_a_first_load_that_fails_is_tried_again(clock, later):
    """The failure is the caller's, and no value is remembered."""
    answers = [Retryable("away"), "value"]

    def load():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    fact = Fact(load, clock, later, 300)
    with pytest.raises(Retryable):
        fact.get()
    assert fact.get() == "value"
