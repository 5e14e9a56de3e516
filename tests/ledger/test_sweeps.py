"""What sweeps keep: the lease, the checkpoint, copies, sightings, and deals held for a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.copy_store import Copy
from app.domain.deal import DealId, ObjectKey, ObjectKind, deal_key
from app.domain.sighting import Seen, Sighting
from app.domain.verdict import Standing, Zone
from app.ledger.sweeps import LEASE_SECONDS, SweepKind, SweepRun, SweepState
from app.ports import Priority

from .samples import NOW
from .samples import record as record_of

LATER = NOW + timedelta(hours=1)
RUN = SweepRun("run-1", SweepKind.FULL, "p1", NOW)
SIGHTING = Sighting(
    name="Brennhof",
    link="https://portal.example/1",
    owner="Maren",
    process="NR Scale",
    stage="1-Discovery",
    earned="1-Discovery",
    standing=Standing.BLOCKED,
    zone=Zone.UNKNOWN,
    blockers=("why_now",),
)


def record(number):
    """A verdict on a deal."""
    return record_of(str(number))


def seen(number, sighting=SIGHTING, run_id="run-1"):
    """A verdict of a sweep, with what it found."""
    return replace(record(number), seen=Seen(run_id, sighting))


def test_one_holder_at_a_time(ledger):
    """The lease is taken once, renewed by its holder, free when left or run out."""
    sweeps = ledger.sweeps
    assert sweeps.take_lease("a", NOW) is None
    assert sweeps.take_lease("b", NOW) == "a"
    assert sweeps.take_lease("a", LATER) is None
    sweeps.leave_lease("b")
    assert sweeps.take_lease("b", LATER) == "a"
    assert sweeps.take_lease("b", LATER + timedelta(seconds=LEASE_SECONDS)) is None
    sweeps.leave_lease("b")
    assert sweeps.take_lease("c", LATER) is None


def test_a_sweep_is_kept_as_it_stands(ledger):
    """The latest unfinished one is offered to go on with; a finished one is what comes before."""
    sweeps = ledger.sweeps
    sweeps.save(RUN)
    sweeps.save(replace(RUN, cursor=DealId("7"), state=SweepState.STOPPED, reason="quota"))
    assert sweeps.unfinished().cursor == "7"
    sweeps.save(replace(RUN, state=SweepState.FINISHED, finished_at=LATER))
    assert sweeps.unfinished() is None
    assert sweeps.last_finished(SweepKind.FULL).run_id == "run-1"
    assert sweeps.last_finished(SweepKind.INCREMENTAL) is None
    after = replace(RUN, run_id="run-2", started_at=LATER, kind=SweepKind.INCREMENTAL)
    assert sweeps.before(after).run_id == "run-1"
    assert sweeps.before(RUN) is None


def test_copies_count_by_shape_and_age(ledger):
    """A copy of another shape, or one that was kept too early, is as good as none."""
    copies = ledger.copies
    copies.store("note", "s1", {"1": Copy("t1", "one"), "2": Copy("t1", "two")}, NOW)
    copies.store("note", "s1", {"2": Copy("t2", "two again")}, LATER)
    assert copies.load("note", ["1", "2", "3"], "s1", None)["2"].content == "two again"
    assert set(copies.load("note", ["1", "2"], "s1", LATER)) == {"2"}
    assert copies.load("note", ["1"], "s2", None) == {}
    assert copies.load("deal", ["1"], "s1", None) == {}
    copies.drop("note", ["2"])
    assert copies.drop_older(LATER) == 1
    assert copies.load("note", ["1", "2"], "s1", None) == {}


def test_a_deal_that_stays_as_it_is_costs_no_row(ledger):
    """States begin and end with the sweep that found them; a deal that is gone ends its last."""
    clear = replace(SIGHTING, standing=Standing.CLEAR, blockers=())
    ledger.record([seen(1), seen(2)], NOW)
    ledger.record([seen(1), seen(2, clear)], LATER)
    ledger.forget([DealId("1")], "gone", LATER + timedelta(hours=1))
    states = [(s.deal_id, s.since, s.until) for s in ledger.sightings.after(NOW)]
    assert states == [
        ("1", NOW, LATER + timedelta(hours=1)),
        ("2", NOW, LATER),
        ("2", LATER, None),
    ]
    assert ledger.sightings.forget_before(LATER + timedelta(minutes=1)) == 1


def test_sightings_come_in_pages_without_gaps(ledger):
    """More deals than a page holds are told once each, in one order."""
    ledger.record([seen(number) for number in range(1, 2_300)], NOW)
    found = [state.deal_id for state in ledger.sightings.after(NOW - timedelta(days=1))]
    assert len(found) == len(set(found)) == 2_299


def test_recorded_deals_come_as_numbers_from_a_place_on(ledger):
    """Nine comes before ten, whatever the database thinks of texts, and pages leave no gap."""
    ledger.record([record(number) for number in (9, 10, 100, *range(1_001, 2_200))], NOW)
    all_of_them = list(ledger.recorded_deals())
    assert all_of_them == sorted(all_of_them, key=int)
    assert len(all_of_them) == 1_202
    assert list(ledger.recorded_deals(DealId("10")))[:2] == ["100", "1001"]


def test_a_sweep_knows_what_it_judged(ledger):
    """Also when somebody judged the deal after it; another sweep's verdicts are not its own."""
    ledger.record([seen(1), seen(2, run_id="run-0"), record(3)], NOW)
    ledger.record([record(1)], LATER)
    deals = [DealId(str(number)) for number in (1, 2, 3, 4)]
    assert ledger.swept_in("run-1", deals) == {"1"}


