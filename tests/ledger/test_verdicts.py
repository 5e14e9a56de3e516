"""What is remembered of deals, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from app.domain.deal import DealId
from app.ledger.redaction import BLANK
from app.ports import MAIN_CHANNEL, Priority, Terminal

from .samples import MESSAGE, NOW, QUOTE, blocked, cleared, contact, deal, later, record, verdict

ONE, TWO = DealId("1"), DealId("2")


def test_there_and_back(ledger):
    """A verdict comes back equal to the last detail, with both of its times in UTC."""
    stored = record("1", recheck_at=later(60))
    ledger.record([stored], later(5))
    (found,) = ledger.recorded([ONE, TWO]).values()
    assert found.verdict == stored.verdict
    assert (found.changed_at, found.judged_at) == (NOW, later(5))
    assert found.changed_at.utcoffset().total_seconds() == 0


def test_the_latest_counts(ledger):
    """A second verdict replaces the first."""
    ledger.record([record("1")], NOW)
    newer = replace(record("1"), verdict=replace(verdict("1"), policy_version="2027-01"))
    ledger.record([newer], later(1))
    assert ledger.recorded([ONE])[ONE].verdict.policy_version == "2027-01"


def test_open_deals_ascend_as_numbers(ledger):
    """The sweep finds deals that were open when judged, in HubSpot's order of ids."""
    ledger.record([record("10"), record("9"), record("8", judged=False)], NOW)
    assert list(ledger.recorded_deals()) == ["9", "10"]


def test_links_follow_the_verdict(ledger):
    """A record finds the deals last judged on it, and only those; every asked key is answered."""
    ledger.record(
        [record("1", links=(contact(5), contact(6))), record("2", links=(contact(5),))], NOW
    )
    assert ledger.deals_linked_to([contact(5), contact(6), contact(7)]) == {
        contact(5): {ONE, TWO},
        contact(6): {ONE},
        contact(7): frozenset(),
    }
    ledger.record([record("1", links=(contact(7),))], later(1))
    assert ledger.deals_linked_to([contact(5), contact(6), contact(7)]) == {
        contact(5): {TWO},
        contact(6): frozenset(),
        contact(7): {ONE},
    }


def test_many_at_once(ledger):
    """Questions and answers may be larger than what one query can name."""
    ledger.record([record(str(number), links=(contact(number),)) for number in range(1100)], NOW)
    assert len(ledger.recorded(map(DealId, map(str, range(1100))))) == 1100
    linked = ledger.deals_linked_to(map(contact, range(1100)))
    assert linked[contact(1099)] == {DealId("1099")}


def test_one_transaction(ledger):
    """When one record of a batch cannot be stored, none of it is."""
    naive = replace(record("2"), changed_at=datetime(2026, 1, 1))  # noqa: DTZ001 - the fault
    with pytest.raises((ValueError, Terminal)):
        ledger.record([record("1", alert=blocked()), naive], NOW)
    assert ledger.recorded([ONE, TWO]) == {}
    assert ledger.alerts.open_cards(ONE).get(MAIN_CHANNEL) is None


def test_forgetting(ledger):
    """A deal that is gone leaves no verdict, no link and no place in the sweep."""
    ledger.record([record("1", links=(contact(5),)), record("2", links=(contact(5),))], NOW)
    ledger.forget([ONE], "The deal was deleted.", later(1))
    assert set(ledger.recorded([ONE, TWO])) == {TWO}
    assert ledger.deals_linked_to([contact(5)]) == {contact(5): {TWO}}
    assert list(ledger.recorded_deals()) == [TWO]
    ledger.forget([DealId("never seen")], "gone", later(1))


def test_facts(ledger):
    """A fact is absent, then set, then corrected."""
    assert ledger.get_fact("baseline_at") is None
    ledger.set_fact("baseline_at", "2026-11-21")
    ledger.set_fact("baseline_at", "2026-11-22")
    assert ledger.get_fact("baseline_at") == "2026-11-22"


def test_purging_a_contact(ledger):
    """No quote of the contact's deals stays anywhere, and the deals are judged afresh."""
    ledger.record(
        [record("1", links=(contact(5),), alert=blocked("1")), record("2", links=(contact(6),))],
        NOW,
    )
    (alert,) = ledger.alerts.due(NOW, 10)
    ledger.alerts.sent(alert, MESSAGE, NOW)
    ledger.record([record("1", links=(contact(5),), alert=blocked("1", "budget"))], NOW)
    assert ledger.purge([contact(5)], later(1)) == 1

    kept = ledger.recorded([ONE, TWO])
    assert QUOTE not in repr(kept[ONE])
    assert [one.message for one in kept[ONE].verdict.findings] == [BLANK]
    assert kept[ONE].verdict.findings[0].reason == verdict().findings[0].reason
    assert QUOTE in repr(kept[TWO])
    (edit,) = ledger.alerts.due(later(1), 10)
    assert QUOTE not in repr(edit)
    ledger.alerts.sent(edit, MESSAGE, later(1))
    assert QUOTE not in repr(ledger.alerts.open_cards(ONE).get(MAIN_CHANNEL))
    assert [(claim.key, claim.priority) for claim in ledger.claim("w", later(1), 9)] == [
        (deal(1), Priority.LIVE)
    ]
    assert ledger.deals_linked_to([contact(5)]) == {contact(5): frozenset()}


def test_a_fresh_card_replaces_a_purged_one(ledger):
    """After a purge the same gap, said without the lost words, edits the message in the channel."""
    ledger.record([record("1", links=(contact(5),), alert=blocked("1"))], NOW)
    ledger.alerts.sent(ledger.alerts.due(NOW, 1)[0], MESSAGE, NOW)
    ledger.purge([contact(5)], later(1))
    assert ledger.alerts.due(later(1), 1) == ()
    ledger.record([record("1", alert=blocked("1"))], later(2))
    (edit,) = ledger.alerts.due(later(2), 1)
    assert edit.shown == MESSAGE
    ledger.record([record("1", alert=cleared("1"))], later(3))
