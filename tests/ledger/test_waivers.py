"""Waivers in the ledger, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from app.domain.deal import DealId, NoteId
from app.domain.verdict import CriterionId, Waiver, WaiverEnd
from app.ledger.redaction import BLANK
from app.ports import Terminal

from .samples import NOW, contact, finding, later, record, verdict

ONE, TWO = DealId("1"), DealId("2")
DAY = 86_400.0
NEXT_WEEK = later(7 * DAY)


def waiver(criterion: str = "why_now", *, until: datetime = NEXT_WEEK, **extra) -> Waiver:
    """A waiver granted by command, unless a note is named."""
    return Waiver(
        criterion=CriterionId(criterion),
        reason="The board decides in March — „endlich“",
        granted_by="Åsa Öberg",
        until=until,
        policy_version="2026-11+0a1b2c3d",
        granted_at=NOW,
        **extra,
    )


def in_note(note: str = "900", **extra) -> Waiver:
    """A waiver that a note grants."""
    return waiver(note_id=NoteId(note), **extra)


def kept(ledger, deal_id: DealId = ONE) -> tuple[Waiver, ...]:
    """What the ledger holds of one deal."""
    return ledger.waivers_of([deal_id]).get(deal_id, ())


def test_there_and_back(ledger):
    """A waiver comes back equal to the last detail; deals without any are missing."""
    ledger.grant(ONE, waiver(), NOW)
    ledger.grant(ONE, in_note(), NOW)
    assert ledger.waivers_of([ONE, TWO]) == {ONE: (waiver(), in_note())}


def test_granting_twice_is_granting_once(ledger):
    """A command that is repeated leaves one waiver, in its newest words."""
    ledger.grant(ONE, waiver(), NOW)
    ledger.grant(ONE, replace(waiver(), reason="Said better"), later(1))
    assert [each.reason for each in kept(ledger)] == ["Said better"]


def test_other_ends_and_other_notes_are_other_waivers(ledger):
    """A later end, another note and a command each stand beside each other."""
    several = [waiver(), in_note(), in_note("901"), waiver(until=later(20 * DAY))]
    for each in several:
        ledger.grant(ONE, each, NOW)
    assert {each.key for each in kept(ledger)} == {each.key for each in several}


@pytest.mark.parametrize("why", list(WaiverEnd))
def test_ending(ledger, why):
    """An ended waiver says why and when, stays known, and is not listed among those in force."""
    ledger.grant(ONE, waiver(), NOW)
    ledger.end_waivers(ONE, [waiver()], why, later(60))
    assert kept(ledger) == (replace(waiver(), ended=why),)
    assert ledger.waivers() == ()
    (listed,) = ledger.waivers(with_ended=True)
    assert (listed.deal_id, listed.waiver.ended, listed.ended_at) == (ONE, why, later(60))


def test_the_first_end_stays(ledger):
    """What ended cannot end again for another reason."""
    ledger.grant(ONE, waiver(), NOW)
    ledger.end_waivers(ONE, [waiver()], WaiverEnd.REVOKED, later(1))
    ledger.end_waivers(ONE, [waiver()], WaiverEnd.LAPSED, later(2))
    assert kept(ledger)[0].ended is WaiverEnd.REVOKED


def test_one_that_was_never_recorded_can_end(ledger):
    """A note's waiver that a person revokes before the ledger heard of it is known as revoked."""
    ledger.end_waivers(ONE, [in_note()], WaiverEnd.REVOKED, NOW)
    assert kept(ledger) == (replace(in_note(), ended=WaiverEnd.REVOKED),)


def test_granting_again_renews(ledger):
    """A person who grants what was revoked means it."""
    ledger.grant(ONE, waiver(), NOW)
    ledger.end_waivers(ONE, [waiver()], WaiverEnd.REVOKED, later(1))
    ledger.grant(ONE, waiver(), later(2))
    assert kept(ledger) == (waiver(),)


def test_a_verdict_does_not_undo_what_a_person_revoked_meanwhile(ledger):
    """A verdict made before the revocation and recorded after it revives nothing."""
    ledger.end_waivers(ONE, [in_note()], WaiverEnd.REVOKED, NOW)
    ledger.record([replace(record("1"), waivers=(in_note(),))], later(1))
    assert kept(ledger)[0].ended is WaiverEnd.REVOKED


def test_words_that_come_back_grant_again(ledger):
    """A note that was taken off its deal by mistake and put back grants what it says."""
    ledger.record([replace(record("1"), waivers=(in_note(),))], NOW)
    ledger.end_waivers(ONE, [in_note()], WaiverEnd.WITHDRAWN, later(1))
    ledger.record([replace(record("1"), waivers=(in_note(),))], later(2))
    assert kept(ledger) == (in_note(),)


def test_a_verdict_and_the_end_of_its_waivers_commit_together(ledger):
    """When one record of a batch cannot be stored, no waiver ends either."""
    ledger.grant(ONE, waiver(), NOW)
    over = replace(waiver(), ended=WaiverEnd.MET)
    good = replace(record("1"), waivers=(over,))
    naive = replace(record("2"), changed_at=datetime(2026, 1, 1))  # noqa: DTZ001 - the fault
    with pytest.raises((ValueError, Terminal)):
        ledger.record([good, naive], later(1))
    assert kept(ledger) == (waiver(),)
    ledger.record([good], later(2))
    assert kept(ledger) == (over,)
    assert ONE in ledger.recorded([ONE])


def test_listing_by_the_day_they_lapse(ledger):
    """All in force, soonest first; with a limit only those that lapse before it."""
    ledger.grant(TWO, waiver("why_change", until=later(2 * DAY)), NOW)
    ledger.grant(ONE, waiver(until=later(30 * DAY)), NOW)
    ledger.grant(ONE, waiver("why_flowfuse", until=later(5 * DAY)), NOW)
    assert [(each.deal_id, each.waiver.criterion) for each in ledger.waivers()] == [
        (TWO, "why_change"),
        (ONE, "why_flowfuse"),
        (ONE, "why_now"),
    ]
    soon = ledger.waivers(lapsing_before=later(5 * DAY))
    assert [each.deal_id for each in soon] == [TWO]


def test_many_deals_at_once(ledger):
    """The waivers of more deals than one query can name."""
    for number in (0, 1100):
        ledger.grant(DealId(str(number)), waiver(), NOW)
    found = ledger.waivers_of(DealId(str(number)) for number in range(1101))
    assert set(found) == {"0", "1100"}


def test_a_deal_that_is_gone_takes_its_waivers_along(ledger):
    """Nothing stays of a deleted deal."""
    ledger.grant(ONE, waiver(), NOW)
    ledger.grant(TWO, waiver(), NOW)
    ledger.forget([ONE], "The deal was deleted.", later(1))
    assert set(ledger.waivers_of([ONE, TWO])) == {TWO}


def test_purging_a_contact_takes_the_reasons(ledger):
    """A reason may quote the person who asks to be forgotten; the waiver itself stays."""
    marked = replace(finding(), waiver=waiver())
    judged = replace(verdict("1"), findings=(marked,), waivers=(waiver(),))
    ledger.record([replace(record("1", links=(contact(5),)), verdict=judged)], NOW)
    ledger.grant(ONE, waiver(), NOW)
    ledger.purge([contact(5)], later(1))
    assert kept(ledger) == (replace(waiver(), reason=BLANK),)
    assert waiver().reason not in repr(ledger.recorded([ONE]))
