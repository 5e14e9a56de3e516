"""Writing: own properties only, in batches, and a bad row fails alone."""

import pytest

from app.domain.deal import ObjectKey, ObjectKind
from app.hubspot import errors
from app.hubspot.retry import RetryPolicy
from app.hubspot.writing import BatchWriter
from app.ports import Change, Retryable, Terminal

DEAL, CONTACT = ObjectKind.DEAL, ObjectKind.CONTACT
ONCE = RetryPolicy(attempts=1)
BAD = {"category": "VALIDATION_ERROR", "errors": [{"code": "INVALID_OPTION"}]}


def change(record_id, kind=DEAL, **properties):
    """A write of an own property."""
    return Change(ObjectKey(kind, str(record_id)), properties or {"ff_zone": "Z1"})


def rows_of(server):
    """The ids of each update, call by call."""
    updates = [each for each in server.requests if each.path.endswith("/batch/update")]
    return [[row["id"] for row in each.body["inputs"]] for each in updates]


@pytest.fixture
def portal(serve, gateway, canned):
    """The canned portal's server and a gateway to it."""
    server = serve(canned)
    return server, gateway(server.url, retry=ONCE)


def test_changes_go_out_in_batches_of_a_kind(portal):
    """A hundred rows a call, each with a trace id, deals and contacts apart."""
    server, crm = portal
    changes = [change(n) for n in range(150)] + [change(9, CONTACT, ff_qualification="3 of 5")]
    assert crm.apply(changes) == {}
    assert sorted(map(len, rows_of(server))) == [1, 50, 100]
    (contacts,) = [each for each in server.requests if "/contacts/" in each.path]
    assert contacts.body == {
        "inputs": [
            {"id": "9", "objectWriteTraceId": "9", "properties": {"ff_qualification": "3 of 5"}}
        ]
    }


def test_two_changes_of_one_record_are_one_row(portal):
    """HubSpot refuses duplicate ids; the later value counts."""
    server, crm = portal
    assert crm.apply([change(1), change(1, ff_zone="Z2", ff_standing="clear")]) == {}
    (update,) = server.requests
    (row,) = update.body["inputs"]
    assert row["properties"] == {"ff_zone": "Z2", "ff_standing": "clear"}


def test_nothing_to_write_is_no_call(portal):
    """An empty list and an empty change cost nothing."""
    server, crm = portal
    assert crm.apply([]) == {}
    assert crm.apply([Change(ObjectKey(DEAL, "1"), {})]) == {}
    assert server.requests == []


@pytest.mark.parametrize("name", ["dealstage", "amount", "hs_lead_status", "xff_zone", ""])
def test_a_property_that_is_not_ours_is_never_sent(portal, name):
    """Not even beside one that is; the other record's change goes out."""
    server, crm = portal
    failures = crm.apply([change(1, ff_zone="Z1", **{name: "x"}), change(2)])
    assert isinstance(failures.pop(ObjectKey(DEAL, "1")), Terminal)
    assert failures == {}
    assert rows_of(server) == [["2"]]


def test_notes_are_never_written(portal):
    """What an AE wrote stays as it is."""
    server, crm = portal
    key = ObjectKey(ObjectKind.NOTE, "1")
    assert isinstance(crm.apply([Change(key, {"ff_zone": "Z1"})])[key], Terminal)
    assert server.requests == []


def test_a_prefix_is_needed():
    """An empty prefix would make every property ours."""
    with pytest.raises(ValueError, match="prefix"):
        BatchWriter(crews=None, prefix="")


def test_a_bad_row_of_a_207_fails_alone(portal, canned):
    """HubSpot names it by its trace id."""

    def bend(_, usual):
        rows = [row for row in usual.json["results"] if row["id"] != "2"]
        error = BAD | {"context": {"objectWriteTraceId": ["2"]}}
        return type(usual)(status=207, json={"results": rows, "errors": [error]})

    _, crm = portal
    canned.bend["/batch/update"] = bend
    failures = crm.apply([change(n) for n in (1, 2, 3)])
    assert set(failures) == {ObjectKey(DEAL, "2")}
    assert isinstance(failures[ObjectKey(DEAL, "2")], errors.Invalid)
    assert "INVALID_OPTION" in str(failures[ObjectKey(DEAL, "2")])


