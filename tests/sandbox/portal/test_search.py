"""Search: what matches, in what order, how much of it, and how late."""

from __future__ import annotations

import random

import pytest

from app.sandbox.portal.limits import Quota

from .people import PERSON

PATH = "/crm/objects/2026-03/deals/search"


@pytest.fixture(autouse=True)
def unhurried(portal):
    """These tests are about answers, not about how many a second there are."""
    portal.limits.set(Quota(calls_per_10_seconds=100_000, searches_per_second=100_000))


def one_filter(name, operator, value=None, high=None, values=None):
    """A filter as the wire has it."""
    given = {"propertyName": name, "operator": operator}
    given |= {"value": value} if value is not None else {}
    given |= {"highValue": high} if high is not None else {}
    given |= {"values": values} if values is not None else {}
    return given


def body_of(*groups, **rest):
    """A search for what meets all filters of any of the groups."""
    return {"filterGroups": [{"filters": list(group)} for group in groups], **rest}


def names(answer):
    """The numbers in the names of the deals found, in their order."""
    assert answer.status_code == 200, answer.text
    body = answer.json()
    found = [row["properties"]["dealname"].removeprefix("Deal ") for row in body["results"]]
    assert body["total"] == len(found)
    return "".join(found)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (one_filter("dealstage", "EQ", "1001"), "13"),
        (one_filter("dealstage", "NEQ", "1001"), "245"),
        (one_filter("dealstage", "IN", values=["1002", "1004"]), "25"),
        (one_filter("dealstage", "NOT_IN", values=["1002", "1004"]), "134"),
        (one_filter("hs_is_closed", "EQ", "false"), "123"),
        (one_filter("hs_is_closed", "EQ", "true"), "45"),
        (one_filter("hs_is_closed_won", "EQ", "true"), "4"),
        (one_filter("amount", "GT", "3000"), "45"),
        (one_filter("amount", "GTE", 3000), "345"),
        (one_filter("amount", "LT", "900"), ""),
        (one_filter("amount", "LTE", "1000"), "1"),
        (one_filter("amount", "BETWEEN", "2000", "4000"), "234"),
        (one_filter("closedate", "LT", "2026-12-03"), "12"),
        (one_filter("closedate", "GTE", "1764720000000"), "12345"),
        (one_filter("dealname", "EQ", "DEAL 3"), "3"),
        (one_filter("dealname", "CONTAINS_TOKEN", "deal"), "12345"),
        (one_filter("dealname", "CONTAINS_TOKEN", "dea"), ""),
        (one_filter("dealname", "CONTAINS_TOKEN", "de*"), "12345"),
        (one_filter("dealname", "CONTAINS_TOKEN", "DEAL 4"), "4"),
        (one_filter("dealname", "NOT_CONTAINS_TOKEN", "4"), "1235"),
        (one_filter("hs_next_step", "HAS_PROPERTY"), "5"),
        (one_filter("hs_next_step", "NOT_HAS_PROPERTY"), "1234"),
        (one_filter("hs_next_step", "NEQ", "call back"), "1234"),
        (one_filter("num_associated_contacts", "GT", "0"), "1"),
    ],
)
def test_each_operator_means_what_hubspot_says(api, seeded, portal, condition, found):
    """Every operator, on indexed, plain and calculated properties."""
    portal.store.update(
        "deals", seeded["deal5"], {"hs_next_step": "Call back"}, actor=PERSON, quiet=True
    )
    assert names(api.post(PATH, json=body_of([condition], properties=["dealname"]))) == found


@pytest.mark.usefixtures("seeded")
def test_groups_are_alternatives_of_which_all_filters_hold(api):
    """OR between groups, AND within one; each record once."""
    body = body_of(
        [one_filter("dealstage", "EQ", "1001"), one_filter("amount", "GT", "1000")],
        [one_filter("amount", "IN", values=["3000", "5000"])],
    )
    assert names(api.post(PATH, json=body)) == "35"


def test_records_are_found_by_what_they_are_associated_with(api, seeded):
    """The pseudo-property associations.contact."""
    condition = one_filter("associations.contact", "EQ", str(seeded["contact"]))
    assert names(api.post(PATH, json=body_of([condition]))) == "1"
    condition = one_filter("associations.contact", "EQ", "999")
    assert names(api.post(PATH, json=body_of([condition]))) == ""


