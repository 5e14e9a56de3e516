"""Reading only what changed gives what reading everything gives, whatever happened meanwhile."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.ledger.sweeps import SweepKind
from app.sandbox.changes import Actor
from config.settings import DEFAULT_POLICY
from tests.sync.house import sandbox, service, swept

AE = Actor("CRM_UI", "userId:1", 1)
DAY = 86_400
LABEL = '"Deviation:"'
EXAMPLES = int(os.environ.get("SWEEP_EXAMPLES", "6"))
KINDS = ("deals", "contacts", "companies")
NOTES = (
    "<p>Why change? The old gateway is end of life and updates take a week per plant.</p>",
    "<p>Why now? Their audit is on 15 March 2027.</p>",
    "<p>Why FlowFuse? Central deployment to forty plants.</p>",
    "<p>Why now? TBD</p>",
    "<p>Deviation: why_now – no date yet, the board decides – until 31 March 2027</p>",
    "<p>They run 40 Node-RED instances in production.</p>",
)
ACTS = (
    "stage",
    "amount",
    "owner",
    "status",
    "company",
    "note",
    "reword",
    "unnote",
    "email",
    "link",
    "unlink",
    "delete",
    "restore",
    "merge_contacts",
    "merge_deals",
    "days",
    "policy",
    "touch_ours",
)
acts = st.tuples(st.sampled_from(ACTS), st.integers(0, 10**6), st.integers(0, 10**6))
nights = st.lists(st.lists(acts, min_size=1, max_size=8), min_size=1, max_size=3)


class People:
    """What people do in a portal; each act picks its records by numbers."""

    def __init__(self, portal):
        self._portal = portal
        self._store = portal.portal.store
        self.policy_turns = 0

    def do(self, act, one, two):
        """Do it, or nothing when there is nothing to do it to."""
        getattr(self, f"_{act}")(one, two)

    def _ids(self, kind):
        return sorted(self._store.table(kind).live)

    def _pick(self, kind, number):
        ids = self._ids(kind)
        return ids[number % len(ids)]

    def _set(self, kind, number, **values):
        self._store.update(kind, self._pick(kind, number), values, actor=AE)

    def _stage(self, one, two):
        deal = self._store.get("deals", self._pick("deals", one))
        pipeline = self._portal.portal.pipelines.get("deals", deal.values["pipeline"])
        stages = list(pipeline.stages)
        self._store.update("deals", deal.id, {"dealstage": stages[two % len(stages)].id}, actor=AE)

    def _amount(self, one, two):
        self._set("deals", one, amount=str(two) if two % 3 else None)

    def _owner(self, one, two):
        owners = [str(o.id) for o in self._portal.portal.owners.listing(active=True)]
        self._set("deals", one, hubspot_owner_id=owners[two % len(owners)])

    def _status(self, one, two):
        words = ("OPEN_DEAL", "CONNECTED", "BAD_TIMING", "UNRESPONSIVE")
        self._set("contacts", one, hs_lead_status=words[two % len(words)])

    def _company(self, one, two):
        self._set("companies", one, name=f"Company {two}")

    def _touch_ours(self, one, two):
        self._set(KINDS[two % 3], one, ff_zone="Z1" if two % 3 != 1 else None)

    def _note(self, one, two):
        kind = KINDS[two % 3]
        now = self._portal.site.clock.now().isoformat()
        values = {"hs_note_body": NOTES[two % len(NOTES)], "hs_timestamp": now}
        note = self._store.create("notes", values, actor=AE)
        self._store.associate("notes", note, kind, self._pick(kind, one), actor=AE)

    def _reword(self, one, two):
        self._set("notes", one, hs_note_body=NOTES[two % len(NOTES)])

    def _unnote(self, one, _two):
        self._store.archive("notes", self._pick("notes", one), actor=AE)

    def _email(self, one, two):
        now = self._portal.site.clock.now().isoformat()
        direction = "INCOMING_EMAIL" if two % 2 else "EMAIL"
        values = {"hs_timestamp": now, "hs_email_direction": direction, "hs_email_subject": "Hi"}
        email = self._store.create("emails", values, actor=AE)
        self._store.associate("emails", email, "contacts", self._pick("contacts", one), actor=AE)

    def _link(self, one, two):
        kind = ("contacts", "companies", "notes")[two % 3]
        deal = self._pick("deals", one)
        self._store.associate("deals", deal, kind, self._pick(kind, two), actor=AE)

    def _unlink(self, one, two):
        kind = ("contacts", "companies", "notes")[two % 3]
        deal = self._pick("deals", one)
        for other in self._store.associated("deals", deal, kind)[:1]:
            self._store.dissociate("deals", deal, kind, other, actor=AE)

    def _delete(self, one, two):
        kind = KINDS[two % 3]
        if len(self._ids(kind)) > 5:
            self._store.archive(kind, self._pick(kind, one), actor=AE)

    def _restore(self, _one, two):
        kind = KINDS[two % 3]
        for archived in sorted(self._store.table(kind).archived)[:1]:
            self._store.restore(kind, archived, actor=AE)

    def _merge_contacts(self, one, two):
        self._merge("contacts", one, two)

    def _merge_deals(self, one, two):
        self._merge("deals", one, two)

    def _merge(self, kind, one, two):
        winner, loser = self._pick(kind, one), self._pick(kind, two)
        if winner != loser and len(self._ids(kind)) > 5:
            self._store.merge(kind, winner, loser, actor=AE)

    def _days(self, one, _two):
        self._portal.site.clock.advance(one % 30 * DAY)

    def _policy(self, _one, _two):
        self.policy_turns += 1


@pytest.fixture(scope="module")
def other_policy(tmp_path_factory):
    """The shipped policy with another word for a deviation, so that notes mean something else."""
    path = tmp_path_factory.mktemp("policy") / "other.yaml"
    text = DEFAULT_POLICY.read_text()
    assert text.count(LABEL) == 1
    path.write_text(text.replace(LABEL, '"Variance:"'))
    return path


@given(nights)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_an_incremental_sweep_leaves_what_a_full_one_would(other_policy, history):
    """After any history a fresh look at every deal finds nothing to write and no other verdict."""
    policies = (DEFAULT_POLICY, other_policy)
    with sandbox() as portal, tempfile.TemporaryDirectory() as folder:
        people = People(portal)
        with service(portal, folder) as runtime:
            swept(runtime)
        for night in history:
            portal.site.clock.advance(DAY / 2)
            for act in night:
                people.do(*act)
            portal.site.clock.advance(DAY / 2)
            policy = policies[people.policy_turns % 2]
            with service(portal, folder, policy_file=policy) as runtime:
                report = swept(runtime, SweepKind.INCREMENTAL)
                assert (report.kind, report.is_complete) == (SweepKind.INCREMENTAL, True)
                _is_as_if_read_afresh(runtime)


def _is_as_if_read_afresh(runtime):
    """Judge every deal that is or was open from HubSpot alone, and compare."""
    deals = {*runtime.crm.open_deals(), *runtime.ledger.recorded_deals()}
    recorded = runtime.ledger.recorded(deals)
    judged = runtime.judge.judge(sorted(deals), runtime.clock.now())
    assert (judged.gone, judged.failed) == (frozenset(), {})
    for item in judged.made:
        before = recorded[item.deal_id].verdict
        assert item.changes == (), item.deal_id
        assert _lasting(before) == _lasting(item.verdict)


def _lasting(verdict):
    """Without what the very recording of a verdict changes: a waiver that is met ends with it."""
    return replace(verdict, recheck_at=None, waivers=())


def test_an_incremental_sweep_reads_no_record_that_did_not_change():
    """Of an unchanged portal it asks lists and associations, and reads closed deals alone."""
    with sandbox() as portal, tempfile.TemporaryDirectory() as folder:
        with service(portal, folder) as runtime:
            swept(runtime)
            portal.site.clock.advance(DAY)
            swept(runtime, SweepKind.INCREMENTAL)
            portal.site.clock.advance(DAY)
            portal.site.calls.reset()
            report = swept(runtime, SweepKind.INCREMENTAL)
        asked = portal.site.calls.shown()["by_operation"]
        read = {name: count for name, count in asked.items() if "/objects/" in name}
        assert {name: n for name, n in read.items() if name.endswith("batch/read")} == {
            "POST /crm/objects/{ver}/deals/batch/read": 1  # won deals, which no list names
        }
        assert report.calls_saved > 0


def kept_notes(runtime):
    """The copies of notes by id, as text."""
    with runtime.ledger._database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT object_id, content FROM copies WHERE place = 'note'"
        )
        return dict(rows.all())


def test_copies_hold_no_bodies_and_a_full_sweep_forgets_what_nobody_has():
    """Of a note the gist is kept; a note that was deleted goes with the next full sweep."""
    with (
        sandbox() as portal,
        tempfile.TemporaryDirectory() as folder,
        service(portal, folder) as runtime,
    ):
        swept(runtime)
        kept = kept_notes(runtime)
        assert not any("hs_note_body" in content for content in kept.values())
        gone = min(kept)
        portal.portal.store.archive("notes", int(gone), actor=AE)
        portal.site.clock.advance(DAY)
        swept(runtime, SweepKind.INCREMENTAL)
        assert gone in kept_notes(runtime)
        portal.site.clock.advance(DAY)
        swept(runtime)
        assert kept_notes(runtime).keys() == kept.keys() - {gone}
