from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.deal import ObjectKey, ObjectKind
from webhooks.events import MAX_EVENTS, UnreadableError, read_delivery
from webhooks.meaning import Action, Fate

TYPE_IDS = {"contact": "0-1", "company": "0-2", "deal": "0-3", "note": "0-46"}
COMMON = {"eventId": 100, "portalId": 62515, "appId": 1, "occurredAt": 1, "attemptNumber": 0}


def read(*events):
    """Read a delivery of these events, each with the common fields."""
    return read_delivery(orjson.dumps([COMMON | event for event in events]), "ff_")


def keys(reading):
    """What a reading points to."""
    return {ObjectKey(kind, each) for kind, named in reading.ids.items() for each in named}


def key(kind, object_id):
    """The key of a record."""
    return ObjectKey(ObjectKind(kind), object_id)


@pytest.mark.parametrize("kind", TYPE_IDS)
@pytest.mark.parametrize("verb", ["creation", "propertyChange", "deletion", "restore"])
@pytest.mark.parametrize("object_id", [77, "77"])
def test_both_forms_name_the_same_key(kind, verb, object_id):
    """`deal.creation` and `object.creation` of type 0-3 are one thing, the id number or string."""
    plain = read({"subscriptionType": f"{kind}.{verb}", "objectId": object_id})
    generic = read(
        {
            "subscriptionType": f"object.{verb}",
            "objectTypeId": TYPE_IDS[kind],
            "objectId": object_id,
        }
    )
    assert keys(plain) == keys(generic) == {key(kind, "77")}
    assert plain.counts == generic.counts == {(f"{kind}.{verb}", Fate.READ): 1}


def test_association_marks_both_ends():
    """A contact put on a deal concerns both, whichever side tells, and has no objectId."""
    ends = {"fromObjectId": 1, "toObjectId": "2", "associationRemoved": True}
    both = {key("deal", "1"), key("contact", "2")}
    plain = {"subscriptionType": "deal.associationChange", "associationType": "DEAL_TO_CONTACT"}
    generic = {
        "subscriptionType": "object.associationChange",
        "fromObjectTypeId": "0-3",
        "toObjectTypeId": "0-1",
    }
    assert keys(read(plain | ends)) == both
    assert keys(read(generic | ends)) == both


def test_association_with_a_stranger():
    """The end of a kind that is not judged on is left out; without any there is nothing to do."""
    line_item = {
        "subscriptionType": "deal.associationChange",
        "associationType": "DEAL_TO_LINE_ITEM",
        "fromObjectId": 1,
        "toObjectId": 2,
    }
    assert keys(read(line_item)) == {key("deal", "1")}
    tickets = line_item | {
        "subscriptionType": "ticket.associationChange",
        "associationType": "TICKET_TO_LINE_ITEM",
    }
    reading = read(tickets)
    assert not keys(reading)
    assert reading.counts == {("object.associationChange", Fate.UNKNOWN): 1}


def test_merge_marks_winner_and_losers():
    """After a merge the losers must go as well as the winner be looked at, also a new one."""
    merge = {
        "subscriptionType": "deal.merge",
        "primaryObjectId": 1,
        "mergedObjectIds": [2, "3"],
        "newObjectId": 4,
    }
    assert keys(read(merge)) == {key("deal", str(number)) for number in (1, 2, 3, 4)}
    assert keys(read({"subscriptionType": "contact.merge", "objectId": 9})) == {key("contact", "9")}


def test_privacy_deletion_purges():
    """A contact's right to be forgotten is a purge besides the mark, and only a contact's."""
    reading = read(
        {"subscriptionType": "contact.privacyDeletion", "objectId": 5},
        {"subscriptionType": "deal.privacyDeletion", "objectId": 6},
        {"subscriptionType": "contact.deletion", "objectId": 7},
    )
    assert reading.purge == {key("contact", "5")}
    assert keys(reading) == {key("contact", "5"), key("contact", "7")}


@pytest.mark.parametrize(
    ("name", "source", "is_kept"),
    [
        ("ff_standing", "INTEGRATION", False),
        ("ff_standing", "API", False),
        ("ff_standing", "CRM_UI", True),
        ("ff_standing", None, True),
        ("dealstage", "INTEGRATION", True),
        ("off_list", "INTEGRATION", True),
    ],
)
def test_own_echoes_are_dropped(name, source, is_kept):
    """Our own writes come back as events and lead to nothing; a person's change always counts."""
    change = {"subscriptionType": "deal.propertyChange", "objectId": 1, "propertyName": name}
    reading = read(change | ({"changeSource": source} if source else {}))
    assert bool(keys(reading)) == is_kept
    assert ((("deal.propertyChange", Fate.ECHO)) in reading.counts) != is_kept


