"""Every meeting of both processes has to leave its exit signal on record."""

from __future__ import annotations

import pytest

from app.domain.evaluate import evaluate
from app.domain.verdict import State
from tests.domain.build import NOW, WHYS, position, shipped_policy, snapshot

POLICY = shipped_policy()
EARLIER, LAST = (
    [
        pytest.param(process, index, meeting, id=f"{process.id}-{meeting.id}")
        for process in POLICY.processes
        for index, stage in enumerate(process.stages)
        for meeting in stage.meetings
        if (stage is process.stages[-1]) is last
    ]
    for last in (False, True)
)


def recorded(*meetings) -> str:
    """A note with the exit signals of these meetings in the policy's own words."""
    return "\n".join(f"Exit signal {meeting.id}: {meeting.signal}." for meeting in meetings)


def all_until(process, index):
    """The meetings of the stages up to this one."""
    return [meeting for stage in process.stages[: index + 1] for meeting in stage.meetings]


@pytest.mark.parametrize(("process", "index", "meeting"), EARLIER)
def test_each_signal_is_demanded_by_the_stage_after_its_meeting(process, index, meeting):
    """Without it, it alone blocks and takes the earned stage back; with it nothing does."""
    stage = process.stages[index + 1].label
    held = all_until(process, index)
    place = position(stage, process.pipelines[0])
    others = [each for each in held if each is not meeting]
    without = evaluate(POLICY, snapshot([WHYS, recorded(*others)], stage=place), NOW)
    assert [finding.criterion for finding in without.blockers] == [meeting.exit.id]
    assert without.earned_stage == process.stages[index].label
    whole = evaluate(POLICY, snapshot([WHYS, recorded(*held)], stage=place), NOW)
    assert whole.blockers == ()
    assert whole.earned_stage == stage


@pytest.mark.parametrize(("process", "index", "meeting"), LAST)
def test_the_last_signal_is_demanded_by_the_won_stage(process, index, meeting):
    """A deal in closing is told so before it is won, and a won deal answers for it."""
    whole = [WHYS, recorded(*all_until(process, index - 1))]
    closing = position(process.stages[index].label, process.pipelines[0])
    needs = evaluate(POLICY, snapshot(whole, stage=closing), NOW).next_needs
    assert meeting.exit.id in {need.criterion for need in needs}
    won = position(process.won_stage, process.pipelines[0], closed=True, won=True)
    for note, state in ((recorded(), State.UNMET), (recorded(meeting), State.MET)):
        deal = snapshot([*whole, note], stage=won, properties={"closedate": "2026-08-30"})
        [signature] = [
            f for f in evaluate(POLICY, deal, NOW).findings if f.criterion == "won_signature"
        ]
        assert signature.state is state
