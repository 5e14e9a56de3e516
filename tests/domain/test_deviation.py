"""Deviations in notes: what grants one, what does not, and what is said about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.deal import ObjectKey, ObjectKind, Owner, OwnerId, Unread
from app.domain.evaluate import evaluate
from app.domain.own_note import composed, is_own, marker_of
from app.domain.reading_copy import reading_copy
from app.domain.verdict import Severity, State, Waiver, WaiverEnd
from app.domain.waiver import in_force, lapsing, news, standing
from app.domain.waiving import DEVIATION, through
from tests.domain import strategies as any_
from tests.domain.build import NOW, WHYS, WRITTEN, note, shipped_policy, snapshot

law = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
AE = Owner(OwnerId("7"), "Anna Berg", "anna@example.com", active=True, teams=("Sales  Leads",))
UNTIL = datetime(2027, 1, 31).date()  # noqa: DTZ001 - a day has no zone
GOOD = "Deviation: why_now – the board decides in March – until 2027-01-31"


def judged(*bodies, policy=None, now=NOW, waivers=(), **extra):
    """The verdict on a deal with these notes of an owner on it."""
    notes = [
        note(body, note_id=f"n{index}", author=AE.id, **extra) for index, body in enumerate(bodies)
    ]
    deal = replace(snapshot(notes), authors={AE.id: AE})
    return evaluate(policy or shipped_policy(), deal, now, waivers)


def said(verdict) -> str:
    """What the verdict says about deviations that do not count; empty: nothing."""
    return " ".join(f.message for f in verdict.findings if f.criterion == DEVIATION)


@pytest.mark.parametrize(
    "body",
    [
        GOOD,
        "Deviation: why_now - the board decides in March - until 31 January 2027",
        "DEVIATION: until 31.01.2027 | the board decides in March | Why now?",
        "Deviation from Why now? the board decides in March. Valid until 31 January 2027.",
        "Waiver for why now: the board decides in March, until Jan 31, 2027",
        "Abweichung: Warum jetzt – the board decides in March – bis 31. Januar 2027",
        "<p><b>Deviation:</b> why_now – the board decides in March – until&nbsp;2027-01-31</p>",
        "<ul><li>Deviation: why_now; the board decides in March; until 31 Jan 2027</li></ul>",
        "Deviation:\nCriterion: why_now\nReason: the board decides in March\nUntil: 2027-01-31",
        "Met Petra. Deviation: why_now – the board decides in March – until 2027-01-31",
        "Deviation: why_now – the board decides in March – until <s>2026-11-30</s> 2027-01-31",
    ],
)
def test_the_forms(body):
    """Whatever the order, the separators, the markup and the name of the criterion."""
    (waiver,) = judged(body).waivers
    assert (waiver.criterion, waiver.reason) == ("why_now", "the board decides in March")
    assert waiver.until == through(UNTIL)
    assert (waiver.granted_by, waiver.note_id, waiver.granted_at) == (AE.name, "n0", WRITTEN)
    assert not said(judged(body))


def test_an_approver_is_kept_on_record():
    """Beside the author, who is the one that counts."""
    (waiver,) = judged(f"{GOOD} – approved by Ines Roth").waivers
    assert waiver.granted_by == "Anna Berg (approved by Ines Roth)"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("Deviation: why_now – until 2027-01-31", "no reason"),
        ("Deviation: why_now – TBD – until 2027-01-31", "no reason"),
        ("Deviation: why_now – the board decides in due course", "no day until which"),
        ("Deviation: the price list – legal agreed – until 2027-01-31", "names no criterion"),
        ("Deviation: why_now – the board decides – until 2028-01-31", "longer than 180 days"),
        ("Deviation: why_now – the board decides – until 2026-01-31", "before the note"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_granted(body, fault):
    """A warning quotes the deviation; the criterion goes on blocking."""
    verdict = judged(body)
    assert fault in said(verdict)
    assert body[:30] in said(verdict)
    assert verdict.waivers == ()
    assert "why_now" in {finding.criterion for finding in verdict.blockers}
    (finding,) = [f for f in verdict.findings if f.criterion == DEVIATION]
    assert (finding.severity, finding.state) == (Severity.WARNING, State.UNMET)


@pytest.mark.parametrize(
    "body",
    [
        f"<s>{GOOD}</s>",
        f"~~{GOOD}~~",
        f"{GOOD} – withdrawn",
        f"> {GOOD}",
        f"{GOOD}\nDeviation withdrawn: why_now",
        "Deviation from the standard price list was discussed until late.",
    ],
)
def test_struck_withdrawn_quoted_and_ordinary_words_say_nothing(body):
    """Neither a waiver nor a complaint."""
    verdict = judged(body)
    assert (verdict.waivers, said(verdict)) == ((), "")


def test_a_later_note_takes_back_what_the_ledger_knows_too():
    """A withdrawal ends waivers granted by command before it, and none granted after."""
    granted = Waiver("why_now", "Agreed", "Zoe", NOW + timedelta(9), "1", granted_at=WRITTEN)
    later = replace(granted, granted_by="Kim", granted_at=WRITTEN + timedelta(hours=1))
    verdict = judged("Deviation withdrawn: why_now", waivers=[granted, later])
    assert verdict.waivers == (later,)


def test_a_note_ahead_of_now_counts_when_its_time_comes():
    """Until then the verdict names the moment at which it changes."""
    ahead = NOW + timedelta(hours=3)
    early = judged(GOOD, written_at=ahead)
    assert (early.waivers, early.recheck_at) == ((), ahead)
    assert judged(GOOD, written_at=ahead, now=ahead).waivers


@pytest.mark.parametrize("kind", [ObjectKind.CONTACT, ObjectKind.COMPANY])
def test_only_notes_on_the_deal_grant(kind):
    """Others are neither counted nor complained about, and never read as answers."""
    own = note(GOOD, on=ObjectKey(kind, "c1"), author=AE.id)
    verdict = evaluate(shipped_policy(), replace(snapshot([own]), authors={AE.id: AE}), NOW)
    assert (verdict.waivers, said(verdict)) == ((), "")
    assert "why_now" in {finding.criterion for finding in verdict.blockers}


@pytest.mark.parametrize(
    ("grantors", "allowed"),
    [
        (("anyone",), True),
        (("owner",), False),
        (("manager",), True),
        (("team:sales leads",), True),
        (("team:Legal",), False),
        (("ANNA@example.com",), True),
        (("kim@example.com", "owner"), False),
    ],
)
def test_who_may_grant(grantors, allowed):
    """Roles, teams and addresses; the author of the note is the one who is asked for."""
    policy = shipped_policy()
    rules = replace(policy.waiving, may_waive=grantors, managers=("anna@example.com",))
    verdict = judged(GOOD, policy=replace(policy, waiving=rules))
    assert bool(verdict.waivers) is allowed
    assert ("may not grant" in said(verdict)) is not allowed


def test_the_deals_owner_is_the_owner():
    """And a note without any author grants nothing."""
    policy = shipped_policy()
    policy = replace(policy, waiving=replace(policy.waiving, may_waive=("owner",)))
    own = replace(snapshot([note(GOOD, author=AE.id)]), owner=AE)
    assert evaluate(policy, own, NOW).waivers
    nobody = evaluate(policy, replace(snapshot([note(GOOD)]), owner=AE), NOW)
    assert nobody.waivers == ()
    assert "cannot be told" in said(nobody)


def test_a_criterion_may_allow_none():
    """`waivable: false`."""
    policy = shipped_policy()
    strict = tuple(replace(c, waivable=False) for c in policy.criteria)
    verdict = judged(GOOD, policy=replace(policy, criteria=strict))
    assert verdict.waivers == ()
    assert "allows none from “Why now?”" in said(verdict)


def test_a_proper_note_mends_a_flawed_one():
    """As does an answer: then nobody needs the deviation."""
    flawed = "Deviation: why_now – until 2027-01-31"
    assert said(judged(flawed))
    assert not said(judged(flawed, GOOD))
    assert not said(judged(flawed, WHYS))


def test_a_deviation_is_no_answer():
    """“Deviation: why now – …” names the question; what stands beside it is read as before."""
    beside = "Why change? An update stopped line 2 for six hours."
    verdict = judged(f"<p>{beside}</p><p>{GOOD}</p>")
    states = {finding.criterion: finding.state for finding in verdict.findings}
    assert states["why_now"] is State.UNMET
    assert states["why_change"] is State.MET


@pytest.mark.parametrize(
    "form", ["{0}\n{1}", "<p>{0}</p><p>{1}</p>", "<ul><li>{1}</li><li>{0}</li></ul>", "{1}<br>{0}"]
)
def test_the_reading_copy_keeps_all_the_rest(form):
    """Its markup too; and of the deviation no word."""
    beside = "<b>Why now?</b> The audit &amp; the fair are on 14 April."
    own = note(form.format(beside, GOOD))
    copy = reading_copy(shipped_policy().statements, own)
    assert beside in copy.body
    assert "board" not in copy.body


def test_our_own_note_is_known_again():
    """By its marker, however HubSpot wraps it; a reason with markup is escaped."""
    marker = marker_of("grant", "1", "why_now")
    body = composed("Deviation", [("Reason", f"<b>{GOOD}</b>")], marker)
    assert is_own(body)
    assert "<b>" not in body.replace("<b>", "", 0).split("Reason", 1)[1]
    assert not is_own(f"Why now? [dealgate: see {marker[10:14]}]")
    verdict = judged(body, "Why change? Six hours lost.")
    assert (verdict.waivers, said(verdict)) == ((), "")


# ------------------------------------------------------------------ laws


@law
@given(any_.policies(), any_.snapshots, any_.moments, any_.moments, st.integers(0, 99))
def test_a_noted_deviation_marks_and_never_hides(policy, seen, now, at, which):
    """Beside a blank note in its place, findings have the same states; only marks differ."""
    if isinstance(seen.notes, Unread):
        return
    codes = sorted(policy.codes)
    code = codes[which % len(codes)]
    line = f"Deviation: {code} – agreed with the board – until 2027-01-31"
    own = note(line, ObjectKey(ObjectKind.DEAL, seen.deal_id), "77", written_at=at, author=AE.id)
    noted = replace(seen, notes=(*seen.notes, own), authors={AE.id: AE})
    blank = replace(noted, notes=(*seen.notes, replace(own, body="")))
    bare = evaluate(policy, blank, now)
    marked = evaluate(policy, noted, now)
    without = [replace(f, waiver=None) for f in marked.findings if f.criterion != DEVIATION]
    assert [(f.criterion, f.state, f.reason) for f in without] == [
        (f.criterion, f.state, f.reason) for f in bare.findings if f.criterion != DEVIATION
    ]


@law
@given(st.data(), any_.moments)
def test_the_longest_counts_and_only_while_it_lasts(data, now):
    """For every criterion; at its last instant a waiver is over."""
    waivers = data.draw(any_.waivers(shipped_policy()))
    active = in_force(waivers, now)
    for waiver in waivers:
        if now < waiver.until:
            assert active[waiver.criterion].until >= waiver.until
    assert all(now < waiver.until for waiver in active.values())
    for waiver in active.values():
        assert waiver.criterion not in in_force([waiver], waiver.until)
        assert in_force([waiver], waiver.until - timedelta(microseconds=1))


@law
@given(st.data(), any_.moments, st.integers(0, 2_000))
def test_what_is_about_to_lapse_is_told_once_and_in_order(data, now, days):
    """One per criterion, the one that counts; each still holds now and no longer after that."""
    waivers, within = data.draw(any_.waivers(shipped_policy())), timedelta(days=days)
    told = lapsing(waivers, now, within)
    assert [waiver.until for waiver in told] == sorted(waiver.until for waiver in told)
    held, later = in_force(waivers, now), in_force(waivers, now + within)
    assert {waiver.criterion for waiver in told} == held.keys() - later.keys()
    assert all(held[waiver.criterion] == waiver for waiver in told)


def test_an_ended_waiver_is_not_about_to_lapse():
    """It is over already, whatever day it named."""
    known = judged(GOOD).waivers[0]
    assert lapsing([known], NOW, timedelta(days=3_650)) == (known,)
    assert lapsing([replace(known, ended=WaiverEnd.MET)], NOW, timedelta(days=3_650)) == ()


@law
@given(st.data(), any_.policies(), any_.snapshots, any_.moments)
def test_what_the_ledger_learns_it_learns_once(data, policy, seen, now):
    """Stored and judged again at once, the same verdict has nothing new to say of waivers."""
    recorded = data.draw(any_.waivers(policy))
    kept = {waiver.key: waiver for waiver in recorded}
    verdict = evaluate(policy, seen, now, tuple(kept.values()))
    learned = news(tuple(kept.values()), verdict, now)
    kept |= {waiver.key: waiver for waiver in learned}
    after = tuple(kept.values())
    again = evaluate(policy, seen, now, after)
    assert news(after, again, now) == ()
    assert again.findings == verdict.findings


def test_an_ended_waiver_is_over():
    """Met or revoked, a note's words grant nothing more; withdrawn, they may come back."""
    known = judged(GOOD).waivers[0]
    for end in WaiverEnd:
        verdict = judged(GOOD, waivers=[replace(known, ended=end)])
        comes_back = end in {WaiverEnd.WITHDRAWN, WaiverEnd.LAPSED}
        assert bool(verdict.waivers) is comes_back


def test_the_ledger_stands_in_while_notes_cannot_be_read():
    """A waiver that a note granted holds until the note can be looked at again."""
    known = judged(GOOD).waivers[0]
    assert standing([known], None, NOW) == (known,)
    unread = replace(snapshot(), notes=Unread("timed out"))
    verdict = evaluate(shipped_policy(), unread, NOW, [known])
    assert verdict.waivers == (known,)
    assert news([known], verdict, NOW) == ()


def test_the_policy_version_is_that_of_the_grant():
    """A new policy does not rewrite under which one a deviation was granted."""
    known = replace(judged(GOOD).waivers[0], policy_version="2025.9+00000000")
    assert judged(GOOD, waivers=[known]).waivers == (known,)


def test_a_day_lasts_to_its_end():
    """“Until” includes the day it names."""
    last = datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC)
    assert judged(GOOD, now=last).waivers
    assert not judged(GOOD, now=last + timedelta(seconds=1)).waivers
