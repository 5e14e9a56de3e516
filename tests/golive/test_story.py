"""From an empty portal to the demonstration's story: what setup made is what the service needs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO

import httpx
from rich.console import Console

from app.demo.play import Play
from app.demo.portal import AePortal
from app.demo.story import STORY, Cast

from .serving import serving


def test_an_empty_portal_is_set_up_examined_and_played_on(portal, dealgate):
    """Setup, baseline, doctor all green, every scene as expected; setup again changes nothing."""
    assert dealgate("setup", "--lead-status", "UNRESPONSIVE").returncode == 0
    assert dealgate("sync", "--full").returncode == 0
    with serving(dealgate, HUBSPOT_BURST_PER_10_SECONDS="190") as served:
        target = {"url": f"{served.url}/webhooks/hubspot"}
        httpx.post(f"{portal.base_url}/_sandbox/webhooks/target", json=target)
        examined = dealgate("doctor", "--json", PUBLIC_BASE_URL=served.url)
        lines = json.loads(examined.stdout)["lines"]
        assert {line["state"] for line in lines} == {"ok"}, examined.stdout
        ae = AePortal(portal.base_url, portal.info["ae_token"])
        cast = Cast(ae, lambda: datetime.now(UTC))  # noqa: TID251 - AEs live in real time
        try:
            Play(ae, cast, Console(file=StringIO())).perform(STORY)
        finally:
            ae.close()
    assert "nothing to do" in dealgate("setup", "--lead-status", "UNRESPONSIVE").stdout
