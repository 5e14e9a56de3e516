"""A waiver from the grant to its end, through the loop: what the portal and the channel say."""

from __future__ import annotations

from datetime import timedelta

from app.domain.verdict import CriterionId, Waiver, WaiverEnd
from tests.loop.fakes import ASKED

DAY = timedelta(days=1)
DAY_SECONDS = DAY.total_seconds()


def grant(rig, deal, *words: str, days: float = 10) -> None:
    """Waive what these words ask for."""
    now = rig.clock.now()
    for word in words:
        code = CriterionId(f"why_{word}")
        waiver = Waiver(code, "Agreed", "Zoe", now + days * DAY, "test-1", granted_at=now)
        rig.ledger.grant(deal, waiver, now)


def ends(rig, deal) -> list[WaiverEnd | None]:
    """How the deal's waivers ended; None for one in force."""
    return [waiver.ended for waiver in rig.ledger.waivers_of([deal])[deal]]


def test_a_waived_deal_is_waived_and_clears_its_alert(rig):
    """The portal shows `waived` and no blocker, and the message says that all is clear."""
    deal = rig.crm.add(1)
    rig.look(deal)
    rig.speak()
    assert rig.crm.shown(deal, "standing") == "blocked"
    grant(rig, deal, *ASKED)
    rig.look(deal)
    rig.speak()
    assert rig.crm.shown(deal, "standing") == "waived"
    assert not rig.crm.shown(deal, "stage_blockers")
    assert "Waived by Zoe" in rig.crm.shown(deal, "blocker_summary")
    assert [kind for _, kind, _ in rig.channel.now_showing] == ["cleared"]


def test_it_ends_by_itself_when_the_criterion_is_met(rig):
    """The verdict that finds the criterion met ends the waiver; it does not come back later."""
    deal = rig.crm.add(1, notes=["change: six hours lost"])
    grant(rig, deal, "now")
    rig.look(deal)
    assert rig.crm.shown(deal, "standing") == "waived"
    rig.crm.deals[deal].notes.append("now: the audit")
    rig.look(deal)
    assert (rig.crm.shown(deal, "standing"), ends(rig, deal)) == ("clear", [WaiverEnd.MET])
    rig.crm.deals[deal].notes.pop()
    rig.look(deal)
    assert rig.crm.shown(deal, "standing") == "blocked"
    assert ends(rig, deal) == [WaiverEnd.MET]


def test_it_lapses_at_its_moment_without_any_event(rig):
    """Time alone marks the deal, blocks it again and opens the alert."""
    deal = rig.crm.add(1)
    grant(rig, deal, *ASKED, days=10)
    rig.look(deal)
    rig.clock.advance(10 * DAY_SECONDS - 60)
    rig.drain()
    assert rig.crm.shown(deal, "standing") == "waived"
    rig.clock.advance(60)
    assert rig.ledger.mark_due_rechecks(rig.clock.now()) == 1
    rig.drain()
    rig.speak()
    assert rig.crm.shown(deal, "standing") == "blocked"
    assert ends(rig, deal) == [WaiverEnd.LAPSED] * len(ASKED)
    assert [kind for _, kind, _ in rig.channel.now_showing] == ["blocked"]


def test_a_closed_deal_keeps_its_waivers_until_they_lapse(rig):
    """A deal that is not judged says nothing of its waivers; opened again, they still stand."""
    deal = rig.crm.add(1)
    grant(rig, deal, *ASKED)
    rig.look(deal)
    rig.crm.deals[deal].is_closed = True
    rig.look(deal)
    assert ends(rig, deal) == [None] * len(ASKED)
    rig.crm.deals[deal].is_closed = False
    rig.look(deal)
    assert rig.crm.shown(deal, "standing") == "waived"


def test_looking_again_changes_nothing(rig):
    """A waived deal that is looked at twice is written once."""
    deal = rig.crm.add(1)
    grant(rig, deal, *ASKED)
    rig.look(deal)
    written = len(rig.crm.written)
    rig.look(deal)
    assert len(rig.crm.written) == written
    assert ends(rig, deal) == [None] * len(ASKED)
