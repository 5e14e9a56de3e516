"""The running service as its operator sees it: probes, metrics, switches, secrets, and its end."""

from __future__ import annotations

import json
import re
import signal
import socket
import sqlite3
import time
from pathlib import Path

import httpx
import pytest

from app.ledger.presence import SILENT_SECONDS

from .people import NOTE, Ae
from .serving import serving, until

OBSERVABILITY = Path(__file__).parents[2] / "docs" / "observability"


@pytest.fixture
def settled(dealgate):
    """A portal that was set up, its baseline taken."""
    assert dealgate("setup").returncode == 0
    assert dealgate("sync", "--full").returncode == 0
    return dealgate


@pytest.fixture
def ae(portal):
    """Somebody at work on it."""
    somebody = Ae(portal)
    yield somebody
    somebody.close()


def listening(portal, served):
    """Let the portal deliver to the service."""
    target = f"{served.url}/webhooks/hubspot"
    httpx.post(f"{portal.base_url}/_sandbox/webhooks/target", json={"url": target})


def test_a_deal_is_judged_and_every_number_moves(portal, settled, ae):
    """From a person's change to properties, with readiness, metrics and headers beside it."""
    with serving(settled) as served:
        listening(portal, served)
        deal = ae.deal()
        until(lambda: ae.standing(deal) == "blocked")
        ready = httpx.get(f"{served.url}/readyz")
        assert ready.status_code == 200
        assert ready.json()["ready"] is True
        assert [check["name"] for check in ready.json()["checks"]] == [
            "database", "oldest mark", "token", "policy", "worker", "channel"
        ]  # fmt: skip
        metrics = httpx.get(f"{served.url}/metrics").text
    for name in (
        'dealgate_deliveries_total{outcome="accepted"}',
        'dealgate_verdicts_total{standing="blocked"}',
        'dealgate_findings_total{criterion="why_change",state="unmet"}',
        'dealgate_hubspot_calls_total{bucket="general",outcome="answered"}',
        'dealgate_hubspot_remaining{window="day"}',
        "dealgate_mark_to_write_seconds_count",
        "dealgate_delivery_seconds_count",
    ):
        value = re.search(rf"^{re.escape(name)} (\S+)$", metrics, re.MULTILINE)
        assert value, name
        assert float(value[1]) > 0, name
    assert re.search(r"^dealgate_up 1\.0$", metrics, re.MULTILINE)
    assert re.search(r"^dealgate_marks 0\.0$", metrics, re.MULTILINE)
    assert re.search(r"^dealgate_processes 1\.0$", metrics, re.MULTILINE)
    silent = re.search(r"^dealgate_heartbeat_seconds (\S+)$", metrics, re.MULTILINE)
    assert silent
    assert float(silent[1]) < SILENT_SECONDS


def test_the_operators_pages_are_closed_to_others(settled):
    """A request that came through a proxy sees neither metrics nor details, but with the token."""
    with serving(settled, METRICS_TOKEN="sesame") as served:
        proxied = {"X-Forwarded-For": "203.0.113.9"}
        assert httpx.get(f"{served.url}/metrics", headers=proxied).status_code == 404
        assert httpx.get(f"{served.url}/readyz", headers=proxied).json() == {"ready": True}
        opened = proxied | {"Authorization": "Bearer sesame"}
        assert httpx.get(f"{served.url}/metrics", headers=opened).status_code == 200
        assert "checks" in httpx.get(f"{served.url}/readyz", headers=opened).json()
        wrong = proxied | {"Authorization": "Bearer sesam"}
        assert httpx.get(f"{served.url}/metrics", headers=wrong).status_code == 404
        for path in ("/healthz", "/readyz", "/metrics", "/nowhere", "/webhooks/hubspot"):
            answer = httpx.get(f"{served.url}{path}")
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["content-security-policy"].startswith("default-src 'none'")
            assert answer.headers["cache-control"] == "no-store"
            assert "server" not in answer.headers
        for path in ("/docs", "/redoc", "/openapi.json"):
            assert httpx.get(f"{served.url}{path}").status_code == 404


def test_readiness_names_a_token_that_is_refused(portal, settled, ae):
    """Once HubSpot refuses it, without a call of its own; deliveries are still taken."""
    with serving(settled) as served:
        listening(portal, served)
        tokens = portal.portal.tokens
        token = tokens._tokens.pop(portal.info["service_token"])
        deal = ae.deal()
        until(lambda: httpx.get(f"{served.url}/readyz").status_code == 503)
        problems = httpx.get(f"{served.url}/readyz").json()["problems"]
        assert any(each.startswith("token: HubSpot refuses it since") for each in problems)
        tokens._tokens[token.value] = token
        until(lambda: ae.standing(deal) == "blocked", seconds=60)
        until(lambda: httpx.get(f"{served.url}/readyz").status_code == 200)


