"""The gateway's own traffic, recorded and held against HubSpot's published OpenAPI files."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.domain.deal import ObjectKey, ObjectKind, deal_key
from app.domain.desired import OwnedNames
from app.hubspot.client import ApiVersion
from app.hubspot.owned import definitions
from app.hubspot.probe import missing_for_setup, probe
from app.hubspot.properties import plan
from app.hubspot.steps import provision
from app.ports import Change
from app.sandbox.options import Options
from app.sandbox.start import Sandbox

SHARED = Path(__file__).parents[2].parent / "shared"
TOOLS = SHARED / "tools"
START_SECONDS = 20

pytestmark = [
    pytest.mark.wire,
    pytest.mark.skipif(not TOOLS.is_dir(), reason="HubSpot's OpenAPI files are not beside us"),
]


@contextmanager
def recording(target, out):
    """A recording proxy in front of an address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, str(TOOLS / "record_proxy.py"), "--target", target]
    with subprocess.Popen(
        [*command, "--port", str(port), "--out", str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as proxy:
        try:
            wait_for(f"{address}/__record_proxy__/health")
            yield address
        finally:
            proxy.terminate()


def wait_for(address):
    """Return when there is an answer."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address).close()  # noqa: S310 - our own proxy
        except urllib.error.URLError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"no answer from {address}")


def work(crm, client):
    """Everything that the gateway ever does, good and bad rows included."""
    names = OwnedNames()
    assert probe(client).problems == ()
    assert missing_for_setup(client) == ()
    for criteria in ([("why_now", "Why now?")], [("why_now", "Why now?"), ("exit_1a", "Exit 1a")]):
        list(provision(client, plan(client, names, definitions(names, criteria)).steps))
    crm.warm()
    deal_ids = list(crm.open_deals())
    snapshots = crm.observe([*deal_ids, "404"]).snapshots
    keys = [
        ObjectKey(kind, each.id)
        for snapshot in snapshots.values()
        for kind, found in (
            (ObjectKind.CONTACT, snapshot.contacts),
            (ObjectKind.COMPANY, snapshot.companies),
            (ObjectKind.NOTE, snapshot.notes),
        )
        for each in found
    ]
    assert crm.deals_of([*keys, ObjectKey(ObjectKind.NOTE, "404")])
    changes = [Change(deal_key(each), {"ff_stage_blockers": "why_now"}) for each in deal_ids]
    changes.append(Change(deal_key(deal_ids[0]), {"ff_zone": "no such zone"}))
    changes.append(Change(keys[0], {"ff_qualification": ""}))
    assert len(crm.apply(changes)) == 1


@pytest.mark.parametrize("version", [ApiVersion.CLASSIC, ApiVersion.MARCH_2026])
def test_traffic_is_as_hubspot_publishes_it(version, gateway, tmp_path):
    """Neither our requests nor the sandbox's answers hold what HubSpot's own files do not know."""
    traffic = tmp_path / "traffic.jsonl"
    with (
        Sandbox(Options(search_lag_seconds=0, deals=120)) as sandbox,
        recording(sandbox.base_url, traffic) as address,
    ):
        crm = gateway(address, token=sandbox.info["service_token"], api_version=version)
        work(crm, crm._client)
    checked = subprocess.run(
        [sys.executable, str(TOOLS / "wire_check.py"), str(traffic)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert traffic.read_text().count("\n") > 30
