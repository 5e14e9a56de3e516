"""Traces arrive where the usual variables point, and hold nothing of a deal."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from .people import NOTE, Ae
from .serving import serving, until


class Collector(BaseHTTPRequestHandler):
    """Takes whatever is posted to it."""

    bodies: list[tuple[str, bytes]]

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.bodies.append((self.path, self.rfile.read(length)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def collector():
    """An OTLP endpoint."""
    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        server.bodies = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_look_at_a_deal_is_traced_without_its_words(portal, dealgate, collector):
    """Delivery, reconcile, HubSpot's calls; sent at the latest when the service stops."""
    assert dealgate("setup").returncode == 0
    assert dealgate("sync").returncode == 0
    endpoint = f"http://127.0.0.1:{collector.server_port}"
    with serving(dealgate, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint) as served:
        target = {"url": f"{served.url}/webhooks/hubspot"}
        httpx.post(f"{portal.base_url}/_sandbox/webhooks/target", json=target)
        ae = Ae(portal)
        deal = ae.deal()
        ae.note(deal)
        until(lambda: ae.standing(deal) == "blocked")
        ae.close()
    assert {path for path, _ in collector.bodies} == {"/v1/traces"}
    sent = b"".join(body for _, body in collector.bodies)
    for name in (b"delivery", b"reconcile", b"hubspot", b"dealgate"):
        assert name in sent
    for word in ("Ashdown", "zebra", deal, NOTE):
        assert word.encode() not in sent
