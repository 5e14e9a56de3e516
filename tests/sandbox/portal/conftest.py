"""A small portal behind a real server, with a clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette

from app.sandbox.clock import SandboxClock
from app.sandbox.portal import Portal, portal_routes
from app.sandbox.portal.tokens import ALL_SCOPES

from .people import PERSON, PERSON_TOKEN, SERVICE, SERVICE_TOKEN
from .serving import Stage, serving

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def stage():
    """What the session's server plays."""
    return Stage()


@pytest.fixture(scope="session")
def server_url(stage):
    """The session's one server."""
    with serving(stage) as url:
        yield url


@pytest.fixture
def clock():
    """Noon, until a test moves it."""
    return SandboxClock(NOON.timestamp)


@pytest.fixture
def portal(clock):
    """An account with one pipeline of four stages, two owners (one departed) and two tokens."""
    portal = Portal(clock=clock, portal_id=147_000_001, search_lag_seconds=2)
    portal.pipelines.add(
        "deals",
        "NR Scale",
        [
            ("1001", "1-Discovery", 0.1, False),
            ("1002", "2-Diagnose", 0.4, False),
            ("1003", "Closed won", 1, True),
            ("1004", "Closed lost", 0, True),
        ],
        pipeline_id="900",
    )
    portal.owners.add("Ada", "Present", "ada@example.com", user_id=PERSON.user_id)
    portal.owners.add("Bo", "Departed", "bo@example.com", user_id=98_499_706, active=False)
    portal.tokens.add(SERVICE_TOKEN, ALL_SCOPES, SERVICE, "service_key", app_id=51_879_189)
    portal.tokens.add(PERSON_TOKEN, ALL_SCOPES, PERSON, "user", app_id=1)
    return portal


@pytest.fixture
def changes(portal):
    """Every change that the portal tells of, in order."""
    heard = []
    portal.subscribe(heard.extend)
    return heard


@pytest.fixture
def portal_url(portal, stage, server_url):
    """The portal's base URL."""
    application = Starlette(routes=portal_routes(portal))
    application.router.redirect_slashes = False
    stage.playing = application
    return server_url


@pytest.fixture
def api(portal_url):
    """A client with the service's token."""
    headers = {"authorization": f"Bearer {SERVICE_TOKEN}"}
    with httpx.Client(base_url=portal_url, headers=headers) as client:
        yield client


@pytest.fixture
def seeded(portal):
    """Five deals (two of them closed), a contact and a company on the first; ids by name."""
    store = portal.store
    stages = ("1001", "1002", "1001", "1003", "1004")
    ids = {
        f"deal{number}": store.create(
            "deals",
            {
                "dealname": f"Deal {number}",
                "dealstage": stage_id,
                "pipeline": "900",
                "amount": str(1000 * number),
                "closedate": f"2026-12-0{number}T00:00:00Z",
            },
            actor=PERSON,
            quiet=True,
        )
        for number, stage_id in enumerate(stages, 1)
    }
    ids["contact"] = store.create(
        "contacts",
        {"email": "cleo@example.com", "firstname": "Cleo", "hs_lead_status": "OPEN"},
        actor=PERSON,
        quiet=True,
    )
    ids["company"] = store.create("companies", {"name": "Acme"}, actor=PERSON, quiet=True)
    for to_type, name in (("contacts", "contact"), ("companies", "company")):
        store.associate("deals", ids["deal1"], to_type, ids[name], actor=PERSON, quiet=True)
    return ids
