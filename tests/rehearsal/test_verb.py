"""`dealgate policy rehearse` and `dealgate check --at` on a portal over real sockets."""

from __future__ import annotations

import csv
import json
import os
import stat
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from app.sandbox.options import Options
from app.sandbox.start import Sandbox
from tests.policies.verbs import varied

ROOT = Path(__file__).parents[2]
READS = ("batch/read", "/search")
pytestmark = [pytest.mark.xdist_group("rehearsal"), pytest.mark.slow]


@pytest.fixture(scope="module")
def sandbox():
    """A sales team's portal on a real socket."""
    with Sandbox(Options(scenario="story", deals=0, seed=3, search_lag_seconds=0)) as running:
        yield running


@pytest.fixture
def dealgate(tmp_path, sandbox):
    """Runs a verb beside the sandbox; without a token it has no portal."""

    def run(*verb: str | Path, offline: bool = False) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            **({} if offline else sandbox.info["env"]),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'ledger.sqlite3'}",
        }
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *map(str, verb)],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    return run


@pytest.fixture
def draft(tmp_path):
    """The shipped policy, milder in its first three criteria."""
    milder = [("severity: blocker", "severity: warning")] * 3
    return varied(tmp_path, *milder, name="draft.yaml")


def records(sandbox, kind):
    """The records of a kind in the portal."""
    return sandbox.portal.store.table(kind).after(0, archived=False)


def open_deals(sandbox):
    """The open deals of the portal, by its own search."""
    is_open = {"propertyName": "hs_is_closed", "operator": "EQ", "value": "false"}
    answer = httpx.post(
        f"{sandbox.base_url}/crm/v3/objects/deals/search",
        headers={"Authorization": f"Bearer {sandbox.info['service_token']}"},
        json={"limit": 100, "filterGroups": [{"filters": [is_open]}]},
    )
    return answer.raise_for_status().json()["results"]


def contents(sandbox):
    """Every record of the portal with its values."""
    kinds = ("deals", "contacts", "companies", "notes")
    return {(kind, each.id): dict(each.values) for kind in kinds for each in records(sandbox, kind)}


def test_a_rehearsal_reads_and_never_writes(sandbox, dealgate, draft, tmp_path):
    """Every call is a read, the portal is as it was, and a saved set gives the same answer."""
    before = contents(sandbox)
    sandbox.site.calls.reset()
    saved, table = tmp_path / "deals.jsonl", tmp_path / "deals.csv"
    live = dealgate("policy", "rehearse", draft, "--json", "--save", saved, "--csv", table)
    assert live.returncode == 0, live.stderr
    calls = sandbox.site.calls.shown()["by_operation"]
    assert calls
    assert [c for c in calls if not c.startswith("GET ") and not c.endswith(READS)] == []
    assert contents(sandbox) == before

    data = json.loads(live.stdout)
    assert data["summary"]["total"]["n"] == len(open_deals(sandbox)) == len(data["deals"])
    assert data["summary"]["total"]["counts"]["no_longer_blocked"] > 0
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert [row["effect"] for row in rows] == [deal["effect"] for deal in data["deals"]]

    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert "keep it on this machine" in live.stderr
    sandbox.site.calls.reset()
    again = dealgate("policy", "rehearse", draft, "--json", "--snapshots", saved, offline=True)
    assert json.loads(again.stdout) == data
    assert sandbox.site.calls.shown()["total"] == 0


def test_a_rehearsal_is_told_by_owner_stage_and_deal(dealgate, draft):
    """With n, the deals it concerns and what differs."""
    said = dealgate("policy", "rehearse", draft, "--limit", "30").stdout
    assert "(n = 30)" in said
    assert "By owner" in said
    assert "By stage" in said
    assert "why_change warns, until now blocks: " in said


def test_history_covers_deals_that_were_won_and_lost(sandbox, dealgate, draft):
    """Closed deals of the window are counted, by what became of them, and nothing is written."""
    before = contents(sandbox)
    done = dealgate("policy", "rehearse", draft, "--history", "365", "--json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    fates = {fate: each["n"] for fate, each in data["draft"]["by_fate"].items()}
    assert set(fates) == {"won", "lost", "open"}
    assert sum(fates.values()) == data["draft"]["total"]["n"]
    assert data["draft"]["total"]["stopped"] <= data["in_force"]["total"]["stopped"]
    assert "lead_status_open_deal" in data["draft"]["untold"]
    assert contents(sandbox) == before


@pytest.fixture
def deal(sandbox):
    """An open deal, and when it was opened."""
    record = open_deals(sandbox)[0]
    return record["id"], datetime.fromisoformat(record["createdAt"])


def test_a_deal_is_judged_as_it_was(deal, dealgate):
    """With what was known then; what has no history is unknown."""
    deal_id, opened_at = deal
    moment = (opened_at + timedelta(minutes=1)).isoformat()
    opened = json.loads(dealgate("check", deal_id, "--at", moment, "--json").stdout)
    states = {finding["criterion"]: finding["state"] for finding in opened["findings"]}
    assert states["lead_status_open_deal"] == "unknown"
    assert states["stage_known"] == "met"


def test_a_deal_that_did_not_exist_then_is_refused(deal, dealgate):
    """With the moment at which it was opened."""
    deal_id, opened_at = deal
    done = dealgate("check", deal_id, "--at", (opened_at - timedelta(days=1)).isoformat())
    assert done.returncode == 2
    assert "did not exist then; it was opened on" in done.stderr


def test_a_moment_ahead_is_refused(deal, dealgate):
    """Nobody knows what will be known."""
    done = dealgate("check", deal[0], "--at", "2999-01-01")
    assert done.returncode == 2
    assert "lies ahead" in done.stderr


def test_a_word_that_is_no_moment_is_refused(dealgate):
    """With the form that is expected, before anything is asked."""
    done = dealgate("check", "1", "--at", "yesterday", offline=True)
    assert done.returncode == 2
    assert "ISO 8601" in done.stderr
