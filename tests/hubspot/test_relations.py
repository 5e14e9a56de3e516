"""From any record to its deals, and the portal's open deals."""

import pytest

from app.domain.deal import ObjectKey, ObjectKind
from app.hubspot.openings import RECORDS_PER_PAGE
from app.hubspot.retry import RetryPolicy
from app.ports import Failure, Retryable

ONCE = RetryPolicy(attempts=1)


def key(kind, record_id):
    """A record."""
    return ObjectKey(ObjectKind(kind), str(record_id))


@pytest.fixture
def related(canned):
    """A contact on two deals, a company on one, and notes hanging here and there."""
    canned.link("contacts", "11", "deals", "1", "2")
    canned.link("companies", "21", "deals", "3")
    canned.link("notes", "31", "deals", "1")
    canned.link("notes", "32", "contacts", "11")
    canned.link("notes", "33", "companies", "21")
    canned.link("notes", "34", "deals", "4")
    canned.link("notes", "34", "contacts", "11")
    return canned


def test_every_record_finds_its_deals(serve, gateway, related):
    """Directly, or through the contact or company that carries a note."""
    keys = [
        key("contact", 11),
        key("company", 21),
        key("note", 31),
        key("note", 32),
        key("note", 33),
        key("note", 34),
        key("contact", 999),
        key("deal", 5),
    ]
    found = gateway(serve(related).url).deals_of(keys)
    assert {str(each): set(deals) for each, deals in found.items()} == {
        "contact 11": {"1", "2"},
        "company 21": {"3"},
        "note 31": {"1"},
        "note 32": {"1", "2"},
        "note 33": {"3"},
        "note 34": {"1", "2", "4"},
        "contact 999": set(),
        "deal 5": {"5"},
    }


def test_resolving_many_records_takes_two_rounds_of_batches(serve, gateway, related):
    """At most five calls for any number of contacts, companies and notes."""
    server = serve(related)
    crm = gateway(server.url)
    crm.deals_of([key("contact", n) for n in range(900)] + [key("note", n) for n in range(900)])
    assert len(server.requests) <= 5


def test_a_record_that_could_not_be_resolved_is_not_lost(serve, gateway, related):
    """The failure is raised: an empty answer would drop the mark."""

    def bend(_, usual):
        error = {"category": "INTERNAL_ERROR", "context": {"fromObjectId": ["11"]}}
        return type(usual)(status=207, json={"results": [], "errors": [error]})

    related.bend["/contacts/deals/batch/read"] = bend
    crm = gateway(serve(related).url)
    with pytest.raises(Retryable):
        crm.deals_of([key("company", 21), key("contact", 11)])


# ------------------------------------------------------------------ open deals


def open_deals(canned, ids, stage=lambda _: "s1"):
    """Fill the canned portal with deals."""
    canned.records["deals"] = {str(n): {"dealstage": stage(n)} for n in ids}


def test_open_deals_come_in_order_page_by_page(serve, gateway, canned):
    """Beyond a page and beyond any window: each page starts above the last id seen."""
    stages = ("s1", "s2", "won")
    open_deals(canned, range(9_000, 10_200), lambda n: stages[n % 3])
    server = serve(canned)
    found = list(gateway(server.url).open_deals())
    assert found == [str(n) for n in range(9_000, 10_200) if n % 3 != 2]
    assert all("after" not in (each.body or {}) for each in server.requests)


def test_open_deals_are_fetched_lazily(serve, gateway, canned):
    """Whoever takes ten deals pays for one page."""
    open_deals(canned, range(1, 1_000))
    server = serve(canned)
    deals = iter(gateway(server.url).open_deals())
    assert [next(deals) for _ in range(10)] == [str(n) for n in range(1, 11)]
    searches = [each for each in server.requests if each.path.endswith("/search")]
    assert len(searches) == 1


def test_many_stages_are_asked_for_in_several_bodies(serve, gateway, canned):
    """A body holds 3,000 characters; the passes are merged in the order of ids."""
    names = [f"{stage}-of-a-long-name-{stage:030d}" for stage in range(200)]
    stage = canned.stages[0]
    canned.stages = [stage | {"id": name} for name in names]
    open_deals(canned, range(1, 1_001), lambda n: names[n % 200])
    found = list(gateway(serve(canned).url).open_deals())
    assert found == [str(n) for n in range(1, 1_001)]


def test_a_full_last_page_ends_the_search(serve, gateway, canned):
    """Exactly one page of deals is no endless loop."""
    open_deals(canned, range(1, RECORDS_PER_PAGE + 1))
    assert len(list(gateway(serve(canned).url).open_deals())) == RECORDS_PER_PAGE


def test_a_portal_without_open_stages_has_no_open_deals(serve, gateway, canned):
    """And is not asked for any."""
    canned.stages = [each for each in canned.stages if each["id"] == "won"]
    server = serve(canned)
    assert list(gateway(server.url).open_deals()) == []


def test_a_search_that_fails_is_raised(serve, gateway, canned):
    """The sweep ends with the reason and not as if there were no more deals."""
    canned.bend["/deals/search"] = lambda _, usual: type(usual)(status=503)
    with pytest.raises(Failure):
        list(gateway(serve(canned).url, retry=ONCE).open_deals())