def test_a_batch_refused_as_a_whole_is_halved_until_the_bad_rows_stand_alone(portal, canned):
    """98 good rows are written although two bad ones spoil every batch that they are in."""
    bad = {"13", "77"}

    def bend(request, usual):
        asked = {row["id"] for row in request.body["inputs"]}
        return type(usual)(status=400, json=BAD) if asked & bad else usual

    server, crm = portal
    canned.bend["/batch/update"] = bend
    failures = crm.apply([change(n) for n in range(100)])
    assert {key.id for key in failures} == bad
    assert all(isinstance(each, errors.Invalid) for each in failures.values())
    assert len(rows_of(server)) <= 2 * 2 * 8
    written = {each for batch in rows_of(server) for each in batch if not bad & set(batch)}
    assert len(written) == 98


def test_a_batch_in_which_every_row_is_bad_does_not_eat_up_the_quota(portal, canned):
    """The search for the good rows is bounded; those not singled out are tried again later."""
    server, crm = portal
    canned.bend["/batch/update"] = lambda _, usual: type(usual)(status=400, json=BAD)
    failures = crm.apply([change(n) for n in range(100)])
    assert len(failures) == 100
    assert len(rows_of(server)) <= 50
    assert any(isinstance(each, errors.Invalid) for each in failures.values())


def test_a_record_that_makes_its_batch_not_found_is_singled_out(portal, canned):
    """Should HubSpot answer 404 for all of them, the others are still written."""

    def bend(request, usual):
        asked = {row["id"] for row in request.body["inputs"]}
        return type(usual)(status=404, json={}) if "7" in asked else usual

    _, crm = portal
    canned.bend["/batch/update"] = bend
    failures = crm.apply([change(n) for n in range(20)])
    assert set(failures) == {ObjectKey(DEAL, "7")}
    assert isinstance(failures[ObjectKey(DEAL, "7")], Retryable)


def test_a_row_left_out_without_a_word_was_not_written(portal, canned):
    """As it happens to ids that were merged away: the deal is read again and then found gone."""

    def bend(_, usual):
        rows = [row for row in usual.json["results"] if row["id"] != "2"]
        return type(usual)(json={"results": rows})

    _, crm = portal
    canned.bend["/batch/update"] = bend
    failures = crm.apply([change(1), change(2)])
    assert set(failures) == {ObjectKey(DEAL, "2")}
    assert isinstance(failures[ObjectKey(DEAL, "2")], Retryable)
    assert "merged" in str(failures[ObjectKey(DEAL, "2")])


def test_a_record_that_is_gone_is_read_again(portal, canned):
    """The write cannot succeed, but the next look at the deal will find it gone and settle it."""

    def bend(_, usual):
        error = {"category": "OBJECT_NOT_FOUND", "context": {"ids": ["1"]}}
        return type(usual)(status=207, json={"results": [], "errors": [error]})

    _, crm = portal
    canned.bend["/batch/update"] = bend
    assert isinstance(crm.apply([change(1)])[ObjectKey(DEAL, "1")], Retryable)


def test_an_outage_fails_every_row_and_raises_nothing(portal, canned):
    """The answer says what did not happen; the caller needs no except."""
    _, crm = portal
    canned.bend["/batch/update"] = lambda _, usual: type(usual)(status=503)
    failures = crm.apply([change(1), change(2), change(3, CONTACT)])
    assert len(failures) == 3
    assert all(isinstance(each, Retryable) for each in failures.values())


def test_a_missing_property_says_what_to_run(portal, canned):
    """The operator reads the command that creates it."""
    message = '[{"error":"PROPERTY_DOESNT_EXIST","name":"ff_zone","message":"…"}]'
    canned.bend["/batch/update"] = lambda _, usual: type(usual)(
        status=400, json={"message": f"Property values were not valid: {message}"}
    )
    _, crm = portal
    (failure,) = crm.apply([change(1)]).values()
    assert isinstance(failure, Terminal)
    assert "PROPERTY_DOESNT_EXIST on ff_zone" in str(failure)
    assert "dealgate setup" in str(failure)
