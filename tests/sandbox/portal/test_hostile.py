"""Whatever a caller sends, the portal answers as HubSpot would and never breaks."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sandbox.portal.limits import Quota

# fmt: off
KEYS = st.sampled_from((
    "id", "inputs", "properties", "associations", "to", "from", "types", "type",
    "associationCategory", "label", "name", "associationTypeId", "idProperty",
    "objectWriteTraceId", "propertiesWithHistory", "filterGroups", "filters", "propertyName",
    "operator", "value", "values", "highValue", "sorts", "direction", "limit", "after", "query",
    "groupName", "fieldType", "options", "displayOrder", "hidden", "stages", "stageId",
    "metadata", "probability", "primaryObjectId", "objectIdToMerge", "objectId", "inverseLabel",
    "amount", "closedate", "hs_timestamp", "dealstage", "email", "tokenKey", "archived",
    "hasUniqueValue", "formField", "description", "pipelineId",
))
# fmt: on
# fmt: off
WORDS = st.sampled_from((
    "1", "-1", "0", "1001", "900", "EQ", "IN", "BETWEEN", "GT", "CONTAINS_TOKEN", "ASCENDING",
    "amount", "dealstage", "closedate", "email", "createdate", "hs_object_id",
    "hs_lastmodifieddate", "hs_is_closed", "associations.contact", "string", "number", "bool",
    "enumeration", "text", "select", "dealinformation", "HUBSPOT_DEFINED", "USER_DEFINED",
    "deal_to_contact", "99999999999999999999", "nan", "inf", "2026-11-20",
    "2026-11-20T12:00:00Z", "10000-01-01", "a@example.com", "*", ";", "true", "null",
))
# fmt: on
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 10**13)
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS
)
BODIES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=25,
)
INPUTS = st.fixed_dictionaries({"inputs": st.lists(st.dictionaries(KEYS, BODIES), max_size=3)})
SEARCHES = st.fixed_dictionaries(
    {
        "filterGroups": st.lists(
            st.fixed_dictionaries(
                {
                    "filters": st.lists(
                        st.fixed_dictionaries(
                            {"propertyName": WORDS, "operator": WORDS},
                            optional={
                                "value": SCALARS,
                                "highValue": SCALARS,
                                "values": st.lists(SCALARS, max_size=3),
                            },
                        ),
                        max_size=3,
                    )
                }
            ),
            max_size=2,
        )
    },
    optional={"sorts": st.lists(WORDS, max_size=1), "query": WORDS, "after": WORDS},
)
DEFINITIONS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["ff_a", "ff_b"]),
        "label": BODIES,
        "type": WORDS,
        "fieldType": WORDS,
        "groupName": st.just("dealinformation"),
    },
    optional={"options": BODIES, "displayOrder": BODIES, "hidden": BODIES, "description": BODIES},
)
PIPELINES = st.fixed_dictionaries(
    {"label": BODIES},
    optional={
        "displayOrder": BODIES,
        "pipelineId": BODIES,
        "metadata": BODIES,
        "stages": st.lists(st.dictionaries(KEYS, BODIES) | SCALARS, max_size=2),
    },
)
OBJECTS = "/crm/objects/2026-09/deals"
EDGES = "/crm/associations/2026-03/deals/contacts"
SETTINGS = "/crm/properties/2026-03/deals"
STAGES = "/crm/pipelines/2026-03/deals"
PLACES = [
    ("POST", OBJECTS),
    ("PATCH", f"{OBJECTS}/1"),
    ("POST", f"{OBJECTS}/search"),
    ("POST", f"{OBJECTS}/merge"),
    ("POST", "/crm/v3/objects/contacts/gdpr-delete"),
    ("POST", f"{EDGES}/labels"),
    ("PUT", f"{EDGES}/labels"),
    ("PUT", "/crm/v4/objects/deals/1/associations/contacts/1"),
    ("POST", SETTINGS),
    ("PATCH", f"{SETTINGS}/ff_a"),
    ("POST", f"{SETTINGS}/groups"),
    ("PATCH", f"{SETTINGS}/groups/dealinformation"),
    ("POST", STAGES),
    ("PATCH", f"{STAGES}/900"),
    ("PUT", f"{STAGES}/900"),
    ("POST", f"{STAGES}/900/stages"),
    ("PATCH", f"{STAGES}/900/stages/1001"),
    ("POST", "/oauth/v2/private-apps/get/access-token-info"),
]
BATCHES = [
    *(f"{OBJECTS}/batch/{what}" for what in ("read", "create", "update", "upsert", "archive")),
    *(f"{EDGES}/batch/{what}" for what in ("read", "create", "archive", "labels/archive")),
    "/crm/v3/associations/deals/contacts/batch/create",
    *(f"{SETTINGS}/batch/{what}" for what in ("read", "create", "archive")),
]
FUZZING = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ODD_TEXTS = ("--5", "²", "9" * 30, "", ",,", "notes,invoices", "-1", "true", "%00")


@pytest.fixture(autouse=True)
def unhurried(portal):
    """These tests are about answers, not about how many a second there are."""
    portal.limits.set(Quota(calls_per_10_seconds=10**6, searches_per_second=10**6))


def check(answer):
    """An answer of HubSpot's: never a fault of its own, and always with a correlation id."""
    sent = answer.request
    assert answer.status_code < 500, f"{sent.method} {sent.url}: {sent.content}"
    assert answer.headers["x-hubspot-correlation-id"]
    if answer.is_error:
        assert answer.json()["status"] == "error"


def test_no_body_breaks_an_operation(api, seeded):
    """Any JSON is answered, well or with a refusal, and the portal stays readable."""

    @FUZZING
    @given(st.sampled_from(PLACES), BODIES | DEFINITIONS | PIPELINES | SEARCHES)
    def send(place, body):
        method, path = place
        path = path.replace(f"{OBJECTS}/1", f"{OBJECTS}/{seeded['deal1']}")
        check(api.request(method, path, json=body))

    send()
    for look in (OBJECTS, SETTINGS, STAGES, f"{SETTINGS}/groups"):
        assert api.get(look).status_code == 200


@pytest.mark.usefixtures("seeded")
def test_no_inputs_break_a_batch(api):
    """Any inputs are answered, well or with a refusal."""

    @FUZZING
    @given(st.sampled_from(BATCHES), INPUTS)
    def send(path, body):
        check(api.post(path, json=body))

    send()
    assert api.get(SETTINGS).status_code == 200


@pytest.mark.usefixtures("seeded")
def test_no_search_breaks_the_portal(api):
    """Any combination of operators, names and operands is answered or refused."""

    @FUZZING
    @given(SEARCHES)
    def send(body):
        check(api.post(f"{OBJECTS}/search", json=body))

    send()


@pytest.mark.parametrize("name", ["limit", "after", "properties", "associations", "archived"])
def test_no_parameter_breaks_a_list(api, seeded, name):
    """Numbers that are none, types that are none, names that are none."""
    for text in ODD_TEXTS:
        check(api.get(OBJECTS, params={name: text}))
        check(api.get(f"{OBJECTS}/{seeded['deal1']}", params={name: text, "idProperty": text}))