@pytest.mark.parametrize(
    ("sorts", "found"),
    [
        ([], "12345"),
        ([{"propertyName": "amount", "direction": "DESCENDING"}], "54321"),
        ([{"propertyName": "hs_object_id", "direction": "DESCENDING"}], "54321"),
        (["dealname"], "12345"),
        (["-closedate"], "54321"),
        ([{"propertyName": "hs_next_step", "direction": "ASCENDING"}], "42135"),
    ],
)
def test_one_sort_orders_the_results(api, seeded, portal, sorts, found):
    """By number, time or text, up or down; records without a value come last."""
    for number, step in ((4, "a"), (2, "b")):
        portal.store.update(
            "deals", seeded[f"deal{number}"], {"hs_next_step": step}, actor=PERSON, quiet=True
        )
    assert names(api.post(PATH, json={"sorts": sorts})) == found


@pytest.mark.usefixtures("seeded")
def test_free_text_finds_the_beginnings_of_words(api):
    """All words must be met, in any of the searched properties."""
    assert names(api.post(PATH, json={"query": "dea 2"})) == "2"
    found = api.post("/crm/v3/objects/contacts/search", json={"query": "cleo example"})
    assert found.json()["total"] == 0
    found = api.post("/crm/v3/objects/contacts/search", json={"query": "cleo@ex"})
    assert found.json()["total"] == 1


@pytest.mark.usefixtures("seeded")
def test_pages_follow_an_offset(api):
    """`after` is the number of results before the page, as text."""
    first = api.post(PATH, json={"limit": 2}).json()
    assert first["total"] == 5
    assert first["paging"] == {"next": {"after": "2"}}
    last = api.post(PATH, json={"limit": 2, "after": "4"}).json()
    assert [row["properties"]["dealname"] for row in last["results"]] == ["Deal 5"]
    assert "paging" not in last


def test_keys_page_deeper_than_offsets(api, seeded):
    """hs_object_id GT the last id, ascending, walks everything."""
    seen, last = [], 0
    while True:
        body = body_of(
            [one_filter("hs_object_id", "GT", str(last))], limit=2, sorts=["hs_object_id"]
        )
        rows = api.post(PATH, json=body).json()["results"]
        if not rows:
            break
        seen += [int(row["id"]) for row in rows]
        last = rows[-1]["id"]
    assert seen == [seeded[f"deal{number}"] for number in range(1, 6)]


FEW = [one_filter("amount", "GT", "1")]


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"limit": 0},
        {"after": "x"},
        {"after": "9950", "limit": 100},
        {"after": "10000"},
        body_of(*[FEW] * 6),
        body_of(FEW * 7),
        body_of(FEW * 6, FEW * 6, FEW * 6, FEW),
        {"sorts": ["amount", "dealname"]},
        {"sorts": ["no_such_property"]},
        body_of([one_filter("no_such_property", "EQ", "x")]),
        body_of([one_filter("amount", "LIKE", "1")]),
        body_of([one_filter("amount", "EQ", "many")]),
        body_of([one_filter("amount", "EQ")]),
        body_of([one_filter("amount", "BETWEEN", "1")]),
        body_of([one_filter("dealstage", "IN", values=[])]),
        body_of([one_filter("closedate", "GT", "soon")]),
        body_of([one_filter("associations.invoice", "EQ", "1")]),
        {"filterGroups": {"filters": []}},
        {"properties": ["x" * 3000]},
    ],
)
def test_what_hubspot_does_not_search_is_refused(api, body):
    """Sizes, operators, operands and names: 400 with a category."""
    answer = api.post(PATH, json=body)
    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    "body",
    [{"after": "9800", "limit": 200}, body_of(*[FEW * 3] * 5), body_of(FEW * 6, FEW * 6, FEW * 6)],
)
def test_the_limits_themselves_are_allowed(api, body):
    """The last result that may be reached, five groups, eighteen filters."""
    assert api.post(PATH, json=body).status_code == 200


def test_search_sees_a_write_only_after_the_lag(api, seeded, clock):
    """Until then it shows the record as it was, while a read shows it as it is."""
    path = f"/crm/v3/objects/deals/{seeded['deal1']}"
    api.patch(path, json={"properties": {"dealstage": "1002", "amount": "9"}})
    before = api.post(PATH, json=body_of([one_filter("dealstage", "EQ", "1001")])).json()
    assert [row["properties"]["amount"] for row in before["results"]] == ["1000", "3000"]
    assert api.get(path).json()["properties"]["dealstage"] == "1002"
    clock.advance(1.9)
    assert names(api.post(PATH, json=body_of([one_filter("dealstage", "EQ", "1002")]))) == "2"
    clock.advance(0.2)
    assert names(api.post(PATH, json=body_of([one_filter("dealstage", "EQ", "1002")]))) == "12"


