"""Whatever HubSpot answers, well-formed or not, the gateway answers in its own words."""

import copy
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.deal import DealId, ObjectKey, ObjectKind
from app.domain.desired import OwnedNames
from app.domain.needs import Needs
from app.hubspot.gateway import HubSpotCrm
from app.hubspot.meter import Meter
from app.ports import Change, Failure

ASKED = ("1", "2", "3")
EVERYTHING = Needs(history=("dealstage",), activities=True, siblings=True)
SECRET = "a secret note"

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "1", "2", "true", SECRET]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["id", "results", "to", "context"]), inner, max_size=2)
    ),
    max_leaves=4,
)
paths = st.lists(st.integers(0, 7), min_size=0, max_size=7)
damages = st.dictionaries(
    st.sampled_from(
        [
            "read_batch deals",
            "read_batch contacts",
            "read_batch notes",
            "read_associations deals contacts",
            "read_associations deals notes",
            "read_associations contacts notes",
            "read_batch emails",
            "read_batch calls",
            "read_associations deals meetings",
            "read_associations contacts emails",
            "read_associations contacts deals",
            "update_batch deals",
            "search deals",
            "account",
            "pipelines",
            "owners",
            "properties deals",
        ]
    ),
    st.tuples(paths, json_values),
    min_size=1,
    max_size=4,
)


def damaged(document, path, value):
    """The document with one node replaced: the path picks a child at each level."""
    document = copy.deepcopy(document)
    holder, key, node = None, None, document
    for step in path:
        children = list(node) if isinstance(node, dict) else range(len(node))
        if not children:
            break
        holder, key = node, list(children)[step % len(children)]
        node = holder[key]
        if not isinstance(node, dict | list):
            break
    if holder is None:
        return value
    holder[key] = value
    return document


class DamagedClient:
    """Answers as HubSpot does for three deals, except where a test replaces a node."""

    def __init__(self, damage):
        self.damage = damage
        self.account_zone = None
        self.meter = Meter()

    def _say(self, name, document):
        return damaged(document, *self.damage[name]) if name in self.damage else document

    def read_batch(self, kind, ids, _properties, history=()):
        known = [each for each in ids if each != "3"]
        results = [{"id": each, "properties": {"hs_timestamp": "1"}} for each in known]
        for each in results if history else ():
            version = {"value": "s", "timestamp": "1", "sourceType": "CRM_UI", "sourceId": "x"}
            each["propertiesWithHistory"] = {name: [dict(version)] for name in history}
        error = {"category": "OBJECT_NOT_FOUND", "context": {"ids": ["3"]}}
        errors = [error] if "3" in ids else []
        return self._say(f"read_batch {kind}", {"results": results, "errors": errors})

    def read_associations(self, source, target, inputs):
        rows = [
            {
                "from": {"id": each["id"]},
                "to": [
                    {
                        "toObjectId": 7,
                        "associationTypes": [
                            {"category": "HUBSPOT_DEFINED", "typeId": 3, "label": None}
                        ],
                    }
                ],
            }
            for each in inputs
        ]
        errors = [{"category": "VALIDATION_ERROR", "context": {"fromObjectId": ["2"]}}]
        return self._say(
            f"read_associations {source} {target}", {"results": rows, "errors": errors}
        )

    def update_batch(self, kind, inputs):
        results = [{"id": each["id"]} for each in inputs]
        return self._say(f"update_batch {kind}", {"results": results})

    def search(self, kind, _request):
        return self._say(f"search {kind}", {"total": 1, "results": [{"id": "1"}]})

    def account(self):
        return self._say("account", {"portalId": 1, "uiDomain": "x", "timeZone": "UTC"})

    def pipelines(self):
        stages = [{"id": "s", "label": "S", "displayOrder": 0, "metadata": {"isClosed": "false"}}]
        return self._say("pipelines", {"results": [{"id": "p", "stages": stages}]})

    def owners(self, **_):
        return self._say("owners", {"results": [{"id": "7", "firstName": "Ada"}]})

    def properties(self, kind):
        names = ["dealname", "pipeline", "dealstage", "ff_zone"]
        return self._say(f"properties {kind}", {"results": [{"name": each} for each in names]})

    def yielding(self):
        return self

    def close(self):
        return


@pytest.fixture
def crm_over(clock):
    """Builds gateways over a damaged client and closes them."""

    def run(damage, use):
        crm = HubSpotCrm(
            DamagedClient(damage), clock, needs=EVERYTHING, names=OwnedNames(), threads=2
        )
        try:
            return use(crm)
        finally:
            crm.close()

    return run


def outcome_of(call):
    """What a call answered, or the Failure that it raised; anything else fails the test."""
    try:
        return call(), None
    except Failure as failure:
        return None, failure


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(damages)
def test_each_deal_is_accounted_for_once_whatever_comes(crm_over, damage):
    """A snapshot, gone, or failed: exactly one, or a Failure for all; nothing else is raised."""

    def use(crm):
        seen, failure = outcome_of(lambda: crm.observe([DealId(each) for each in ASKED]))
        assert SECRET not in str(failure)
        if seen is None:
            return
        places = [*seen.snapshots, *seen.gone, *seen.failed]
        assert sorted(places) == sorted(ASKED)
        assert all(SECRET not in str(failure) for failure in seen.failed.values())

    crm_over(damage, use)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(damages)
def test_no_answer_breaks_a_write_a_search_or_a_resolution(crm_over, damage):
    """Each change is answered for, and the other operations raise nothing but a Failure."""
    keys = [ObjectKey(ObjectKind.DEAL, each) for each in ASKED]
    contacts = [ObjectKey(ObjectKind.CONTACT, each) for each in ASKED]

    def use(crm):
        failures = crm.apply([Change(key, {"ff_zone": "Z1"}) for key in keys])
        assert set(failures) <= set(keys)
        assert all(isinstance(each, Failure) for each in failures.values())
        outcome_of(lambda: crm.deals_of(contacts))
        outcome_of(lambda: list(crm.open_deals()))
        outcome_of(crm.warm)

    crm_over(damage, use)


def test_concurrent_observers_share_the_threads(clock):
    """More callers than threads wait their turn; nobody waits for ever."""
    crm = HubSpotCrm(DamagedClient({}), clock, needs=EVERYTHING, names=OwnedNames(), threads=2)
    with ThreadPoolExecutor(16) as callers:
        seen = list(callers.map(lambda _: crm.observe([DealId("1")]), range(200)))
    crm.close()
    assert all(set(each.snapshots) == {"1"} for each in seen)