def test_a_pause_holds_writes_and_loses_nothing(portal, settled, ae):
    """Marks wait, nothing is written or said; after `resume` everything is."""
    with serving(settled) as served:
        listening(portal, served)
        assert settled("pause", "--reason", "migration").returncode == 0
        time.sleep(1.2)
        deal = ae.deal()
        until(lambda: "dealgate_marks 1.0" in httpx.get(f"{served.url}/metrics").text)
        time.sleep(1)
        assert ae.standing(deal) is None
        assert ae.portal.messages() == []
        assert "migration" in httpx.get(f"{served.url}/readyz").text
        refused = settled("sync")
        assert refused.returncode == 3
        assert "(migration)" in refused.stderr
        assert "1 marks waited" in settled("resume").stdout
        until(lambda: ae.standing(deal) == "blocked")
        until(lambda: len(ae.portal.messages()) == 1)


def test_read_only_judges_tells_and_writes_nothing(portal, dealgate, ae):
    """On a portal without our properties, with a token that may only read."""
    tokens = portal.portal.tokens
    token = tokens.get(portal.info["service_token"])
    reading = {scope for scope in token.scopes if not scope.endswith(".write")}
    tokens.add("pat-eu1-reads", reading, token.actor, token.kind)
    dealgate.env |= {"READ_ONLY": "true", "HUBSPOT_ACCESS_TOKEN": "pat-eu1-reads"}
    assert dealgate("sync", "--full").returncode == 0
    with serving(dealgate) as served:
        listening(portal, served)
        deal = ae.deal()
        until(lambda: len(ae.portal.messages()) == 1)
        ours = {name for name in portal.portal.properties.of("deals").properties if "ff_" in name}
    assert ours == set()
    assert dealgate("check", deal).returncode == 1
    assert '"outcome": "deferred"' not in served.log.read_text()


def test_a_token_is_rotated_by_replacing_its_file(portal, settled, ae, tmp_path):
    """The old token stops working, the file is replaced, and the next look uses the new one."""
    kept = tmp_path / "token"
    kept.write_text(portal.info["service_token"] + "\n")
    files = {"HUBSPOT_ACCESS_TOKEN": "", "HUBSPOT_ACCESS_TOKEN_FILE": str(kept)}
    with serving(settled, **files) as served:
        listening(portal, served)
        tokens = portal.portal.tokens
        old = tokens._tokens.pop(portal.info["service_token"])
        tokens.add("pat-eu1-new", old.scopes, old.actor, old.kind, app_id=old.app_id)
        kept.write_text("pat-eu1-new\n")
        deal = ae.deal()
        until(lambda: ae.standing(deal) == "blocked", seconds=60)
        log = served.log.read_text()
    assert "secret_replaced" in log
    assert "pat-eu1-new" not in log


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
def test_a_webhook_secret_is_rotated_by_a_hangup(portal, settled, ae, tmp_path):
    """The service takes over what .env says now, and keeps what it had if that is malformed."""
    env = tmp_path / ".env"
    secret = portal.info["client_secret"]
    env.write_text("HUBSPOT_CLIENT_SECRET=not-this-one\n")
    del settled.env["HUBSPOT_CLIENT_SECRET"]
    with serving(settled) as served:
        listening(portal, served)
        env.write_text("HUBSPOT_CLIENT_SECRET=\nMERGE_SECONDS=soon\n")
        served.process.send_signal(signal.SIGHUP)
        until(lambda: "secrets_kept" in served.log.read_text())
        env.write_text(f"HUBSPOT_CLIENT_SECRET=not-this-one,{secret}\n")
        served.process.send_signal(signal.SIGHUP)
        until(lambda: "secrets_reloaded" in served.log.read_text())
        deal = ae.deal()
        until(lambda: ae.standing(deal) == "blocked")
        assert secret not in served.log.read_text()


def test_a_stop_finishes_what_is_in_hand(portal, settled, ae):
    """Stopped in the middle of a look that HubSpot answers slowly: it ends well and is recorded."""
    with serving(settled) as served:
        listening(portal, served)
        slow = {"kind": "latency", "match": {"path": "deals/batch/read"}, "params": {"ms": 1500}}
        portal.site.faults.add(slow)
        deal = ae.deal()
        until(lambda: "dealgate_marks_leased 1.0" in httpx.get(f"{served.url}/metrics").text)
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(30) in (0, -signal.SIGTERM)
        assert ae.standing(deal) == "blocked"
    ledger = sqlite3.connect(settled.folder / "ledger.sqlite3")
    assert ledger.execute("SELECT count(*) FROM marks").fetchone() == (0,)
    ledger.close()


