"""The service against its own description: whatever is sent, no 5xx and no undocumented status."""

from __future__ import annotations

import os
import socket
import threading

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from app.main import compose, create_app
from app.patience import PatientProtocol
from app.wiring import build
from config.settings import Settings

from .serving import until

EXAMPLES = int(os.environ.get("DEALGATE_OPENAPI_EXAMPLES", "200" if "CI" in os.environ else "40"))


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """The composed service without a portal: its threads are not started."""
    folder = tmp_path_factory.mktemp("service")
    built = build(
        Settings(
            _env_file=None,
            hubspot_access_token="none",
            hubspot_client_secret="secret",
            hubspot_base_url="http://127.0.0.1:9",
            database_url=f"sqlite:///{folder}/ledger.sqlite3",
        )
    )
    yield built
    built.close()


def test_every_path_is_described(service):
    """The description holds the probes and the webhook, each with its statuses."""
    paths = compose(service).openapi()["paths"]
    assert set(paths) == {"/healthz", "/readyz", "/metrics", "/webhooks/hubspot"}
    assert set(paths["/webhooks/hubspot"]["post"]["responses"]) == {
        "200", "204", "400", "401", "408", "413", "503"
    }  # fmt: skip


@pytest.fixture(scope="module")
def address(service):
    """The same on a socket, with the protocol that `dealgate serve` uses."""
    config = uvicorn.Config(
        create_app(service), http=PatientProtocol, log_config=None, access_log=False, lifespan="off"
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        until(lambda: server.started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@pytest.mark.parametrize(
    ("method", "path", "modes"),
    [
        ("GET", "/healthz", [GenerationMode.POSITIVE]),
        ("GET", "/readyz", [GenerationMode.POSITIVE]),
        ("GET", "/metrics", [GenerationMode.POSITIVE]),
        ("POST", "/webhooks/hubspot", list(GenerationMode)),
    ],
)
def test_nothing_that_is_sent_breaks_it(service, address, method, path, modes):
    """Headers and bodies of every kind, fitting the description and not; no status but its own."""
    document = compose(service).openapi()
    allowed = {int(each) for each in document["paths"][path][method.lower()]["responses"]}
    # Readiness may say no here, where no thread was started; nothing else may fail.
    expected = allowed - (set() if path == "/readyz" else {503})
    operation = schemathesis.openapi.from_dict(document)[path][method]
    for mode in modes:
        _try(operation.as_strategy(generation_mode=mode), address, expected)


def _try(strategy, address, expected):
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def holds(case):
        assert case.call(base_url=address).status_code in expected

    holds()
