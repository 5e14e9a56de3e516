"""Reading deals when parts of the answer are missing: unread or failed, never empty."""

import pytest

from app.domain.deal import DealId, Unread
from app.hubspot import errors
from app.hubspot.reading import MAX_ASSOCIATION_PAGES
from app.hubspot.retry import RetryPolicy
from app.ports import Retryable, Terminal

ONE = DealId("1")
ONCE = RetryPolicy(attempts=1)


def failing(status, **body):
    """A bend that answers this status whatever was asked."""
    return lambda _, usual: type(usual)(status=status, json=body)


def refusing(asked_id, error):
    """A bend of an association answer: this record is refused, the others are answered."""

    def bend(request, usual):
        if asked_id not in [each["id"] for each in request.body["inputs"]]:
            return usual
        rows = [row for row in usual.json["results"] if row["from"]["id"] != asked_id]
        others = [e for e in usual.json.get("errors", []) if asked_id not in str(e["context"])]
        return type(usual)(status=207, json={"results": rows, "errors": [*others, error]})

    return bend


def test_a_later_page_that_fails_concerns_only_those_that_had_one(observe, canned):
    """A thousand deals with one page are not lost over one deal with two."""
    canned.add("deals", "2", dealname="Two")

    def page(request, usual):
        if "after" in request.body["inputs"][0]:
            return type(usual)(status=503)
        rows = usual.json["results"]
        rows[0]["paging"] = {"next": {"after": "9"}}
        return type(usual)(status=207, json=usual.json)

    canned.bend["/deals/contacts/batch/read"] = page
    observation = observe("1", "2", retry=ONCE)
    assert set(observation.snapshots) == {"2"}
    assert isinstance(observation.failed[ONE], Retryable)


def test_an_answer_that_passes_over_everything_is_a_failure(observe, canned):
    """An empty list of results does not make a hundred deals gone, nor a hundred calls more."""
    ids = [str(n) for n in range(100, 150)]
    for each in ids:
        canned.add("deals", each)
    asked = []

    def bend(request, usual):
        asked.append(request)
        return type(usual)(json={"results": []}) if len(request.body["inputs"]) > 1 else usual

    canned.bend["/deals/batch/read"] = bend
    observation = observe(*ids)
    assert len(observation.snapshots) == 10
    assert len(observation.failed) == 40
    assert not observation.gone
    assert len(asked) == 11


def test_endless_pages_end(observe, canned):
    """A cursor that never ends makes that list unread, and not the process busy for ever."""

    def page(_, usual):
        row = {"from": {"id": "1"}, "to": [], "paging": {"next": {"after": "1"}}}
        return type(usual)(json={"results": [row]})

    canned.bend["/deals/contacts/batch/read"] = page
    contacts = observe().snapshots[ONE].contacts
    assert isinstance(contacts, Unread)
    assert str(MAX_ASSOCIATION_PAGES) in contacts.reason


@pytest.mark.parametrize("category", ["VALIDATION_ERROR", "MISSING_SCOPES"])
def test_a_lasting_refusal_of_one_row_leaves_exactly_that_deals_list_unread(
    observe, canned, category
):
    """It is never an empty list, and the other deal is whole."""
    canned.add("deals", "2", dealname="Two")
    canned.link("deals", "2", "contacts", "11")
    error = {"category": category, "context": {"fromObjectId": ["2"]}}
    canned.bend["/deals/contacts/batch/read"] = refusing("2", error)
    observation = observe("1", "2")
    two = observation.snapshots[DealId("2")]
    assert isinstance(two.contacts, Unread)
    assert isinstance(two.notes, Unread)
    assert two.companies == ()
    assert len(observation.snapshots[ONE].contacts) == 1


def test_a_passing_refusal_of_one_row_fails_exactly_that_deal(observe, canned):
    """It is tried again later instead of being judged on half of the facts."""
    canned.add("deals", "2", dealname="Two")
    error = {"category": "INTERNAL_ERROR", "context": {"fromObjectId": ["2"]}}
    canned.bend["/deals/contacts/batch/read"] = refusing("2", error)
    observation = observe("1", "2")
    assert set(observation.snapshots) == {ONE}
    assert isinstance(observation.failed[DealId("2")], Retryable)


