"""The operator's verbs as real processes: what a wrong environment says, and with which code."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from app.sandbox.options import Options
from app.sandbox.start import Sandbox

ROOT = Path(__file__).parents[2]
VERBS = (
    ["serve"],
    ["worker"],
    ["sync"],
    ["check"],
    ["notes"],
    ["waive"],
    ["waivers"],
    ["policy", "validate"],
    ["policy", "test"],
    ["policy", "schema"],
    ["policy", "docs"],
    ["policy", "reference"],
    ["policy", "diff"],
    ["policy", "rehearse"],
    ["setup"],
    ["doctor"],
    ["purge"],
    ["dead-letters", "list"],
    ["dead-letters", "show"],
    ["pause"],
    ["resume"],
    ["backup"],
    ["setup", "app"],
    ["dead-letters", "replay"],
    ["sandbox"],
    ["demo"],
)


@pytest.fixture(scope="module")
def sandbox():
    """An empty rehearsal portal on a real socket."""
    with Sandbox(Options(scenario="story", deals=0, seed=3)) as running:
        yield running


@pytest.fixture
def dealgate(tmp_path, sandbox):
    """Runs a verb in an environment that fits the sandbox, but for what a test changes."""

    def run(*verb: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            **sandbox.info["env"],
            "DATABASE_URL": f"sqlite:///{tmp_path / 'ledger.sqlite3'}",
        }
        for name, value in changed.items():
            if value is None:
                environment.pop(name, None)
            else:
                environment[name] = value
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *verb],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a refused verb says on standard error."""
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_verb_explains_itself(dealgate, verb):
    """--help works for every verb and needs no settings."""
    done = dealgate(*verb, "--help", HUBSPOT_ACCESS_TOKEN=None)
    assert done.returncode == 0
    assert verb[0] in done.stdout


@pytest.mark.parametrize("verb", [["serve"], ["check", "1"], ["sync"], ["setup"], ["doctor"]])
def test_missing_token_is_named(dealgate, verb):
    """Without a token the verb ends with 2 and says which variable to set."""
    done = dealgate(*verb, HUBSPOT_ACCESS_TOKEN=None)
    assert done.returncode == 2
    assert "HUBSPOT_ACCESS_TOKEN is not set" in one_line(done)


@pytest.mark.parametrize("verb", [["serve"], ["check", "1"], ["sync"], ["setup"]])
def test_wrong_token_is_named(dealgate, verb):
    """A token that HubSpot refuses ends the verb with 3 and says what to do."""
    done = dealgate(*verb, HUBSPOT_ACCESS_TOKEN="pat-eu1-wrong")
    assert done.returncode == 3
    assert "token" in one_line(done)
    assert "pat-eu1-wrong" not in done.stderr


@pytest.mark.parametrize("verb", [["check", "1"], ["sync"], ["setup"]])
def test_unreachable_api_is_named(dealgate, verb):
    """An address where nothing listens ends the verb with 3 and one line."""
    done = dealgate(*verb, HUBSPOT_BASE_URL="http://127.0.0.1:9")
    assert done.returncode == 3
    assert one_line(done)


def test_missing_scope_is_named(dealgate, sandbox):
    """The service refuses to start with a token that lacks a scope, and names the scope."""
    portal = sandbox.portal
    token = portal.tokens.get(sandbox.info["service_token"])
    scopes = token.scopes - {"crm.objects.companies.write"}
    portal.tokens.add("pat-eu1-narrow", scopes, token.actor, token.kind)
    done = dealgate("serve", HUBSPOT_ACCESS_TOKEN="pat-eu1-narrow")
    assert done.returncode == 3
    assert "crm.objects.companies.write" in one_line(done)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("HUBSPOT_API_VERSION", "2025-99", "'2026-03', '2026-09' or 'classic'"),
        ("DEALGATE_PORT", "eighty", "integer"),
        ("PUBLIC_BASE_URL", "example.com", "http:// or https://"),
        ("DATABASE_URL", "mysql://x", "sqlite:///"),
        ("PROPERTY_PREFIX", "FF", "pattern"),
        ("LOG_FORMAT", "xml", "'console' or 'json'"),
        ("SETTLE_SECONDS", "-1", "greater than or equal to 0"),
    ],
)
def test_malformed_setting_is_named(dealgate, name, value, says):
    """A malformed setting ends the verb with 2; the line names it and what is allowed."""
    done = dealgate("doctor", **{name: value})
    assert done.returncode == 2
    assert name in one_line(done)
    assert says in one_line(done)


def test_malformed_policy_is_named_with_its_line(dealgate, tmp_path):
    """A wrong word in the policy ends the verb with 2 and names file, line and allowed words."""
    shipped = (ROOT / "config/policies/flowfuse.yaml").read_text()
    wrong = shipped.replace("severity: blocker", "severity: fatal", 1)
    path = tmp_path / "policy.yaml"
    path.write_text(wrong)
    line = 1 + wrong[: wrong.index("severity: fatal")].count("\n")
    for verb in (["policy", "validate", str(path)], ["serve"]):
        done = dealgate(*verb, POLICY_FILE=str(path))
        assert done.returncode == 2
        said = one_line(done)
        assert f"{path}:{line}" in said
        assert "blocker" in said
        assert "warning" in said