def test_only_deals_that_nobody_is_at_are_held(ledger):
    """A deal that was marked, claimed, or judged since it was read is left to whoever is at it."""
    deals = [DealId(str(number)) for number in (1, 2, 3, 4)]
    ledger.mark([deal_key(deals[1])], Priority.SWEEP, NOW)
    assert len(ledger.claim("worker", NOW, 1)) == 1
    ledger.mark([deal_key(deals[0])], Priority.LIVE, NOW)
    ledger.record([record(3)], NOW)
    claims = ledger.hold("sweep", deals, NOW - timedelta(seconds=5), NOW)
    assert {claim.key.id for claim in claims} == {"4"}
    assert claims[0].priority is Priority.SWEEP
    ledger.done("sweep", claims, NOW)
    assert ledger.waiting(deals).marked == {"1", "2"}


def test_a_mark_on_a_held_deal_makes_one_more_look(ledger):
    """What a person does while a sweep writes is judged right after."""
    deal = DealId("1")
    claims = ledger.hold("sweep", [deal], NOW, NOW)
    ledger.mark([deal_key(deal)], Priority.LIVE, NOW)
    assert ledger.claim("worker", NOW, 10) == ()
    ledger.done("sweep", claims, NOW)
    (claim,) = ledger.claim("worker", NOW, 10)
    assert (claim.key, claim.priority) == (deal_key(deal), Priority.LIVE)


def test_purging_a_contact_forgets_the_copies_of_what_was_said(ledger):
    """The contact's record, the notes of its deals and all activities; others stay."""
    contact, note = ObjectKey(ObjectKind.CONTACT, "7"), ObjectKey(ObjectKind.NOTE, "8")
    ledger.record([replace(record(1), links=frozenset({contact, note}))], NOW)
    for place, object_id in (("contact", "7"), ("note", "8"), ("email", "9"), ("note", "10")):
        ledger.copies.store(place, "s", {object_id: Copy("t", "words")}, NOW)
    ledger.purge([contact], NOW)
    left = {
        place: set(ledger.copies.load(place, ["7", "8", "9", "10"], "s", None))
        for place in ("contact", "note", "email")
    }
    assert left == {"contact": set(), "note": {"10"}, "email": set()}