def test_an_error_that_names_nobody_concerns_all_that_were_not_answered(observe, canned):
    """Its context is optional; an answered deal is still answered."""
    canned.add("deals", "2", dealname="Two")
    canned.bend["/deals/contacts/batch/read"] = refusing("2", {"category": "VALIDATION_ERROR"})
    observation = observe("1", "2")
    assert isinstance(observation.snapshots[DealId("2")].contacts, Unread)
    assert len(observation.snapshots[ONE].contacts) == 1


def test_a_record_passed_over_in_silence_is_asked_for_again(observe, canned):
    """Errors about others do not make a deal's list empty; a second silence fails that deal."""
    for each in ("2", "3"):
        canned.add("deals", each, dealname=each)
    canned.link("deals", "2", "contacts", "11")
    error = {"category": "INTERNAL_ERROR", "context": {"fromObjectId": ["3"]}}

    def forgetful(request, usual):
        asked = [each["id"] for each in request.body["inputs"]]
        if asked == ["2"] and not mute:
            return usual
        rows = [row for row in usual.json["results"] if row["from"]["id"] == "1"]
        return type(usual)(status=207, json={"results": rows, "errors": [error]})

    canned.bend["/deals/contacts/batch/read"] = forgetful
    mute = False
    heard = observe("1", "2", "3")
    assert len(heard.snapshots[DealId("2")].contacts) == 1
    assert set(heard.failed) == {"3"}
    mute = True
    silent = observe("1", "2", "3")
    assert set(silent.failed) == {"2", "3"}
    assert set(silent.snapshots) == {ONE}


def test_a_failed_batch_fails_exactly_its_deals(observe, canned):
    """A hundred deals of which HubSpot cannot answer leave the other hundred alone."""
    first = [str(n) for n in range(1_000, 1_100)]
    second = [str(n) for n in range(2_000, 2_050)]
    for each in (*first, *second):
        canned.add("deals", each, dealname=each)

    def half(request, usual):
        asked = [each["id"] for each in request.body["inputs"]]
        return type(usual)(status=503) if asked[0] == second[0] else usual

    canned.bend["/deals/batch/read"] = half
    observation = observe(*first, *second, retry=ONCE)
    assert set(observation.snapshots) == set(first)
    assert set(observation.failed) == set(second)


def test_nothing_readable_is_raised(observe, canned):
    """A token that does not work is one failure, not a thousand."""
    canned.bend["/deals/batch/read"] = failing(401)
    with pytest.raises(errors.Denied):
        observe("1", "2")


def test_notes_that_may_not_be_read_are_unread(observe, canned):
    """A missing scope is a lasting reason: the deal is judged without its notes, and says so."""
    canned.bend["/notes/batch/read"] = failing(403)
    snapshot = observe().snapshots[ONE]
    assert isinstance(snapshot.notes, Unread)
    assert "scope" in snapshot.notes.reason
    assert len(snapshot.contacts) == 1


@pytest.mark.parametrize("ending", ["/contacts/batch/read", "/companies/notes/batch/read"])
def test_an_outage_of_a_later_round_fails_the_deal(observe, canned, ending):
    """Half a deal is not judged when the other half will be there in a minute."""
    canned.bend[ending] = failing(502)
    observation = observe(retry=ONCE)
    assert isinstance(observation.failed[ONE], Retryable)
    assert not observation.snapshots


def test_a_garbled_answer_names_the_place(observe, canned):
    """A batch of another shape is a failure for its deals, not a traceback."""
    canned.bend["/deals/contacts/batch/read"] = lambda _, usual: type(usual)(
        json={"results": [{"from": {}, "to": []}]}
    )
    contacts = observe().snapshots[ONE].contacts
    assert isinstance(contacts, Unread)
    assert "results.0.from.id" in contacts.reason


def test_a_note_without_any_time_leaves_the_notes_unread(observe, canned):
    """We do not invent when something was written."""
    canned.add("notes", "31", hs_note_body="secret words", hs_timestamp="garbage")
    notes = observe().snapshots[ONE].notes
    assert isinstance(notes, Unread)
    assert "note 31" in notes.reason
    assert "secret" not in notes.reason


def test_a_failure_of_the_account_is_raised(observe, canned):
    """Without it no deal can be linked to; that is not one deal's failure."""
    canned.bend["/details"] = failing(403)
    with pytest.raises(Terminal):
        observe()
