"""The seam over hubspot-api-client, against a server that says exactly what a test scripts."""

import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest

from app.hubspot import errors
from app.hubspot.client import ApiVersion
from app.hubspot.limiter import OutboundLimiter
from app.hubspot.retry import RetryPolicy
from app.hubspot.transport import Timeouts
from app.ports import Retryable, Terminal

ONCE = RetryPolicy(attempts=1)
EMPTY = {"results": []}


def every_operation(client):
    """Each operation of the seam, once."""
    client.read_batch("deals", ["1"], ["dealname"])
    client.update_batch("contacts", [{"id": "1", "properties": {}}])
    client.update_record("companies", "1", {})
    client.list_records("notes", 1)
    client.search("deals", {"limit": 1})
    client.read_associations("deals", "contacts", [{"id": "1"}])
    client.account()
    client.pipelines()
    client.owners(archived=True, after="7")
    client.properties("deals")
    client.create_property("deals", {"name": "ff_x"})
    client.update_property("deals", "ff_x", {"label": "X"})
    client.property_groups("deals")
    client.create_property_group("deals", {"name": "ff"})


@pytest.mark.parametrize("version", ["2026-03", "2026-09"])
def test_every_operation_goes_to_the_dated_path(serve, answer, connect, version):
    """Nothing reaches the v3 and v4 paths that end in 2027."""
    server = serve(lambda _: answer(json=EMPTY))
    every_operation(connect(server.url, api_version=ApiVersion(version)))
    assert [f"{each.method} {each.path}" for each in server.requests] == [
        f"POST /crm/objects/{version}/deals/batch/read",
        f"POST /crm/objects/{version}/contacts/batch/update",
        f"PATCH /crm/objects/{version}/companies/1",
        f"GET /crm/objects/{version}/notes?limit=1",
        f"POST /crm/objects/{version}/deals/search",
        f"POST /crm/associations/{version}/deals/contacts/batch/read",
        f"GET /account-info/{version}/details",
        f"GET /crm/pipelines/{version}/deals",
        f"GET /crm/owners/{version}?after=7&limit=100&archived=true",
        f"GET /crm/properties/{version}/deals",
        f"POST /crm/properties/{version}/deals",
        f"PATCH /crm/properties/{version}/deals/ff_x",
        f"GET /crm/properties/{version}/deals/groups",
        f"POST /crm/properties/{version}/deals/groups",
    ]


def test_classic_keeps_the_librarys_paths(serve, answer, connect):
    """`classic` is the way back, should a dated version misbehave."""
    server = serve(lambda _: answer(json=EMPTY))
    every_operation(connect(server.url, api_version=ApiVersion.CLASSIC))
    assert {each.path.split("/")[2] for each in server.requests} == {"v3", "v4"}
    assert server.requests[8].path == "/crm/v3/owners?after=7&limit=100&archived=true"


def test_the_token_and_the_body_go_out_as_hubspot_wants_them(serve, answer, connect):
    """Bearer token, JSON, no parameter that HubSpot does not know."""
    server = serve(lambda _: answer(json=EMPTY))
    connect(server.url).read_batch("deals", ["1", "2"], ["dealname"])
    (request,) = server.requests
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["authorization"] == "Bearer pat-eu1-a-secret-of-the-tests"
    assert headers["content-type"] == "application/json"
    assert request.body == {
        "inputs": [{"id": "1"}, {"id": "2"}],
        "properties": ["dealname"],
        "propertiesWithHistory": [],
    }


def test_connections_are_kept_and_shared(serve, answer, connect):
    """Twenty calls through different API objects use one connection."""
    server = serve(lambda _: answer(json=EMPTY))
    client = connect(server.url)
    for _ in range(5):
        client.read_batch("deals", ["1"], [])
        client.read_associations("deals", "notes", [{"id": "1"}])
        client.pipelines()
        client.owners(archived=False)
    assert len(server.requests) == 20
    assert server.connections == 1


def test_connections_are_bounded(serve, answer, connect):
    """More threads than connections wait for one instead of opening more."""
    server = serve(lambda _: answer(json=EMPTY))
    client = connect(server.url, connections=3)
    with ThreadPoolExecutor(12) as threads:
        list(threads.map(lambda n: client.read_batch("deals", [str(n)], []), range(60)))
    assert len(server.requests) == 60
    assert server.connections <= 3


