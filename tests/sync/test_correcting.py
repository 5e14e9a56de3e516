"""Lead statuses that a policy has corrected: off by default, previewed, noted, taken back."""

from __future__ import annotations

import tempfile

import pytest

from app.ledger.sweeps import SweepKind
from app.sandbox.changes import Actor
from config.settings import DEFAULT_POLICY, SettingsError
from sync.cli import _undo
from sync.correcting import undo
from sync.making import sweep_of
from tests.sync.house import sandbox, service, swept
from tests.sync.sweeping import unheard

AE = Actor("CRM_UI", "userId:1", 1)
RULE = "becomes: UNRESPONSIVE}"
WEEKS = 30 * 86_400


@pytest.fixture(scope="module")
def correcting_policy(tmp_path_factory):
    """The shipped policy with the switch on."""
    text = DEFAULT_POLICY.read_text()
    assert text.count(RULE) == 1
    path = tmp_path_factory.mktemp("policy") / "correcting.yaml"
    path.write_text(text.replace(RULE, "becomes: UNRESPONSIVE, correct: true}"))
    return path


@pytest.fixture
def silent():
    """A portal where nobody has replied for weeks."""
    with sandbox() as portal, tempfile.TemporaryDirectory() as folder:
        portal.site.clock.advance(WEEKS)
        yield portal, folder


def statuses(portal):
    """Each contact's lead status."""
    contacts = portal.portal.store.table("contacts").live.values()
    return {str(each.id): each.values.get("hs_lead_status") for each in contacts}


def test_nothing_is_corrected_unless_the_policy_says_so(silent):
    """The shipped policy proposes and sets no lead status."""
    portal, folder = silent
    before = statuses(portal)
    with service(portal, folder) as runtime:
        assert swept(runtime).corrected == 0
    assert statuses(portal) == before


def test_corrections_are_previewed_made_and_taken_back(silent, correcting_policy):
    """A dry run shows them; a sweep makes them; undoing restores all but what people changed."""
    portal, folder = silent
    before = statuses(portal)
    with service(portal, folder, policy_file=correcting_policy) as runtime:
        shown = {}
        sweep_of(runtime, SweepKind.FULL).rehearse(
            limit=None,
            progress=unheard,
            tell=lambda _, corrected: shown.update({c.contact: c.after for c in corrected}),
        )
        assert shown
        assert statuses(portal) == before
        report = swept(runtime)
        corrected = statuses(portal)
        changed = {key: value for key, value in corrected.items() if value != before[key]}
        assert changed == shown == dict.fromkeys(shown, "UNRESPONSIVE")
        assert report.corrected == len(shown)

        touched = min(shown)
        portal.portal.store.update(
            "contacts", int(touched), {"hs_lead_status": "CONNECTED"}, actor=AE
        )
        done = undo(report.run_id, contacts=runtime.crm, ledger=runtime.ledger, clock=runtime.clock)
        assert [each.contact for each in done.changed_since] == [touched]
        assert statuses(portal) == before | {touched: "CONNECTED"}

        restored = {each.contact for each in done.restored}
        again = {
            each.contact
            for each in runtime.ledger.corrections.unwanted((*done.restored, *done.changed_since))
        }
        assert again == restored
        portal.site.clock.advance(86_400)
        swept(runtime, SweepKind.INCREMENTAL)
        now = statuses(portal)
        assert {key: now[key] for key in restored} == {key: before[key] for key in restored}


def test_a_run_that_never_was_cannot_be_taken_back(silent):
    """A mistyped run id is said to be one, and not answered with nothing done."""
    portal, folder = silent
    with service(portal, folder) as runtime, pytest.raises(SettingsError, match="no sweep has"):
        _undo(runtime, "20261121T000000-dead")
