"""The whole story once more, through a recorder: HubSpot's own specifications judge the traffic.

Both sides are judged: the requests of the service and of the AEs, and the answers of the sandbox.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from app.demo.play import Play
from app.demo.portal import AePortal
from app.demo.stage import Stage, StageOptions
from app.demo.story import STORY, Cast

TOOLS = Path(__file__).parents[2].parent / "shared" / "tools"

pytestmark = [
    pytest.mark.wire,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not (TOOLS / "wire_check.py").exists(),
        reason="HubSpot's published specifications are not beside this checkout",
    ),
]


@contextmanager
def recorder(target: str, out: Path):
    """A reverse proxy before the sandbox that writes every exchange to a file."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [TOOLS / "record_proxy.py", "--target", target, "--port", port, "--out", out]
    with subprocess.Popen([sys.executable, *map(str, command)]) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(200):
                try:
                    httpx.get(f"{address}/__record_proxy__/health").raise_for_status()
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
            yield address
        finally:
            process.terminate()


@pytest.mark.parametrize("version", ["2026-03", "classic"])
def test_nothing_on_the_wire_contradicts_hubspot(tmp_path, version):
    """wire_check finds nothing in the requests nor in the answers of the whole demonstration."""
    traffic = tmp_path / "traffic.jsonl"
    with (
        Stage(StageOptions(folder=tmp_path, latency_ms=0, settle_seconds=0.2)) as stage,
        recorder(stage.info["base_url"], traffic) as proxy,
    ):
        stage.environment |= {"HUBSPOT_BASE_URL": proxy, "HUBSPOT_API_VERSION": version}
        stage.run("setup")
        stage.run("sync", "--full")
        stage.serve()
        portal = AePortal(proxy, stage.info["ae_token"])
        cast = Cast(portal, lambda: datetime.now(UTC))  # noqa: TID251 - AEs live in real time
        Play(portal, cast, Console(file=StringIO())).perform(STORY)
        portal.close()
    judged = subprocess.run(
        [
            sys.executable,
            TOOLS / "wire_check.py",
            traffic,
            "--families=classic,2026-03",
            "--ignore-path=^/_sandbox",
            "--ignore-path=^/slack",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout[-4_000:]
