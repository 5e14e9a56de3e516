"""What `dealgate doctor` says of an installation that is well, and of many that are not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.deal import DealId, deal_key
from app.ledger import open_ledger
from app.ports import Priority
from app.sandbox.options import Options
from app.sandbox.start import Sandbox

from .conftest import Operator
from .serving import serving


def examined(dealgate, *options, **changed):
    """Exit code and lines, by what was looked at."""
    done = dealgate("doctor", "--json", *options, **changed)
    assert "Traceback" not in done.stderr
    data = json.loads(done.stdout)
    lines = {}
    for line in data["lines"]:
        lines.setdefault(line["what"], []).append(line)
    assert data["well"] is (done.returncode == 0)
    return done.returncode, lines


def states(lines):
    """Every state but ok and skipped, with what it is about."""
    return {(what, each["state"]) for what, all_of in lines.items() for each in all_of} - {
        (what, state) for what in lines for state in ("ok", "skipped")
    }


@pytest.fixture
def settled(dealgate):
    """A portal that was set up."""
    assert dealgate("setup", "--lead-status", "UNRESPONSIVE").returncode == 0
    return dealgate


def test_all_is_green_after_setup_while_the_service_runs(settled):
    """Every check is made and every line is ok; people read the same."""
    with serving(settled) as served:
        code, lines = examined(settled, PUBLIC_BASE_URL=served.url)
        told = settled("doctor", PUBLIC_BASE_URL=served.url)
    assert code == 0
    assert states(lines) == set()
    assert {what for what, all_of in lines.items() if all_of[0]["state"] == "ok"} == {
        "settings", "writes", "policy", "database", "backlog", "token", "api version", "scopes",
        "clock", "quota", "properties", "pipelines", "lead status", "webhook", "signature",
        "slack", "slack channel", "slack message", "owners in slack",
    }  # fmt: skip
    assert told.returncode == 0
    assert "All is well." in told.stdout


def test_every_line_that_is_not_ok_says_how_to_mend_it(dealgate):
    """On an untouched portal without a running service."""
    _, lines = examined(dealgate)
    assert ("properties", "wrong") in states(lines)
    assert ("webhook", "warning") in states(lines)
    for all_of in lines.values():
        for line in all_of:
            assert bool(line["mend"]) is (line["state"] in ("warning", "wrong")), line


def test_offline_asks_nobody(dealgate, portal):
    """No call reaches HubSpot or Slack."""
    before = portal.site.calls.shown()
    code, lines = examined(dealgate, "--offline")
    assert code == 0
    assert set(lines) == {
        "settings", "writes", "policy", "database", "backlog", "portal, webhook, slack"
    }  # fmt: skip
    assert portal.site.calls.shown() == before


def test_a_wrong_token_is_one_line_and_ends_the_portal(settled):
    """What would follow from it is not said."""
    code, lines = examined(settled, HUBSPOT_ACCESS_TOKEN="pat-eu1-wrong")
    assert code == 1
    assert ("token", "wrong") in states(lines)
    assert "scopes" not in lines


@pytest.mark.parametrize(
    ("changed", "what", "says"),
    [
        ({"HUBSPOT_CLIENT_SECRET": "another"}, "signature", "refuses a delivery"),
        ({"HUBSPOT_CLIENT_SECRET": None}, "settings", "is closed"),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "slack", "invalid_auth"),
        ({"SLACK_CHANNEL": "C0NOWHERE0"}, "slack channel", "channel_not_found"),
    ],
)
def test_what_differs_from_the_running_service_is_found(settled, changed, what, says):
    """The round trip shows a secret that the service does not have, Slack what it does not know."""
    with serving(settled) as served:
        _, lines = examined(settled, PUBLIC_BASE_URL=served.url, **changed)
    assert what in {each for each, _ in states(lines)}
    assert any(says in line["said"] for line in lines[what])


def test_a_proxy_that_changes_the_address_is_found(settled):
    """The service believes in another public address than the one under which it is reached."""
    with serving(settled, PUBLIC_BASE_URL="https://gate.example.com") as served:
        code, lines = examined(settled, PUBLIC_BASE_URL=served.url)
    assert code == 1
    assert ("signature", "wrong") in states(lines)


def test_an_owner_whom_slack_does_not_know_is_named(settled, portal):
    """By name and address, with what to do."""
    portal.portal.owners.add("Nova", "Stranger", "nova@elsewhere.example", user_id=9_001)
    _, lines = examined(settled)
    line = lines["owners in slack"][0]
    assert line["state"] == "warning"
    assert "nova@elsewhere.example" in line["said"]
    assert "mentions" in line["mend"]


def test_a_used_up_quota_is_a_warning(settled, portal):
    """Before the day's last calls are gone."""
    limits = portal.portal.limits
    limits.set(replace(limits.quota, calls_per_day=10_000))
    limits._used_today = 9_500
    _, lines = examined(settled)
    assert lines["quota"][0]["state"] == "warning"


def test_an_old_mark_is_a_warning(settled):
    """A mark that waits for long says that nobody works."""
    ledger = open_ledger(settled.env["DATABASE_URL"])
    ledger.mark([deal_key(DealId("1"))], Priority.LIVE, datetime(2026, 1, 1, tzinfo=UTC))
    ledger.close()
    _, lines = examined(settled, "--offline")
    assert lines["backlog"][0]["state"] == "warning"
    assert "dealgate worker" in lines["backlog"][0]["mend"]


def test_a_hostile_portal_is_described_and_not_touched(tmp_path):
    """Renamed stages, doubled pipelines, an edited status list: each is a line, none an error."""
    with Sandbox(Options(scenario="hostile", search_lag_seconds=0)) as portal:
        written = []
        portal.portal.subscribe(written.extend)
        code, lines = examined(Operator(tmp_path, portal.info["env"]))
        assert written == []
    assert code == 1
    assert ("pipelines", "wrong") in states(lines)
    assert ("lead status", "warning") in states(lines)


def test_read_only_needs_no_scope_that_writes_and_no_properties(portal, dealgate):
    """With a reading token an untouched portal is well."""
    tokens = portal.portal.tokens
    token = tokens.get(portal.info["service_token"])
    reading = {scope for scope in token.scopes if not scope.endswith(".write")}
    tokens.add("pat-eu1-reads", reading, token.actor, token.kind)
    code, lines = examined(dealgate, READ_ONLY="true", HUBSPOT_ACCESS_TOKEN="pat-eu1-reads")
    assert code == 0
    assert lines["properties"][0]["state"] == "skipped"
    assert "READ_ONLY" in lines["writes"][0]["said"]
