"""Deals with a past: what a test is about in a line, and any deal for the laws."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from app.controller.rehearsal.saved import Observed
from app.domain.deal import Activity, Direction, ObjectKey, ObjectKind, PropertyMove, Snapshot
from tests.domain.build import STAGES, note, position, snapshot
from tests.domain.strategies import ids, moments, snapshots, values

JANUARY = datetime(2026, 1, 1, 9, tzinfo=UTC)
STAGE_IDS = {
    stage: f"s{number}" for number, stage in enumerate((*STAGES, "Closed won", "Closed lost"))
}
BOARD = tuple(
    replace(
        position(stage, closed=stage.startswith("Closed"), won=stage == "Closed won"),
        stage_id=STAGE_IDS[stage],
    )
    for stage in STAGE_IDS
)


def day(number: int) -> datetime:
    """So many days after the first of January 2026."""
    return JANUARY + timedelta(days=number)


def deal(*path: tuple[int, str], notes=(), seen: int = 100, **extra) -> Observed:
    """A deal put into these stages on these days, with (day, text) notes, seen on a day."""
    moves = [PropertyMove(STAGE_IDS[stage], day(when)) for when, stage in path]
    now = next(place for place in BOARD if place.stage_label == path[-1][1])
    written = [
        note(text, note_id=f"n{number}", written_at=day(when))
        for number, (when, text) in enumerate(notes)
    ]
    made = snapshot(written, stage=now, properties={"dealstage": now.stage_id, "amount": "5000"})
    history = {"dealstage": tuple(reversed(moves)), **extra.pop("history", {})}
    return Observed(
        replace(made, observed_at=day(seen), history=history, stages=BOARD),
        extra.pop("waivers", ()),
    )


moves = st.builds(PropertyMove, st.none() | st.sampled_from(tuple(STAGE_IDS.values())), moments)
histories = st.dictionaries(
    st.sampled_from(("dealstage", "pipeline", "hubspot_owner_id", "amount", "next_step")),
    st.lists(moves, max_size=4).map(
        lambda found: tuple(sorted(found, key=lambda move: move.at, reverse=True))
    ),
)
activities = st.builds(
    Activity,
    st.builds(ObjectKey, st.sampled_from((ObjectKind.EMAIL, ObjectKind.MEETING)), ids),
    st.sampled_from(Direction),
    moments,
    st.just(()),
    values,
)


@st.composite
def with_past(draw) -> Snapshot:
    """Any snapshot, most of them with some history."""
    made = draw(snapshots)
    if draw(st.integers(0, 9)):
        made = replace(made, history=draw(histories), stages=BOARD)
    if draw(st.booleans()):
        made = replace(made, activities=tuple(draw(st.lists(activities, max_size=3))))
    return made
