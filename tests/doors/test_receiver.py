from __future__ import annotations

import socket
import threading
from datetime import timedelta

import httpx
import orjson
import pytest

from app.domain.deal import ObjectKey, ObjectKind
from app.ledger import open_ledger
from app.ports import Retryable, Terminal

from .serving import MAX_BODY_BYTES, NOON, PUBLIC_BASE_URL, PUBLIC_URI, serving, settings
from .signing import signed_headers

BODY = orjson.dumps([{"subscriptionType": "deal.creation", "objectId": 7}])
DEAL = ObjectKey(ObjectKind.DEAL, "7")
GOOD = signed_headers(BODY, PUBLIC_URI, NOON)


@pytest.fixture
def ledger(tmp_path):
    """An empty ledger in a file."""
    with_file = open_ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    yield with_file
    with_file.close()


class Recorder:
    """A ledger that notes what it is told, and fails when it is told to."""

    def __init__(self, failure=None):
        self.failure = failure
        self.marked = []
        self.purged = []

    def mark_ids(self, ids, *_):
        if self.failure:
            raise self.failure
        self.marked.append({ObjectKey(kind, each) for kind in ids for each in ids[kind]})
        return True

    def purge(self, contacts, *_):
        self.purged.append(set(contacts))
        return len(contacts)


def post(port, body=BODY, headers=None, target="/webhooks/hubspot"):
    """One delivery, as HubSpot would send it through a proxy that strips the public prefix."""
    headers = signed_headers(body, PUBLIC_URI, NOON) if headers is None else headers
    with httpx.Client() as client:
        return client.post(f"http://127.0.0.1:{port}{target}", content=body, headers=headers)


def stripped(**changes):
    """The public address of tests whose proxy strips nothing."""
    return settings(public_base_url="https://gate.example.com", **changes)


def test_a_signed_delivery_is_durable_before_the_answer(ledger):
    """When 204 is said, another process already finds the mark, and the workers were woken."""
    woken = threading.Event()
    with serving(ledger, woken.set) as port:
        headers = signed_headers(BODY, PUBLIC_BASE_URL + "/webhooks/hubspot", NOON)
        answer = post(port, headers=headers)
        assert (answer.status_code, answer.content) == (204, b"")
        assert [claim.key for claim in ledger.claim("another", NOON, 10)] == [DEAL]
    assert woken.is_set()


def test_query_and_escapes_are_signed_as_sent(ledger):
    """The signature covers raw path and raw query, in their order, not a rebuilt address."""
    with serving(ledger, door=stripped()) as port:
        target = "/webhooks/hubspot?b=%20x&a=%2F"
        signed = "https://gate.example.com/webhooks/hubspot?b=%20x&a=/"
        assert post(port, BODY, signed_headers(BODY, signed, NOON), target).status_code == 204
        other = "/webhooks/hubspot?a=%2F&b=%20x"
        assert post(port, BODY, signed_headers(BODY, signed, NOON), other).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        GOOD | {"x-hubspot-signature-v3": "x"},
        GOOD | {"x-hubspot-signature-v3": "\xe9\xff"},
        GOOD | {"x-hubspot-request-timestamp": "soon"},
        signed_headers(BODY, PUBLIC_URI, NOON, secret="guessed"),
        signed_headers(BODY, "http://127.0.0.1/webhooks/hubspot", NOON),
        signed_headers(BODY, PUBLIC_URI, NOON - timedelta(minutes=6)),
        signed_headers(BODY, PUBLIC_URI, NOON + timedelta(minutes=6)),
        signed_headers(BODY + b" ", PUBLIC_URI, NOON),
    ],
)
def test_a_bad_signature_is_a_plain_no(headers):
    """401 with nothing in it, whichever part was wrong, and nothing is marked."""
    ledger = Recorder()
    with serving(ledger) as port:
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        answer = post(port, headers=raw)
    assert (answer.status_code, answer.content) == (401, b"")
    assert ledger.marked == []


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_closed_without_a_secret(secrets):
    """An installation without a secret takes nobody's word, not even one signed with nothing."""
    ledger = Recorder()
    with serving(ledger, door=settings(client_secrets=lambda: secrets)) as port:
        headers = signed_headers(BODY, PUBLIC_URI, NOON, secret="")
        assert post(port, headers=headers).status_code == 401
    assert ledger.marked == []


