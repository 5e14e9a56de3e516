"""Any snapshot and any policy: what HubSpot may hold, and what a policy may demand.

Hypothesis draws a few numbers that decide everything: a seed, how much there is of each part,
what was not read. It shrinks towards little of each part and everything read; the rest follows
from the seed, so that thousands of examples cost seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import combinations

from hypothesis import strategies as st

from app.domain.deal import Snapshot
from app.domain.policy import Policy
from app.domain.verdict import Waiver
from tests.domain import made_deals, made_policies
from tests.domain.build import NOW
from tests.domain.dice import SPAN_SECONDS, START, Dice
from tests.domain.made_deals import IDS, MOST, PARTS, SIZES, VALUES, Plan

SEEDS = 2**32
POLICIES = 240
"""Different policies; building one costs more than judging dozens of deals."""
UNREAD = ((), *((part,) for part in PARTS), *combinations(PARTS, 2))

ids = st.sampled_from(IDS)
values = st.sampled_from(VALUES)
seeds = st.integers(0, SEEDS - 1)
moments = st.integers(0, SPAN_SECONDS - 1).map(lambda second: START + timedelta(seconds=second))


def _plan(seed: int, sizes: int, unread: tuple[str, ...]) -> Plan:
    digits = (sizes // (MOST + 1) ** place % (MOST + 1) for place in range(len(SIZES)))
    return Plan(seed, tuple(digits), unread)


plans = st.builds(
    _plan,
    seeds,
    st.integers(0, (MOST + 1) ** len(SIZES) - 1),
    st.sampled_from(((),) * len(UNREAD) + UNREAD),
)
snapshots = plans.map(made_deals.snapshot)


def policies() -> st.SearchStrategy[Policy]:
    """The shipped policy, or one with other criteria; read by the pseudo reader or the real one."""
    return _policy_seeds.map(made_policies.policy)


def waivers(policy: Policy) -> st.SearchStrategy[list[Waiver]]:
    """Waivers for criteria of a policy, some of them lapsed."""
    return seeds.map(partial(_waivers, policy))


@dataclass(frozen=True)
class Question:
    """What judging is asked: a policy, a deal, a time and waivers, each by what makes it.

    Small in a report of a failing example, and enough to make the example again.
    """

    policy_seed: int
    plan: Plan
    now: datetime
    waivers_seed: int

    @property
    def policy(self) -> Policy:
        """The policy."""
        return made_policies.policy(self.policy_seed)

    @property
    def snapshot(self) -> Snapshot:
        """The deal."""
        return made_deals.snapshot(self.plan)

    @property
    def waivers(self) -> list[Waiver]:
        """The waivers that the ledger knows."""
        return _waivers(self.policy, self.waivers_seed)

    @property
    def dice(self) -> Dice:
        """Further chance for what a test does with it."""
        return Dice(self.waivers_seed)


_policy_seeds = st.integers(0, POLICIES - 1)
questions = st.builds(Question, _policy_seeds, plans, moments, seeds)


def _waivers(policy: Policy, seed: int) -> list[Waiver]:
    dice = Dice(seed)
    codes = sorted(policy.codes)
    return [
        Waiver(
            dice.one(codes),
            "agreed",
            "Zoe",
            dice.moment() if dice.chance(50) else NOW + timedelta(days=dice.number(-9, 99)),
            policy.version,
        )
        for _ in range(dice.number(0, 4))
    ]