@pytest.mark.parametrize(
    "broken",
    [
        None,
        7,
        "deal.creation",
        [],
        {},
        {"subscriptionType": None, "objectId": 1},
        {"subscriptionType": "deal.creation"},
        {"subscriptionType": "deal.creation", "objectId": None},
        {"subscriptionType": "deal.creation", "objectId": -1},
        {"subscriptionType": "deal.creation", "objectId": 1.5},
        {"subscriptionType": "deal.creation", "objectId": True},
        {"subscriptionType": "deal.creation", "objectId": "1; DROP"},
        {"subscriptionType": "deal.creation", "objectId": "٣"},
        {"subscriptionType": "deal.creation", "objectId": "9" * 30},
        {"subscriptionType": "deal.merge"},
        {"subscriptionType": "deal.merge", "mergedObjectIds": 3},
        {"subscriptionType": "deal.associationChange", "associationType": "DEAL_TO_CONTACT"},
    ],
)
def test_a_malformed_event_never_loses_its_neighbours(broken):
    """One event that makes no sense is counted, and those around it are read."""
    good = {"subscriptionType": "deal.creation", "objectId": 1}
    reading = read_delivery(orjson.dumps([good, broken, good | {"objectId": 2}]), "ff_")
    assert keys(reading) == {key("deal", "1"), key("deal", "2")}
    malformed = [n for (_, fate), n in reading.counts.items() if fate is Fate.MALFORMED]
    assert malformed == [1]


@pytest.mark.parametrize(
    "event",
    [
        {"subscriptionType": "ticket.creation", "objectId": 1},
        {"subscriptionType": "object.creation", "objectTypeId": "0-48", "objectId": 1},
        {"subscriptionType": "object.creation", "objectTypeId": ["0-3"], "objectId": 1},
        {"subscriptionType": "deal.somethingNew", "objectId": 1},
        {"subscriptionType": "conversation.newMessage", "objectId": 1},
        {"subscriptionType": ""},
    ],
)
def test_unknown_types_are_counted(event):
    """What HubSpot may send besides is no error, and its name makes no new label."""
    reading = read(event)
    assert not keys(reading)
    assert reading.counts == {("other", Fate.UNKNOWN): 1}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"{}", b'"x"', b"null", b"\xff", b"[" * 2000, b"[NaN]"]
)
def test_what_is_no_delivery_is_unreadable(body):
    """A body that is no array of events has a word of its own."""
    with pytest.raises(UnreadableError):
        read_delivery(body, "ff_")


def test_the_array_has_a_limit():
    """An array beyond the limit is refused whole, one at the limit is read."""
    event = {"subscriptionType": "deal.creation", "objectId": 1}
    assert keys(read_delivery(orjson.dumps([event] * MAX_EVENTS), "ff_"))
    with pytest.raises(UnreadableError):
        read_delivery(orjson.dumps([event] * (MAX_EVENTS + 1)), "ff_")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
fields = [
    "objectId", "objectTypeId", "propertyName", "changeSource", "mergedObjectIds", "newObjectId",
    "primaryObjectId", "fromObjectId", "toObjectId", "fromObjectTypeId", "toObjectTypeId",
    "associationType",
]  # fmt: skip
types = st.builds(
    "{}.{}".format, st.sampled_from([*TYPE_IDS, "object", "ticket"]), st.sampled_from(Action)
)


@pytest.mark.parametrize("field", [*fields, "subscriptionType"])
@pytest.mark.parametrize("action", Action)
def test_a_value_as_deep_as_json_may_be(field, action):
    """Lists within lists do not exhaust the reader, in whichever field they stand."""
    deep = "[" * 1000 + "]" * 1000
    body = f'[{{"subscriptionType":"deal.{action}","objectId":1,"{field}":{deep}}}]'
    assert sum(read_delivery(body.encode(), "ff_").counts.values()) == 1


@given(
    st.lists(
        st.dictionaries(st.sampled_from(fields), json_values).flatmap(
            lambda event: (types | json_values).map(
                lambda subscription: event | {"subscriptionType": subscription}
            )
        ),
        max_size=5,
    )
)
def test_no_content_breaks_the_reader(events):
    """Whatever stands in the fields, every event gets one fate and keys are ids of digits."""
    reading = read_delivery(orjson.dumps(events), "ff_")
    assert sum(reading.counts.values()) == len(events)
    assert all(found.id.isdigit() for found in keys(reading))
    assert reading.purge <= keys(reading)