BROKEN = {
    "an HTML page of the edge": {"status": 521, "raw": b"<html>web server is down</html>"},
    "a page that is not UTF-8": {"status": 502, "raw": b"\xff\xfe\x00bad gateway"},
    "a dropped connection": {"manner": "drop"},
    "an answer cut short": {"json": {"results": [1] * 500}, "manner": "cut"},
    "JSON cut short": {"raw": b'{"results": ['},
    "an HTML page with status 200": {"raw": b"<html>please log in</html>"},
    "a server that never answers": {"json": EMPTY, "manner": "silent"},
    "an answer that drips in": {"raw": orjson.dumps({"x": "y" * 500}), "manner": "drip"},
    "a lock": {"status": 423},
    "a migration": {"status": 477, "headers": {"Retry-After": "60"}},
    "a rate limit": {"status": 429, "json": {"policyName": "TEN_SECONDLY_ROLLING"}},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_what_breaks_on_the_way_is_retryable_and_takes_bounded_time(serve, answer, connect, broken):
    """No broken exchange escapes as another exception, hangs, or is taken for an answer."""
    server = serve(lambda _: answer(**broken))
    client = connect(server.url, retry=ONCE)
    started = time.monotonic()
    with pytest.raises(Retryable) as caught:
        client.read_batch("deals", ["1"], [])
    assert time.monotonic() - started < 3
    assert "batch/read" in str(caught.value)
    assert "pat-eu1" not in str(caught.value)


def test_an_unreachable_host_is_retryable(connect):
    """A refused connection heals when the network does."""
    with pytest.raises(errors.Unavailable, match="could not be reached"):
        connect("http://127.0.0.1:9", retry=ONCE).pipelines()


def test_a_redirect_is_not_followed(serve, answer, connect):
    """The token is not carried to another address."""
    elsewhere = serve(lambda _: answer(json=EMPTY))
    server = serve(lambda _: answer(status=302, headers={"Location": elsewhere.url}))
    with pytest.raises(Terminal, match="HUBSPOT_BASE_URL"):
        connect(server.url).pipelines()
    assert elsewhere.requests == []


@pytest.mark.parametrize("kind", ["drop", "status"])
def test_a_passing_failure_is_tried_again(serve, answer, connect, kind):
    """A reset and a 503 cost the caller a moment and nothing else."""
    broken = answer(manner="drop") if kind == "drop" else answer(status=503)
    server = serve(lambda _: broken if len(server.requests) == 1 else answer(json=EMPTY))
    assert connect(server.url).read_batch("deals", ["1"], []) == EMPTY
    assert len(server.requests) == 2


def test_a_refusal_of_the_request_is_not_tried_again(serve, answer, connect):
    """400 would fail the same way."""
    server = serve(lambda _: answer(status=400, json={"category": "VALIDATION_ERROR"}))
    with pytest.raises(errors.Invalid):
        connect(server.url).read_batch("deals", ["1"], [])
    assert len(server.requests) == 1


def test_one_refusal_pauses_every_thread(serve, answer, connect):
    """After a 429 nobody sends before its time is over, whoever met it."""
    throttled = answer(status=429, headers={"Retry-After": "0.5"})
    arrivals = []
    lock = threading.Lock()

    def script(_):
        with lock:
            arrivals.append(time.monotonic())
            return throttled if len(arrivals) == 1 else answer(json=EMPTY)

    server = serve(script)
    client = connect(
        server.url,
        retry=RetryPolicy(attempts=4, jitter=lambda: 0.0),
        limiter=OutboundLimiter(requests_per_10_seconds=1_000),
    )
    with ThreadPoolExecutor(6) as threads:
        first = threads.submit(client.read_batch, "deals", ["0"], [])
        time.sleep(0.15)
        rest = [threads.submit(client.read_batch, "deals", [str(n)], []) for n in range(5)]
        assert all(each.result() == EMPTY for each in (first, *rest))
    assert min(arrivals[1:]) - arrivals[0] >= 0.45


def test_a_daily_quota_is_raised_at_once_with_the_time_until_midnight(serve, answer, connect):
    """Twelve hours are not slept through, and no other call even asks for a while."""
    server = serve(lambda _: answer(status=429, json={"policyName": "DAILY"}))
    client = connect(server.url)
    with pytest.raises(Retryable) as caught:
        client.read_batch("deals", ["1"], [])
    assert caught.value.after_seconds == 12 * 3_600
    for call in (client.pipelines, lambda: client.search("deals", {})):
        with pytest.raises(Retryable) as caught:
            call()
        assert caught.value.after_seconds == pytest.approx(900, abs=5)
    assert len(server.requests) == 1


def test_a_migration_of_the_account_stops_everyone(serve, answer, connect):
    """HubSpot says for how long; until then nothing is sent."""
    server = serve(lambda _: answer(status=477, headers={"Retry-After": "300"}))
    client = connect(server.url)
    for _ in range(3):
        with pytest.raises(Retryable) as caught:
            client.pipelines()
        assert caught.value.after_seconds == pytest.approx(300, abs=5)
    assert len(server.requests) == 1


def test_a_limit_per_second_holds_back_its_own_kind_of_call(serve, answer, connect):
    """Searches wait; deals are read meanwhile."""
    throttled = answer(status=429, json={"policyName": "SECONDLY"})
    server = serve(lambda each: throttled if "/search" in each.path else answer(json=EMPTY))
    client = connect(server.url, retry=ONCE)
    with pytest.raises(Retryable):
        client.search("deals", {})
    started = time.monotonic()
    assert client.read_batch("deals", ["1"], []) == EMPTY
    assert time.monotonic() - started < 0.5


def test_a_compressed_answer_in_chunks_is_read_whole(serve, answer, connect):
    """As HubSpot's edge sends them."""
    rows = {"results": [{"id": str(n)} for n in range(5_000)]}
    packed = gzip.compress(orjson.dumps(rows))
    encoding = {"Content-Encoding": "gzip"}
    server = serve(lambda _: answer(raw=packed, headers=encoding, manner="chunked"))
    client = connect(server.url)
    for _ in range(3):
        assert client.pipelines() == rows
    assert server.connections == 1


def test_a_slow_answer_within_its_time_is_an_answer(serve, answer, connect):
    """The deadline is for the whole answer, not for a byte."""
    server = serve(lambda _: answer(raw=b'{"results": []}', manner="drip"))
    slow = Timeouts(connect_seconds=1, read_seconds=0.5, body_seconds=5)
    assert connect(server.url, timeouts=slow).pipelines() == EMPTY
