"""Servers to aim the gateway at: one that says exactly what a test scripts, over real sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest

from app.domain.deal import DealId
from app.domain.desired import OwnedNames
from app.domain.needs import Needs
from app.hubspot.client import ApiVersion, HubSpotClient
from app.hubspot.gateway import HubSpotCrm
from app.hubspot.limiter import OutboundLimiter
from app.hubspot.retry import RetryPolicy
from app.hubspot.transport import Timeouts

TOKEN = "pat-eu1-a-secret-of-the-tests"
UI_DOMAIN = "app-eu1.hubspot.com"
START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class ManualClock:
    """Stands still until it is told to move."""

    def __init__(self, now=START):
        self._now = now

    def now(self):
        return self._now

    def advance(self, seconds):
        self._now += timedelta(seconds=seconds)


@dataclass
class Request:
    """One request as the scripted server saw it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass
class Answer:
    """What the scripted server says; `raw` replaces the JSON, `manner` breaks the exchange."""

    status: int = 200
    json: Any = None
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: str = "whole"

    @property
    def content(self):
        if self.raw is not None:
            return self.raw
        return b"" if self.json is None else orjson.dumps(self.json)


CLOSE_DATE = Needs(deal_properties=("closedate",))


class ScriptedServer:
    """Answers each request with what `script` returns for it; keeps every request."""

    def __init__(self, script: Callable[[Request], Answer]):
        self.script = script
        self.requests: list[Request] = []
        self.connections = 0
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.owner = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self):
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


class Handler(BaseHTTPRequestHandler):
    """One connection to a scripted server."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.owner = self.server.owner
        self.owner.connections += 1

    def __getattr__(self, name):
        if name.startswith("do_"):  # http.server asks for do_GET, do_POST, …
            return self.answer_any
        raise AttributeError(name)

    def answer_any(self):
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        body = orjson.loads(raw) if raw else None
        request = Request(self.command, self.path, dict(self.headers.items()), body)
        self.owner.requests.append(request)
        answer = self.owner.script(request)
        if answer.manner == "drop":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json"} | dict(answer.headers)
        for name, value in headers.items():
            self.send_header(name, value)
        if answer.manner == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.write_body(answer)

    def write_body(self, answer):
        self.close_connection = answer.manner not in {"whole", "chunked"}
        if answer.manner == "whole":
            self.wfile.write(answer.content)
        elif answer.manner == "chunked":
            self.write_chunks(answer.content)
        elif answer.manner == "cut":
            self.wfile.write(answer.content[: len(answer.content) // 2])
        elif answer.manner == "silent":
            self.owner.released.wait(5)
        else:
            self.drip(answer.content)

    def write_chunks(self, content):
        for start in range(0, len(content), 700):
            chunk = content[start : start + 700]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n\r\n")

    def drip(self, content):
        with suppress(OSError):
            for byte in content:
                self.wfile.write(bytes([byte]))
                if self.owner.released.wait(0.05):
                    return

    def log_message(self, *_):
        return


class CannedPortal:
    """A few records with HubSpot's answers for them, for tests that bend single answers.

    `bend` maps a path's ending to a function (request, usual answer) -> answer. It knows no
    rules; whoever wants a portal that behaves uses the sandbox.
    """

    def __init__(self):
        self.records = {kind: {} for kind in ("deals", "contacts", "companies", "notes")}
        self.links = {}
        self.bend = {}
        self.properties = {
            "deals": ["dealname", "pipeline", "dealstage", "hubspot_owner_id", "ff_zone"],
            "contacts": ["firstname", "lastname", "email", "hs_lead_status"],
            "companies": ["name", "domain"],
        }
        self.stages = [stage("s1", 0), stage("s2", 1), stage("won", 2, closed=True, odds="1.0")]
        self.owners = {"false": [{"id": "7", "firstName": "Ada", "lastName": "Lovelace"}]}

    def add(self, kind, record_id, **properties):
        self.records[kind][record_id] = properties

    def link(self, source, source_id, target, *ids, types=()):
        ends = [{"toObjectId": int(each), "associationTypes": list(types)} for each in ids]
        self.links.setdefault((source, target), {}).setdefault(source_id, []).extend(ends)

    def __call__(self, request):
        usual = self.usual(request)
        path = request.path.partition("?")[0]
        bends = [bend for ending, bend in self.bend.items() if path.endswith(ending)]
        return bends[0](request, usual) if bends else usual

    def usual(self, request):
        path, _, query = request.path.partition("?")
        parts = path.strip("/").split("/")
        facts = {
            "details": lambda: {"portalId": 42, "uiDomain": UI_DOMAIN, "timeZone": "UTC"},
            "owners": lambda: {"results": self.owners.get(self.archived(query), [])},
            "pipelines": lambda: {
                "results": [{"id": "p", "label": "NR Scale", "stages": self.stages}]
            },
            "properties": lambda: {
                "results": [{"name": name} for name in self.properties.get(parts[3], [])]
            },
        }
        fact = facts.get(parts[-1]) or facts.get(parts[1])
        if fact is not None:
            return Answer(json=fact())
        if parts[-1] == "search":
            return self.search(request.body)
        ids = [each["id"] for each in request.body["inputs"]]
        if parts[1] == "associations":
            return self.associations(parts[3], parts[4], ids)
        return self.update(ids) if parts[-1] == "update" else self.batch(parts[3], ids)

    def archived(self, query):
        return "true" if "archived=true" in query else "false"

    def update(self, ids):
        return Answer(json={"results": [{"id": each} for each in ids]})

    def batch(self, kind, ids):
        held = self.records[kind]
        results = [{"id": each, "properties": held[each]} for each in ids if each in held]
        gone = [each for each in ids if each not in held]
        return partial(results, [not_found(gone)] if gone else [])

    def search(self, body):
        assert len(orjson.dumps(body)) <= 3_000
        stages, above = body["filterGroups"][0]["filters"]
        ids = sorted(
            int(each)
            for each, properties in self.records["deals"].items()
            if properties.get("dealstage") in stages["values"] and int(each) > int(above["value"])
        )
        page = [{"id": str(each), "properties": {}} for each in ids[: body["limit"]]]
        return Answer(json={"total": len(ids), "results": page})

    def associations(self, source, target, ids):
        links = self.links.get((source, target), {})
        rows = [{"from": {"id": each}, "to": links[each]} for each in ids if each in links]
        return partial(rows, [no_associations(each) for each in ids if each not in links])


def stage(stage_id, order, *, closed=False, odds="0.2"):
    """A pipeline stage as HubSpot prints it: the metadata are strings."""
    metadata = {"isClosed": str(closed).lower(), "probability": odds}
    return {"id": stage_id, "label": f"Stage {stage_id}", "displayOrder": order} | {
        "metadata": metadata
    }


def partial(results, errors):
    """A batch's answer: 207 when it has errors."""
    body = {"status": "COMPLETE", "results": results}
    return Answer(status=207, json=body | {"errors": errors}) if errors else Answer(json=body)


