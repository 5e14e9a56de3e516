"""Third parties as judges: HubSpot's own clients, and HubSpot's published API description."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from app.sandbox.portal.limits import Quota

from .people import SERVICE_TOKEN
from .scenarios import dated_paths, official_client

HERE = Path(__file__).parent
SHARED = Path(__file__).parents[3].parent / "shared"
PROXY = SHARED / "tools" / "record_proxy.py"
CHECK = SHARED / "tools" / "wire_check.py"
NODE_SCRIPT = HERE / "official_client.mjs"
START_LIMIT_SECONDS = 20
RUN_LIMIT_SECONDS = 60


@pytest.fixture(autouse=True)
def unhurried(portal):
    """These tests are about shapes, not about how many calls a second there are."""
    portal.limits.set(Quota(calls_per_10_seconds=100_000, searches_per_second=100_000))


@pytest.fixture
def recorded(portal_url, tmp_path):
    """A recording proxy before the portal: its URL, and the file it writes."""
    if not PROXY.exists():
        pytest.skip("the published API description is not beside this checkout")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    traffic = tmp_path / "traffic.jsonl"
    arguments = ["--target", portal_url, "--port", str(port), "--out", str(traffic)]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen([sys.executable, str(PROXY), *arguments]) as process:
        deadline = time.monotonic() + START_LIMIT_SECONDS
        while True:
            try:
                httpx.get(f"{url}/__record_proxy__/health")
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline, "the recording proxy did not start"
                time.sleep(0.05)
        yield url, traffic
        process.terminate()


def test_hubspots_python_client_works_against_the_portal(portal_url, seeded):
    """Lists, batches, search, associations, notes, owners, pipelines, properties, refusals."""
    official_client(portal_url, seeded)


@pytest.mark.wire
def test_every_answer_fits_the_published_description(recorded, seeded):
    """Classic and dated traffic, good and refused: no finding on any response."""
    url, traffic = recorded
    official_client(url, seeded)
    headers = {"authorization": f"Bearer {SERVICE_TOKEN}"}
    with httpx.Client(base_url=url, headers=headers) as api:
        dated_paths(api, seeded)
    judged = subprocess.run(
        [sys.executable, str(CHECK), str(traffic), "--requests", "note"],
        capture_output=True,
        text=True,
        timeout=RUN_LIMIT_SECONDS,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout[-6000:] + judged.stderr


def test_hubspots_node_client_works_against_the_portal(portal_url, seeded):
    """The npm client: list, batch read, search, associations, update, note, refusals."""
    node = shutil.which("node")
    prefix = Path(os.environ.get("DEALGATE_NPM_PREFIX", str(HERE.parent)))
    package = prefix / "node_modules" / "@hubspot" / "api-client" / "package.json"
    if node is None or not package.exists():
        reason = "needs node and the package @hubspot/api-client under DEALGATE_NPM_PREFIX"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    run = subprocess.run(
        [node, str(NODE_SCRIPT)],
        env={
            **os.environ,
            "PACKAGE": str(package),
            "PORTAL_URL": portal_url,
            "TOKEN": SERVICE_TOKEN,
            "DEAL": str(seeded["deal1"]),
            "CONTACT": str(seeded["contact"]),
        },
        capture_output=True,
        text=True,
        timeout=RUN_LIMIT_SECONDS,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.strip() == "all steps done"
