from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.ports import Priority, Retryable
from tests.loop.fakes import NAMES
from tests.loop.rig import Rig, rig_on_copy

DEALS = range(1, 4)
CONTACTS = ("70", "71")
TEXTS = ("change: costs", "now: audit", "nothing of use")

deal_numbers = st.sampled_from(DEALS)
moves = st.one_of(
    st.tuples(st.just("create"), deal_numbers),
    st.tuples(st.just("note"), deal_numbers, st.sampled_from(TEXTS)),
    st.tuples(st.just("wipe"), deal_numbers),
    st.tuples(st.just("contact"), deal_numbers, st.sampled_from(CONTACTS)),
    st.tuples(st.just("contact note"), st.sampled_from(CONTACTS), st.sampled_from(TEXTS)),
    st.tuples(st.just("leave"), deal_numbers, st.sampled_from(CONTACTS)),
    st.tuples(st.just("close"), deal_numbers, st.booleans()),
    st.tuples(st.just("delete"), deal_numbers),
)
fates = st.sampled_from(["heard", "lost", "doubled", "late"])
troubles = st.sampled_from(["none", "none", "none", "away", "unreadable", "unwritable", "channel"])
pauses = st.sampled_from([0.0, 0.5, 3.0, 20.0])
steps = st.lists(st.tuples(moves, fates, troubles, pauses), max_size=14)


class Story:
    """Plays moves on a rig, each with the marks that its delivery would make."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.late: list = []

    def play(self, move, fate: str, trouble: str, pause: float) -> None:
        self._trouble(trouble)
        marks = self._act(*move)
        if fate in ("heard", "doubled"):
            self._mark(marks)
        if fate == "doubled":
            self.rig.worker.turn("w1")
            self._mark(marks)
        if fate == "late":
            self.late.insert(0, marks)
        self.rig.worker.turn("w1")
        self.rig.clock.advance(pause)
        self.rig.worker.turn("w1")
        self.rig.sender.turn()
        self._trouble("none")

    def settle(self) -> None:
        """The late deliveries arrive in the wrong order, then a sweep, then time passes."""
        for marks in self.late:
            self._mark(marks)
        self.rig.clock.advance(1)
        known = {*self.rig.crm.open_deals(), *self.rig.ledger.recorded_deals()}
        self.rig.mark(*known, priority=Priority.SWEEP)
        for _ in range(12):
            self.rig.clock.advance(120)
            self.rig.drain()
            self.rig.sender.turn()

    def _mark(self, marks) -> None:
        deals, contacts = marks
        self.rig.mark(*deals)
        for contact in contacts:
            self.rig.mark_contact(contact)

    def _trouble(self, kind: str) -> None:
        crm, channel = self.rig.crm, self.rig.channel
        failure = Retryable("a passing trouble")
        crm.away = failure if kind == "away" else None
        crm.unreadable = dict.fromkeys(crm.deals, failure) if kind == "unreadable" else {}
        crm.unwritable = {}
        if kind == "unwritable":
            crm.unwritable = {change.key: failure for change in crm.written}
        channel.refusals = [failure] if kind == "channel" else []

    def _act(self, kind: str, subject, value=None):
        """Do it in the portal; the answer is what a delivery about it would mark."""
        deals = self.rig.crm.deals
        if kind == "contact note":
            for deal in deals.values():
                deal.contacts.get(subject, []).append(value)
            return (), [subject]
        deal_id = str(subject)
        if kind == "create" and deal_id not in deals:
            self.rig.crm.add(subject)
        elif deal_id in deals:
            self._change(kind, deal_id, value)
        # Taking a contact off a deal is heard of from the contact's side alone.
        return ((), [value]) if kind == "leave" else ([deal_id], ())

    def _change(self, kind: str, deal_id: str, value) -> None:
        deal = self.rig.crm.deals[deal_id]
        match kind:
            case "note":
                deal.notes.append(value)
            case "wipe":
                deal.notes.clear()
            case "contact":
                deal.contacts.setdefault(value, [])
            case "leave":
                deal.contacts.pop(value, None)
            case "close":
                deal.is_closed = value
            case "delete":
                del self.rig.crm.deals[deal_id]


def portal(rig: Rig):
    """What the portal says of each open deal, and that it holds nothing against a closed one.

    A deal that closed before it was ever seen is left as it was found, while one that was judged
    before keeps what was said last, without its blockers.
    """
    shown = rig.crm.portal()
    closed = [deal_id for deal_id, deal in rig.crm.deals.items() if deal.is_closed]
    blockers = NAMES.stage_blockers, NAMES.name("blocker_summary"), NAMES.name("next_stage_needs")
    return {
        **shown,
        **{deal_id: {name: shown[deal_id][name] for name in blockers} for deal_id in closed},
    }


def open_messages(rig: Rig):
    """What the channel says is blocked now."""
    return [shown for shown in rig.channel.now_showing if shown[1] == "blocked"]


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=steps)
def test_whatever_is_lost_a_sweep_leaves_the_same_portal_and_channel(
    story, empty_database, tmp_path
):
    """Lost, doubled, late and reordered deliveries, and a portal and a channel that fail now and
    then, end after a sweep in the portal and the open messages of an undisturbed run.
    """
    disturbed = Story(rig_on_copy(empty_database, tmp_path / "disturbed.sqlite3"))
    calm = Story(rig_on_copy(empty_database, tmp_path / "calm.sqlite3"))
    try:
        for move, fate, trouble, pause in story:
            disturbed.play(move, fate, trouble, pause)
            calm.play(move, "heard", "none", 30.0)
        disturbed.settle()
        calm.settle()
        assert portal(disturbed.rig) == portal(calm.rig)
        assert open_messages(disturbed.rig) == open_messages(calm.rig)
        assert disturbed.rig.ledger.backlog().marks == 0
    finally:
        disturbed.rig.close()
        calm.rig.close()


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=steps)
def test_a_settled_portal_is_written_to_no_more(story, empty_database, tmp_path):
    """After everything is settled another look writes nothing and says nothing."""
    played = Story(rig_on_copy(empty_database, tmp_path / "settled.sqlite3"))
    try:
        for step in story:
            played.play(*step)
        played.settle()
        written = len(played.rig.crm.written)
        said = {ts: len(versions) for ts, versions in played.rig.channel.messages.items()}
        played.settle()
        assert len(played.rig.crm.written) == written
        assert {ts: len(v) for ts, v in played.rig.channel.messages.items()} == said
    finally:
        played.rig.close()