def test_stage_that_the_portal_lacks_is_named(dealgate, tmp_path):
    """A stage that only the policy knows is reported with the portal's own labels."""
    shipped = (ROOT / "config/policies/flowfuse.yaml").read_text()
    path = tmp_path / "policy.yaml"
    path.write_text(shipped.replace("3-Solution", "3-Sollution"))
    done = dealgate("doctor", POLICY_FILE=str(path))
    assert done.returncode == 1
    assert "3-Sollution" in done.stdout
    assert "3-Solution" in done.stdout


def test_setup_then_doctor_is_all_well(dealgate):
    """Setup creates what doctor misses; a second setup finds nothing to do."""
    planned = dealgate("setup", "--plan")
    assert planned.returncode == 0
    assert "would create the deal property ff_stage_blockers" in planned.stdout
    assert dealgate("doctor").returncode == 1
    assert dealgate("setup").returncode == 0
    assert "nothing to do" in dealgate("setup").stdout
    healthy = dealgate("doctor", "--json")
    assert healthy.returncode == 0, healthy.stdout
    assert json.loads(healthy.stdout)["problems"] == []


def test_check_explains_a_deal_and_writes_nothing(dealgate, sandbox):
    """Check prints the verdict on one deal; --json prints it as data; nothing is written."""
    deal = _open_deal(sandbox)
    before = _read(sandbox, deal)
    done = dealgate("check", deal)
    assert done.returncode in (0, 1)
    assert "Why change?" in done.stdout
    data = json.loads(dealgate("check", deal, "--json").stdout)
    assert data["subject"]["deal_id"] == deal
    assert _read(sandbox, deal) == before


def test_check_of_a_deal_that_is_not_there(dealgate):
    """An unknown deal ends with 3, a word that is no id with 2, each in one line."""
    done = dealgate("check", "999999999")
    assert done.returncode == 3
    assert "999999999 does not exist" in one_line(done)
    done = dealgate("check", "abc")
    assert done.returncode == 2
    assert "abc" in one_line(done)


def test_purge_blanks_what_was_stored_of_a_contact(dealgate, tmp_path):
    """After a purge no stored verdict of the contact's deals holds a quote, and they are marked."""
    assert dealgate("setup").returncode == 0
    assert dealgate("sync", "--full").returncode == 0
    ledger = sqlite3.connect(tmp_path / "ledger.sqlite3")
    quoted, deal, contact = ledger.execute(
        "SELECT v.verdict, v.deal_id, l.object_id "
        "FROM verdicts v JOIN links l ON l.deal_id = v.deal_id "
        "WHERE l.kind = 'contact' AND v.verdict LIKE '%TBD%'"
    ).fetchone()
    assert "TBD" in quoted
    done = dealgate("purge", "--contact", contact)
    assert done.returncode == 0
    assert "quotes of 1 deals" in done.stdout
    find = "SELECT verdict FROM verdicts WHERE deal_id = ?"
    assert "TBD" not in ledger.execute(find, (deal,)).fetchone()[0]
    assert ledger.execute("SELECT object_id FROM marks").fetchall() == [(deal,)]
    ledger.close()


def test_notes_reads_lines_and_names_what_is_no_note(dealgate, tmp_path):
    """Each note gives a line in the same order; a broken line is named and does not stop it."""
    good = {"id": "n1", "body": "Why now? Audit on 5 June.", "created": "2026-03-01T10:00:00Z"}
    path = tmp_path / "notes.jsonl"
    path.write_text(f"{json.dumps(good)}\n{{broken\n{json.dumps(good | {'id': 'n2'})}\n")
    done = dealgate("notes", str(path), HUBSPOT_ACCESS_TOKEN=None)
    assert done.returncode == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["n1", "n2"]
    answers = json.loads(done.stdout.splitlines()[0])["answers"]
    assert answers["why_now"]["state"] == "answered"
    assert f"{path}:2" in done.stderr


def _read(sandbox, deal: str) -> dict[str, object]:
    names = "dealstage,hs_lastmodifieddate"
    return _hubspot(sandbox, "GET", f"/crm/v3/objects/deals/{deal}?properties={names}")


def _open_deal(sandbox) -> str:
    is_open = {"propertyName": "hs_is_closed", "operator": "EQ", "value": "false"}
    body = {"limit": 1, "filterGroups": [{"filters": [is_open]}]}
    found = _hubspot(sandbox, "POST", "/crm/v3/objects/deals/search", body)
    return found["results"][0]["id"]


def _hubspot(sandbox, method: str, path: str, body: object = None):
    answer = httpx.request(
        method,
        sandbox.base_url + path,
        json=body,
        headers={"Authorization": f"Bearer {sandbox.info['ae_token']}"},
    )
    return answer.raise_for_status().json()