def test_new_and_archived_records_appear_and_vanish_after_the_lag(api, seeded, clock):
    """Both late by the same time; archived ones are never found afterwards."""
    api.post("/crm/v3/objects/deals", json={"properties": {"dealname": "Deal 6"}})
    api.delete(f"/crm/v3/objects/deals/{seeded['deal1']}")
    assert names(api.post(PATH, json={})) == "12345"
    clock.advance(3)
    assert names(api.post(PATH, json={})) == "23456"


def test_several_writes_within_the_lag_become_visible_one_after_the_other(api, seeded, clock):
    """At each moment the index has what was true two seconds earlier."""
    path = f"/crm/v3/objects/deals/{seeded['deal1']}"

    def amount():
        condition = one_filter("hs_object_id", "EQ", str(seeded["deal1"]))
        return api.post(PATH, json=body_of([condition])).json()["results"][0]["properties"][
            "amount"
        ]

    seen = []
    for value in ("1", "2", "3", None, None, None):
        if value:
            api.patch(path, json={"properties": {"amount": value}})
        seen.append(amount())
        clock.advance(1)
    assert seen == ["1000", "1000", "1", "2", "3", "3"]


def test_changes_since_a_moment_are_found(api, seeded, clock):
    """The incremental sweep's search: modified at or after, in the order of change."""
    clock.advance(60)
    since = clock.epoch_ms()
    for number in (4, 2):
        path = f"/crm/v3/objects/deals/{seeded[f'deal{number}']}"
        api.patch(path, json={"properties": {"amount": "1"}})
        clock.advance(1)
    clock.advance(5)
    condition = one_filter("hs_lastmodifieddate", "GTE", str(since))
    body = body_of([condition], sorts=["hs_lastmodifieddate"])
    assert names(api.post(PATH, json=body)) == "42"


def test_indexes_never_change_what_is_found(api, portal, clock):
    """Random writes and searches: every filter gives what a plain look at all records gives."""
    chance = random.Random(20_261_120)  # noqa: S311 - reproducible on purpose
    stages, store, live = ["1001", "1002", "1003", "1004", ""], portal.store, []
    for _ in range(300):
        clock.advance(chance.random())
        move = chance.choice(("create", "update", "update", "archive"))
        if move == "create" or not live:
            values = {"dealstage": chance.choice(stages), "amount": str(chance.randrange(9))}
            live.append(store.create("deals", values, actor=PERSON))
        elif move == "update":
            values = {"dealstage": chance.choice(stages), "amount": str(chance.randrange(9))}
            store.update("deals", chance.choice(live), values, actor=PERSON)
        else:
            store.archive("deals", live.pop(chance.randrange(len(live))), actor=PERSON)
    clock.advance(10)
    records = list(store.table("deals").live.values())
    for _ in range(60):
        stage_ids = chance.sample(stages[:4], 2)
        bound, moment = chance.choice(live), clock.epoch_ms() - chance.randrange(150_000)
        body = body_of(
            [
                one_filter("dealstage", "IN", values=stage_ids),
                one_filter("hs_object_id", "GT", str(bound)),
            ],
            [
                one_filter("hs_lastmodifieddate", "GTE", str(moment)),
                one_filter("amount", "LT", "3"),
            ],
            limit=200,
        )
        expected = [
            str(one.id)
            for one in records
            if (one.values.get("dealstage") in stage_ids and one.id > bound)
            or (one.updated_ms >= moment and int(one.values["amount"]) < 3)
        ]
        found = [row["id"] for row in api.post(PATH, json=body).json()["results"]]
        assert found == sorted(expected, key=int)


def test_what_search_has_caught_up_with_is_forgotten_though_nobody_searches(portal, seeded, clock):
    """A portal that is written to all day keeps only the images of the last moments."""
    table = portal.store.table("deals")
    for _ in range(5_000):
        clock.advance(0.1)
        portal.store.update("deals", seeded["deal1"], {}, actor=PERSON)
    assert len(table.lag._due) <= 2 / 0.1 + 1
    assert len(table.modified._keys) < 2_000
    assert [record.id for record in table.modified.since(clock.epoch_ms())] == [seeded["deal1"]]