def test_no_word_of_a_note_and_no_secret_is_in_the_log(portal, settled, ae):
    """Through judging, failing, forged deliveries and a dead letter."""
    with serving(settled, LOG_FORMAT="json") as served:
        listening(portal, served)
        deal = ae.deal()
        ae.note(deal)
        ae.note(deal, "Deviation: why_now. Reason: the budget of Ashdown is frozen until March.")
        until(lambda: ae.standing(deal) is not None)
        portal.site.faults.add({"kind": "500", "match": {"path": "batch/update"}, "count": 1})
        ae.note(deal, "Why now? The audit of Ashdown is on 5 June 2027.")
        httpx.post(f"{served.url}/webhooks/hubspot", content=NOTE.encode())
        time.sleep(2)
        log = served.log.read_text()
    assert "reconciled" in log
    assert "delivery_refused" in log
    for line in log.splitlines():
        json.loads(line)
    words = ("zebra", "Ashdown", "turbines", "budget", "frozen", "audit")
    assert [word for word in words if word in log] == []
    info = portal.info
    secrets = [info["service_token"], info["client_secret"], *info["slack"].values()]
    kept = [
        each for each in secrets if isinstance(each, str) and not each.startswith(("C", "http"))
    ]
    assert len(kept) >= 4
    assert [each for each in kept if each in log] == []


def test_a_backup_taken_under_load_restores(portal, settled, ae, tmp_path):
    """The copy is whole and private; put in place of the database, the service goes on with it."""
    copy = tmp_path / "copy.sqlite3"
    with serving(settled) as served:
        listening(portal, served)
        deals = [ae.deal(f"Deal {number}") for number in range(5)]
        made = settled("backup", str(copy))
        assert made.returncode == 0, made.stderr
        until(lambda: all(ae.standing(deal) == "blocked" for deal in deals))
        assert settled("backup", str(copy)).returncode == 3
    assert copy.stat().st_mode & 0o077 == 0
    for name in ("ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    copy.rename(tmp_path / "ledger.sqlite3")
    assert settled("doctor", "--offline").returncode == 0
    assert settled("sync", "--full").returncode == 0
    assert len([each for each in ae.portal.messages() if "blocked" in str(each)]) <= len(deals)


def test_a_dead_letter_is_shown_and_replayed(portal, settled, ae):
    """With its reason and what to do; after the cause is mended a replay settles it."""
    properties = portal.portal.properties
    properties.set_options("deals", "ff_standing", [])
    with serving(settled) as served:
        listening(portal, served)
        deal = ae.deal()
        until(lambda: settled("dead-letters", "show", deal).returncode == 0, seconds=60)
        shown = settled("dead-letters", "show", deal).stdout
        assert "INVALID_OPTION" in shown
        assert f"dealgate dead-letters replay {deal}" in shown
        data = json.loads(settled("dead-letters", "show", deal, "--json").stdout)
        assert [each["id"] for each in data] == [deal]
        assert settled("setup").returncode == 0
        assert "1 marked" in settled("dead-letters", "replay", deal).stdout
        until(lambda: ae.standing(deal) == "blocked")
    assert settled("dead-letters", "show", deal).returncode == 1


def test_a_caller_who_never_finishes_asking_is_hung_up_on(settled):
    """Half a request line is not waited for beyond its time, nor half a body."""
    with serving(settled) as served:
        port = int(served.url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port)) as dawdler:
            dawdler.settimeout(20)
            dawdler.sendall(b"POST /webhooks/hubspot HTTP/1.1\r\nHost: x\r\n")
            assert dawdler.recv(100) == b""
        now = str(int(time.time() * 1000))  # noqa: TID251 - the service lives in real time
        with socket.create_connection(("127.0.0.1", port)) as dripper:
            dripper.settimeout(20)
            head = (
                "POST /webhooks/hubspot HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
                f"X-HubSpot-Signature-v3: x\r\nX-HubSpot-Request-Timestamp: {now}\r\n\r\n["
            )
            dripper.sendall(head.encode())
            assert dripper.recv(100).startswith(b"HTTP/1.1 408")
        slack = head.replace("/webhooks/hubspot", "/webhooks/slack")
        slack = slack.replace("X-HubSpot-Signature-v3", "X-Slack-Signature")
        slack = slack.replace("X-HubSpot-Request-Timestamp", "X-Slack-Request-Timestamp")
        with socket.create_connection(("127.0.0.1", port)) as dripper:
            dripper.settimeout(20)
            dripper.sendall(slack.replace(now, now[:10]).encode())
            assert dripper.recv(100).startswith(b"HTTP/1.1 4")
        assert httpx.get(f"{served.url}/healthz").status_code == 200


def test_every_number_on_the_dashboard_and_in_the_alerts_exists(portal, settled, ae):
    """A panel or an alert that names a metric nobody writes would stay silent for ever."""
    with serving(settled) as served:
        listening(portal, served)
        deal = ae.deal()
        until(lambda: ae.standing(deal) == "blocked")
        text = httpx.get(f"{served.url}/metrics").text
    families = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    written = "\n".join(each.read_text() for each in OBSERVABILITY.iterdir())
    named = set(re.findall(r"dealgate_[a-z0-9_]+", written))
    assert len(named) > 10
    for name in named:
        stem = re.sub(r"_(total|bucket|count|sum)$", "", name)
        assert {name, stem, f"{stem}_total"} & families, name