def not_found(ids):
    """HubSpot's row error for records that do not exist."""
    return {"status": "error", "category": "OBJECT_NOT_FOUND", "context": {"ids": ids}}


def no_associations(source_id):
    """HubSpot's row error for a record without associations."""
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "context": {"fromObjectId": [source_id]},
    }


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still."""
    return ManualClock()


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Request], Answer]], ScriptedServer]]:
    """Starts scripted servers and closes them after the test."""
    servers = []

    def start(script):
        servers.append(ScriptedServer(script))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def answer() -> type[Answer]:
    """The scripted server's words."""
    return Answer


@pytest.fixture
def connect(clock) -> Iterator[Callable[..., HubSpotClient]]:
    """Builds clients that wait next to nothing; closes them after the test."""
    clients = []

    def build(url, *, api_version=ApiVersion.MARCH_2026, token=TOKEN, **options):
        settings = {
            "limiter": OutboundLimiter(requests_per_10_seconds=10_000, searches_per_second=10_000),
            "retry": RetryPolicy(
                attempts=3, first_backoff_seconds=0.01, inline_wait_seconds=0.1, jitter=lambda: 0.0
            ),
            "timeouts": Timeouts(connect_seconds=1, read_seconds=0.5, body_seconds=0.6),
        }
        client = HubSpotClient(
            access_token=lambda: token,
            clock=clock,
            base_url=url,
            api_version=api_version,
            **(settings | options),
        )
        clients.append(client)
        return client

    yield build
    for client in clients:
        client.close()


@pytest.fixture
def canned() -> CannedPortal:
    """A deal with a contact, a company and a note on each of the three."""
    portal = CannedPortal()
    portal.add("deals", "1", dealname="Acme", pipeline="p", dealstage="s1", hubspot_owner_id="7")
    portal.add("contacts", "11", firstname="Grace", lastname="Hopper", email=None)
    portal.add("companies", "21", name="Acme Inc")
    for note, carrier, carrier_id in (("31", "deals", "1"), ("32", "contacts", "11")):
        portal.add("notes", note, hs_note_body=f"note {note}", hs_timestamp="1763640000000")
        portal.link(carrier, carrier_id, "notes", note)
    portal.add("notes", "33", hs_note_body=None, hs_timestamp="2025-11-20T11:00:00Z")
    portal.link("companies", "21", "notes", "33")
    portal.link("deals", "1", "contacts", "11", types=[label("Champion", 28), label(None, 3)])
    portal.link("deals", "1", "companies", "21", types=[label("Primary", 5)])
    return portal


def label(text, type_id):
    """One way in which two records are associated."""
    category = "USER_DEFINED" if type_id == 28 else "HUBSPOT_DEFINED"
    return {"category": category, "typeId": type_id, "label": text}


@pytest.fixture
def gateway(connect, clock) -> Iterator[Callable[..., HubSpotCrm]]:
    """Builds gateways at an address; closes them after the test."""
    gateways = []

    def build(url, *, needs=CLOSE_DATE, threads=6, **client_options):
        crm = HubSpotCrm(
            connect(url, **client_options),
            clock,
            needs=needs,
            names=OwnedNames(),
            threads=threads,
        )
        gateways.append(crm)
        return crm

    yield build
    for crm in gateways:
        crm.close()


@pytest.fixture
def observe(serve, gateway, canned):
    """Observes deals of the canned portal."""

    def run(*ids, **options):
        return gateway(serve(canned).url, **options).observe([DealId(each) for each in ids or "1"])

    return run
