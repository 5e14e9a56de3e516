"""The controls, the counts, and starting and stopping."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.sandbox.start import read_options

DEALS = "/crm/objects/2026-03/deals"


@pytest.fixture
def site(open_sandbox):
    """The story."""
    return open_sandbox(scenario="story")


@pytest.fixture
def api(site, client_of):
    """A client with the service's token."""
    return client_of(site, site.info["service_token"])


def test_info_is_the_promised_object(site):
    """Addresses, tokens and secrets, and an environment that needs nothing else."""
    info = site.info
    assert {"base_url", "portal_id", "service_token", "ae_token", "client_secret"} <= set(info)
    assert {"base_url", "bot_token", "signing_secret", "channel", "webhook_url"} <= set(
        info["slack"]
    )
    assert set(info["env"]) == {
        "HUBSPOT_ACCESS_TOKEN",
        "HUBSPOT_CLIENT_SECRET",
        "HUBSPOT_BASE_URL",
        "HUBSPOT_API_VERSION",
        "PUBLIC_BASE_URL",
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_CHANNEL",
        "SLACK_BASE_URL",
    }
    assert all(isinstance(value, str) and value for value in info["env"].values())


def test_calls_are_counted_by_operation_and_status(site, api, client_of):
    """Each call counts once under its operation; controls do not count; reset means zero."""
    api.get(DEALS)
    api.get("/crm/v3/objects/0-3")
    api.get(f"{DEALS}/1")
    client_of(site).get(DEALS)
    counts = api.get("/_sandbox/calls").json()
    assert counts["total"] == 4
    assert counts["by_operation"] == {
        "GET /crm/objects/{ver}/deals": 3,
        "GET /crm/objects/{ver}/deals/{id}": 1,
    }
    assert counts["by_status"] == {"200": 2, "401": 1, "404": 1}
    api.post("/_sandbox/calls/reset")
    assert api.get("/_sandbox/calls").json()["total"] == 0


def test_the_clock_can_be_moved_and_set(api):
    """Days pass at once, and a moment can be chosen."""
    before = datetime.fromisoformat(api.get("/_sandbox/clock").json()["now"])
    after = api.post("/_sandbox/clock", json={"advance": 86_400}).json()["now"]
    moved = datetime.fromisoformat(after) - before
    assert timedelta(days=1) <= moved < timedelta(days=1, minutes=1)
    chosen = api.post("/_sandbox/clock", json={"set": "2027-01-01T12:00:00Z"}).json()["now"]
    moment = datetime(2027, 1, 1, 12, tzinfo=UTC)
    assert timedelta() <= datetime.fromisoformat(chosen) - moment < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock", {"jump": 5}),
        ("clock", {"set": "tomorrow"}),
        ("webhooks/target", {"url": "ftp://x"}),
        ("webhooks/behaviour", {"duplicate_share": 2}),
        ("webhooks/behaviour", {"mood": "bad"}),
        ("webhooks/form", {"form": "telegram"}),
        ("restore", {"object_type": "deals", "id": 1}),
        ("faults", {"kind": "boredom"}),
        ("faults", "500"),
        ("webhooks/behaviour", [1]),
        ("slack/interact", [1]),
    ],
)
def test_misunderstood_controls_are_refused(api, path, body):
    """A 400 with a sentence, never a traceback."""
    answer = api.post(f"/_sandbox/{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "path", ["webhooks?limit=many", "slack/messages?channel=nowhere", "slack?channel=nowhere"]
)
def test_misunderstood_questions_are_refused(api, path):
    """Looking at what does not exist is a 400 with its reason."""
    answer = api.get(f"/_sandbox/{path}")
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_the_target_and_form_of_webhooks_can_be_changed(open_sandbox, receiver, client_of):
    """Deliveries begin when a target is set, in the form that is chosen."""
    site = open_sandbox()
    api = client_of(site, site.info["ae_token"])
    deal = api.post(DEALS, json={"properties": {"dealname": "silent"}}).json()["id"]
    api.post("/_sandbox/webhooks/target", json={"url": receiver.url})
    api.post("/_sandbox/webhooks/form", json={"form": "generic"})
    api.patch(f"{DEALS}/{deal}", json={"properties": {"dealname": "told"}})
    site.wait_for_webhooks()
    (event,) = receiver.events
    assert event["subscriptionType"] == "object.propertyChange"
    assert event["propertyValue"] == "told"


def test_an_archived_record_can_be_restored(open_sandbox, receiver, client_of):
    """Restoring is a person's act: the record is back and HubSpot says so."""
    site = open_sandbox(webhook_url=receiver.url)
    api = client_of(site, site.info["ae_token"])
    deal = api.post(DEALS, json={"properties": {"dealname": "x"}}).json()["id"]
    api.delete(f"{DEALS}/{deal}")
    restored = api.post("/_sandbox/restore", json={"object_type": "deals", "id": int(deal)})
    assert restored.status_code == 200, restored.text
    assert api.get(f"{DEALS}/{deal}").status_code == 200
    site.wait_for_webhooks()
    kinds = [event["subscriptionType"] for event in receiver.events]
    assert kinds[-2:] == ["deal.deletion", "deal.restore"]


def test_the_command_prints_one_json_line_and_stops_when_told():
    """The first line of output is the whole story; SIGTERM ends it with code 0."""
    command = [sys.executable, "-m", "app.sandbox", "--port", "0", "--scenario", "empty"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        info = json.loads(process.stdout.readline())
        headers = {"Authorization": f"Bearer {info['service_token']}"}
        answer = httpx.get(f"{info['base_url']}{DEALS}", headers=headers, trust_env=False)
        assert answer.json()["results"] == []
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stdout.read() == ""


def test_a_taken_port_is_one_clear_line(site):
    """Another sandbox on the same port says what to do, without a traceback."""
    port = site.base_url.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "app.sandbox", "--port", port],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert "choose another --port" in done.stderr
    assert "Traceback" not in done.stderr


def test_options_come_from_the_command_line():
    """Each option lands where it belongs; the service's addresses follow from the webhook URL."""
    line = "--port 0 --deals 5 --seed 9 --scenario hostile --latency 20 --form generic"
    url = "https://gate.example/webhooks/hubspot"
    options = read_options([*line.split(), "--webhook-url", url])
    assert (options.deals, options.seed, options.scenario) == (5, 9, "hostile")
    assert (options.latency_ms, options.form) == (20.0, "generic")
    assert options.service_url == "https://gate.example"
    assert options.slack_target == "https://gate.example/webhooks/slack"


def test_the_same_seed_gives_the_same_sandbox(open_sandbox):
    """Ids, tokens and secrets depend on the seed alone."""
    first, again, other = open_sandbox(seed=5), open_sandbox(seed=5), open_sandbox(seed=6)

    def identity(sandbox):
        stages = [stage.id for stage in sandbox.portal.pipelines.stages("deals")]
        return sandbox.info["service_token"], sandbox.info["slack"]["channel"], stages

    assert identity(first) == identity(again)
    assert identity(first) != identity(other)


@pytest.mark.parametrize(
    "line", ["--deals -1", "--latency -5", "--retry-compression 0", "--scenario dream", "--port x"]
)
def test_senseless_options_are_refused(line, capsys):
    """The command line says what is wrong and ends with code 2."""
    with pytest.raises(SystemExit) as ended:
        read_options(line.split())
    assert ended.value.code == 2
    assert line.split()[0] in capsys.readouterr().err
