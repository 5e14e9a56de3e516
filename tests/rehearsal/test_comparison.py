"""What a draft would change for a deal, and for many."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from app.controller.rehearsal.comparison import Effect, Role
from app.controller.rehearsal.saved import Observed
from app.controller.rehearsal.summary import amount_of, summarised
from app.controller.rehearsal.table import NOW_HEAD, as_csv, rows_now
from app.controller.rehearsal.telling import joined, told_now
from app.controller.rehearsal.tryout import PORTION, Pair, observed_deals
from app.domain.deal import DealId, Owner
from app.domain.evaluate import evaluate
from app.domain.verdict import Severity, Standing, Waiver
from app.ports import Observation, Retryable
from tests.domain.build import NOW, WHYS, shipped_policy, snapshot
from tests.domain.strategies import policies, snapshots

POLICY = shipped_policy()
MANY = settings(max_examples=200, deadline=None)


def milder(code: str, severity: Severity = Severity.WARNING):
    """The shipped policy with one criterion of another severity."""
    criteria = tuple(
        replace(each, severity=severity) if each.id == code else each for each in POLICY.criteria
    )
    return replace(POLICY, criteria=criteria)


def tried(made, draft=None, policy=POLICY, waivers=()):
    """One deal under the shipped policy and under a draft."""
    pair = Pair(partial(evaluate, policy), partial(evaluate, draft or policy))
    return pair.compare(Observed(made, tuple(waivers)))


@MANY
@given(snapshots, policies())
def test_a_policy_beside_itself_changes_nothing(made, policy):
    """No deal, no finding, no sentence."""
    same = tried(made, policy, policy)
    assert (same.effect, same.shifts, same.also) == (Effect.SAME, (), ())


@MANY
@given(snapshots, policies(), policies())
def test_the_effect_follows_from_the_standings(made, one, other):
    """And turning the two policies around turns the comparison around."""
    there, back = tried(made, other, one), tried(made, one, other)
    assert (there.before, there.after) == (back.after, back.before)
    blocked = Standing.BLOCKED
    assert (there.effect is Effect.NEWLY_BLOCKED) == (
        there.after is blocked and there.before is not blocked
    )
    assert (there.effect is Effect.NEWLY_BLOCKED) == (back.effect is Effect.NO_LONGER_BLOCKED)
    assert (there.effect is Effect.SAME) == (back.effect is Effect.SAME)
    assert {(s.criterion, s.before, s.after) for s in there.shifts} == {
        (s.criterion, s.after, s.before) for s in back.shifts
    }


@MANY
@given(st.lists(snapshots, max_size=6), policies(), policies())
def test_figures_add_up_to_n(made, one, other):
    """Over effects, owners, stages and money."""
    found = [tried(each, other, one) for each in made]
    summary = summarised(found)
    assert summary.total.n == len(found) == sum(summary.total.counts.values())
    for groups in (summary.by_owner, summary.by_stage):
        assert sum(group.n for group in groups) == len(found)
        assert sum((Counter(group.counts) for group in groups), Counter()) == Counter(
            summary.total.counts
        )
    amounts = [amount_of(each.subject) for each in found]
    money = [each for sums in summary.total.amounts.values() for each in sums.values()]
    assert sum(money, Decimal(0)) == sum((a for a in amounts if a is not None), Decimal(0))
    assert joined(told_now(found, summary))
    assert len(list(rows_now(found))) == len(found) + 1


def test_a_milder_rule_frees_a_deal_and_says_by_what():
    """The finding's role before and after, with its message."""
    body = WHYS.replace("Why now? The IFS audit is on 14 April 2027.", "Why now? TBD")
    freed = tried(snapshot([body]), milder("why_now"))
    assert (freed.effect, freed.before, freed.after) == (
        Effect.NO_LONGER_BLOCKED,
        Standing.BLOCKED,
        Standing.CLEAR,
    )
    [shift] = [each for each in freed.shifts if each.criterion == "why_now"]
    assert (shift.before, shift.after) == (Role.BLOCKS, Role.WARNS)
    assert "TBD" in shift.message


def test_a_new_rule_that_the_deal_meets_is_no_change():
    """Only what a finding does counts."""
    rule = next(each for each in POLICY.criteria if each.id == "why_now")
    draft = replace(POLICY, criteria=(*POLICY.criteria, replace(rule, id="why_now_again")))
    assert tried(snapshot([WHYS]), draft).effect is Effect.SAME
    assert tried(snapshot([]), draft).effect is Effect.OTHERWISE


def test_a_deviation_counts_under_both_policies():
    """What is waived is not said to block."""
    waiver = Waiver("why_now", "board in March", "Zoe", NOW.replace(year=2027), POLICY.version)
    made = snapshot([WHYS.replace("Why now?", "Later:")])
    draft = milder("why_change", Severity.HINT)
    assert tried(made, draft, waivers=[waiver]).before is not Standing.BLOCKED


def test_groups_name_owners_and_stages_with_money():
    """In the order of names, with n, and nobody for a deal without owner."""
    owned = replace(
        snapshot([], properties={"amount": "12000.50", "deal_currency_code": "EUR"}),
        owner=Owner("7", "Maren", None, active=True),
    )
    odd = snapshot([], properties={"amount": "a lot"})
    summary = summarised([tried(each, milder("why_now")) for each in (owned, odd)])
    assert [group.name for group in summary.by_owner] == ["Maren", "no owner"]
    assert [group.name for group in summary.by_stage] == ["NR Scale: 1-Discovery"]
    assert summary.total.amounts == {Effect.OTHERWISE: {"EUR": Decimal("12000.50")}}
    said = joined(told_now([tried(owned, milder("why_now"))], summary))
    assert "1 otherwise changed (12,000 EUR) (n = 1)" in said


def test_no_cell_is_a_formula_and_no_name_steers_the_terminal():
    """Deal names are other people's words."""
    made = snapshot([], properties={"dealname": "=cmd|' /C calc'!A0\x1b[2J"})
    changed = [tried(made, milder("why_now"))]
    head, row = as_csv(rows_now(changed)).splitlines()
    assert head == ",".join(NOW_HEAD)
    assert "'=cmd" in row
    assert "\x1b" not in joined(told_now(changed, summarised(changed)))


class Board:
    """A portal of a few deals, one of them gone and one out of reach."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def observe(self, deal_ids) -> Observation:
        self.asked.append(len(deal_ids))
        there = {each: replace(snapshot(), deal_id=each) for each in deal_ids if int(each) > 2}
        failed = {each: Retryable("busy") for each in deal_ids if each == "2"}
        return Observation(there, frozenset(each for each in deal_ids if each == "1"), failed)


def test_deals_are_read_in_portions_with_their_deviations():
    """Each deal once; those out of reach are told, those gone are left out."""
    board, missed = Board(), []
    waiver = Waiver("why_now", "agreed", "Zoe", NOW, "1")
    ids = [DealId(str(number)) for number in range(1, 2 * PORTION + 2)]
    found = list(
        observed_deals(
            board, iter(ids), lambda _: {DealId("5"): (waiver,)}, lambda *m: missed.append(m)
        )
    )
    assert [each.snapshot.deal_id for each in found] == ids[2:]
    assert [each.snapshot.deal_id for each in found if each.waivers] == ["5"]
    assert [deal_id for deal_id, _ in missed] == ["2"]
    assert board.asked == [PORTION, PORTION, 1]