def test_rotation():
    """Both secrets open the door while one replaces the other."""
    with serving(Recorder(), door=settings(client_secrets=lambda: ("old", "new"))) as port:
        for secret in ("old", "new"):
            headers = signed_headers(BODY, PUBLIC_URI, NOON, secret=secret)
            assert post(port, headers=headers).status_code == 204


@pytest.mark.parametrize("body", [b"", b"{}", b"[" * 500, b"\xff\xfe", b'{"events":[]}'])
def test_signed_nonsense_is_heard_once(body):
    """What no repetition would mend gets 200, so that HubSpot does not repeat it."""
    ledger = Recorder()
    with serving(ledger) as port:
        assert post(port, body).status_code == 200
    assert ledger.marked == []


def test_nothing_to_mark_costs_no_commit():
    """Echoes and unknown types are accepted without touching the database."""
    body = orjson.dumps([{"subscriptionType": "ticket.creation", "objectId": 1}])
    ledger = Recorder(failure=Retryable("must not be asked"))
    with serving(ledger) as port:
        assert post(port, body).status_code == 204


def test_oversized_is_refused_by_its_header():
    """A body that says it is too long is refused before it is read."""
    body = b"[" + b" " * MAX_BODY_BYTES + b"]"
    with serving(Recorder()) as port:
        assert post(port, body).status_code == 413


def test_oversized_is_refused_while_it_streams():
    """A body that says nothing of its length is refused once it is too long."""
    ledger = Recorder()
    headers = signed_headers(BODY, PUBLIC_URI, NOON)
    chunks = (b" " * 4096 for _ in range(2 * MAX_BODY_BYTES // 4096))
    with serving(ledger) as port, httpx.Client() as client:
        url = f"http://127.0.0.1:{port}/webhooks/hubspot"
        assert client.post(url, content=chunks, headers=headers).status_code == 413
    assert ledger.marked == []


@pytest.mark.parametrize("failure", [Retryable("busy"), Terminal("full"), RuntimeError("defect")])
def test_unstored_is_not_accepted(failure):
    """If the mark could not be stored HubSpot is asked to repeat, and after the mending it can."""
    ledger = Recorder(failure)
    with serving(ledger) as port:
        answer = post(port)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        ledger.failure = None
        assert post(port).status_code == 204
    assert ledger.marked == [{DEAL}]


def test_deliveries_share_a_commit():
    """What arrives while a commit is on its way is stored together, and nobody before it is."""

    class Slow(Recorder):
        def __init__(self):
            super().__init__()
            self.entered, self.go = threading.Event(), threading.Event()

        def mark_ids(self, ids, *_):
            self.entered.set()
            assert self.go.wait(10)
            return super().mark_ids(ids)

    ledger, answers = Slow(), []
    bodies = [
        orjson.dumps([{"subscriptionType": "deal.creation", "objectId": number}])
        for number in range(1, 9)
    ]
    with serving(ledger) as port:
        threads = [
            threading.Thread(target=lambda body=body: answers.append(post(port, body).status_code))
            for body in bodies
        ]
        threads[0].start()
        assert ledger.entered.wait(10)
        for thread in threads[1:]:
            thread.start()
        while_stored = list(answers)
        threading.Timer(0.3, ledger.go.set).start()
        for thread in threads:
            thread.join(10)
    assert while_stored == []
    assert answers == [204] * 8
    assert sum(map(len, ledger.marked)) == 8
    assert len(ledger.marked) < 8


def test_privacy_deletion_purges_before_the_answer():
    """A right to be forgotten is carried out when it is acknowledged."""
    body = orjson.dumps([{"subscriptionType": "contact.privacyDeletion", "objectId": 5}])
    ledger = Recorder()
    with serving(ledger) as port:
        assert post(port, body).status_code == 204
    contact = ObjectKey(ObjectKind.CONTACT, "5")
    assert (ledger.marked, ledger.purged) == ([{contact}], [{contact}])


def test_a_connection_broken_off_does_no_harm():
    """A sender that dies in mid-body costs nothing, and the next one is served."""
    ledger = Recorder()
    headers = signed_headers(BODY, PUBLIC_URI, NOON) | {"host": "x", "content-length": "1000"}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with serving(ledger) as port:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(f"POST /webhooks/hubspot HTTP/1.1\r\n{head}\r\n[".encode())
        assert post(port).status_code == 204
    assert ledger.marked == [{DEAL}]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_only_post(method):
    """The door has one handle."""
    with serving(Recorder()) as port, httpx.Client() as client:
        url = f"http://127.0.0.1:{port}/webhooks/hubspot"
        assert client.request(method, url).status_code == 405
