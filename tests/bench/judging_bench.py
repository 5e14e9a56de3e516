"""How many deals one core judges in a second, notes already read.

The mix is the policy's own example deals, so it holds blocked, clear, waived and unread ones. The
floor is the reader alone: putting together what the notes of these deals say, without judging.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from app.domain.deal import Unread
from app.domain.desired import OwnedNames, desired, diff, observed_of
from app.domain.evaluate import evaluate
from app.domain.reading_copy import reading_copy
from config.policy import load_policy
from config.policy.example_deal import snapshot_of
from config.policy.example_schema import ExamplesFile
from config.policy.examples import examples_beside, load_examples
from config.settings import DEFAULT_POLICY
from tests.bench.table import Table

SECONDS_PER_ROW = 2.0
WANTED_PER_SECOND = 5_000


def run() -> list[Table]:
    """Judge the example deals again and again on one core."""
    policy = load_policy(DEFAULT_POLICY)
    deals = _deals(load_examples(examples_beside(DEFAULT_POLICY)))
    names = OwnedNames()
    copied = partial(reading_copy, policy.statements)
    notes = [
        (list(map(copied, () if isinstance(snapshot.notes, Unread) else snapshot.notes)), now)
        for snapshot, now in deals
    ]

    def read() -> None:
        for own, now in notes:
            policy.reader.judge(own, now)

    def judge() -> None:
        for snapshot, now in deals:
            evaluate(policy, snapshot, now)

    def settle() -> None:
        for snapshot, now in deals:
            wanted = desired(evaluate(policy, snapshot, now), names)
            diff(wanted, observed_of(snapshot), now, names)

    floor, judged, settled = (_per_second(work, len(deals)) for work in (read, judge, settle))
    return [
        Table(
            title="Deals judged per second and core",
            promise=f"{len(deals)} example deals in turn, notes already read, processor time of "
            f"one core. Wanted: {WANTED_PER_SECOND:,} evaluated.",
            head=("", "deals / s", "ratio to the floor"),
            rows=(
                ("evaluate", f"{judged:,.0f}", f"{judged / floor:.2f}"),
                ("evaluate, desired values, diff", f"{settled:,.0f}", f"{settled / floor:.2f}"),
                ("floor: put the notes' answers together", f"{floor:,.0f}", "1.00"),
            ),
        )
    ]


def _deals(file: ExamplesFile) -> list[tuple]:
    return [snapshot_of(example, file.now) for example in file.examples]


def _per_second(work: Callable[[], None], deals: int) -> float:
    """Deals per second of processor time, after one round that fills the reader's memory."""
    work()
    rounds, began = 0, time.process_time()
    while (spent := time.process_time() - began) < SECONDS_PER_ROW:
        work()
        rounds += 1
    return rounds * deals / spent
